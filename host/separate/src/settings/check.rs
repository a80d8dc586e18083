//! What every setting may be, in one place, whoever made the job.

use super::{Container, Depth, JobSettings, SettingsError};
use crate::names;

impl JobSettings {
    /// The longest window or overlap that can be asked for, in seconds: a day.
    pub const LONGEST_SECS: f64 = 86_400.0;
    /// The longest silence between a prompt and what it is joined to, in seconds.
    pub const LONGEST_GAP_SECS: f64 = 10.0;
    /// The longest description, in bytes.
    pub const LONGEST_DESCRIPTION: usize = 10_000;

    /// Whether every setting is within its range. Any.
    ///
    /// # Errors
    /// [`SettingsError`] names the first that is not, as JSON calls it.
    pub fn check(&self) -> Result<(), SettingsError> {
        let refuse = |field: &str, problem: String| Err(SettingsError::field(field, problem));
        let within = |value: f64, most: f64| value >= 0.0 && value <= most;
        if self.model.trim().is_empty() {
            return refuse("model", "names no model".to_owned());
        }
        if self.audio.as_os_str().is_empty() {
            return refuse("audio", "names no recording".to_owned());
        }
        if self.description.len() > Self::LONGEST_DESCRIPTION {
            return refuse("description", format!("has at most {} bytes", Self::LONGEST_DESCRIPTION));
        }
        let longest = Self::LONGEST_SECS;
        if let Some(secs) = self.max_len_secs
            && !(within(secs, longest) && secs > 0.0)
        {
            return refuse("max_len_s", format!("{secs} is no length: it is more than 0 and at most {longest} s"));
        }
        if let Some(secs) = self.overlap_secs {
            if !within(secs, longest) {
                return refuse("overlap_s", format!("{secs} is no length: it is 0 to {longest} s"));
            }
            if let Some(most) = self.max_len_secs.filter(|most| secs >= *most) {
                return refuse("overlap_s", format!("{secs} s must be less than max_len_s, which is {most} s"));
            }
        }
        if !within(self.anchor_gap_secs, Self::LONGEST_GAP_SECS) {
            let problem = format!("{} is no gap: it is 0 to {} s", self.anchor_gap_secs, Self::LONGEST_GAP_SECS);
            return refuse("anchor_gap_s", problem);
        }
        for (field, count) in [("anchor_count", self.anchor_count), ("threads", self.threads)] {
            if let Some(count) = count.filter(|count| !(1..=1024).contains(count)) {
                return refuse(field, format!("{count} is outside 1..=1024"));
            }
        }
        self.check_outputs()
    }

    fn check_outputs(&self) -> Result<(), SettingsError> {
        for (index, stem) in self.stems.iter().enumerate() {
            if stem.trim().is_empty() {
                return Err(SettingsError::field("stems", "a stem without a name"));
            }
            if self.stems[..index].iter().any(|other| names::same(other, stem)) {
                return Err(SettingsError::field("stems", format!("'{stem}' is there twice")));
            }
        }
        if self.container == Container::Flac && self.depth == Some(Depth::F32) {
            return Err(SettingsError::field("depth", "flac holds no floats; take i24 or i16, or wav"));
        }
        names::check_template(&self.name).map_err(|problem| SettingsError::field("name", problem))
    }
}
