//! What a built-in separator is set to: `name=value` after its name, parted by commas.

use crate::ModelError;
use std::fmt;
use std::ops::RangeInclusive;

/// One setting that a separator knows.
#[derive(Clone, Debug)]
pub struct Key {
    pub name: &'static str,
    pub default: f32,
    pub range: RangeInclusive<f32>,
}

/// Settings that were given, each in its range.
#[derive(Debug)]
pub struct Settings {
    keys: &'static [Key],
    given: Vec<(&'static str, f32)>,
}

impl Settings {
    /// Reads what stands after a separator's name and the first comma.
    pub fn parse(text: &str, keys: &'static [Key]) -> Result<Self, ModelError> {
        let mut given: Vec<(&'static str, f32)> = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (name, value) = (name.trim(), value.trim());
            let Some(key) = keys.iter().find(|key| key.name == name) else {
                let known: Vec<_> = keys.iter().map(|key| key.name).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(ModelError::invalid(format!("there is no setting '{name}'; known: {known}")));
            };
            let (least, most) = (key.range.start(), key.range.end());
            let Some(number) = value.parse().ok().filter(|number| key.range.contains(number)) else {
                let wanted = format!("it is a number from {least} to {most}");
                return Err(ModelError::invalid(format!(
                    "{name} = '{value}': {wanted}, such as {name}={}",
                    key.default
                )));
            };
            if given.iter().any(|(earlier, _)| *earlier == key.name) {
                return Err(ModelError::invalid(format!("{name} is given twice")));
            }
            given.push((key.name, number));
        }
        given.sort_by_key(|(name, _)| keys.iter().position(|key| key.name == *name));
        Ok(Self { keys, given })
    }

    /// What a setting is, given or not; 0 for one that there is not.
    pub fn value(&self, name: &str) -> f32 {
        let default = || self.keys.iter().find(|key| key.name == name).map(|key| key.default);
        self.given(name).or_else(default).unwrap_or(0.0)
    }

    /// Whether a setting was given.
    pub fn is_given(&self, name: &str) -> bool {
        self.given(name).is_some()
    }

    fn given(&self, name: &str) -> Option<f32> {
        self.given.iter().find(|(given, _)| *given == name).map(|(_, value)| *value)
    }
}

/// What was given, in one way only however it was written.
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.given.iter().try_for_each(|(name, value)| write!(f, ",{name}={value}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &[Key] =
        &[Key { name: "low", default: 2.0, range: 1.0..=5.0 }, Key { name: "high", default: 8.0, range: 6.0..=9.0 }];

    #[test]
    fn settings_have_one_way_to_be_written() {
        for (text, written, low, high) in
            [("", "", 2.0, 8.0), (" high=6.50 ,low = 1", ",low=1,high=6.5", 1.0, 6.5), ("low=5,", ",low=5", 5.0, 8.0)]
        {
            let settings = Settings::parse(text, KEYS).unwrap();
            assert_eq!(settings.to_string(), written);
            assert_eq!((settings.value("low"), settings.value("high")), (low, high), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, wanted) in [
            ("low=0.5", "low = '0.5': it is a number from 1 to 5, such as low=2"),
            ("low", "low = ''"),
            ("low=nan", "'nan'"),
            ("low=inf", "'inf'"),
            ("low=1=2", "'1=2'"),
            ("lou=1", "there is no setting 'lou'; known: low, high"),
            ("low=1,low=2", "low is given twice"),
        ] {
            let error = Settings::parse(text, KEYS).unwrap_err().to_string();
            assert!(error.contains(wanted), "{text}: {error}");
        }
    }
}
