//! A potentiometer: oversampled, still when it is still, and at its ends when it is at its ends.
//!
//! A number of samples is averaged; the average drags a value along behind it, at the end of a string as long as
//! `slack`. Noise whose averages span no more than twice the slack moves it one way alone, until it rests: to reverse, the
//! average has to travel twice the slack. What the string takes away at both ends, and what worn potentiometers do not
//! reach, is stretched back over 0..=16383.

/// How a potentiometer is read. Samples are 0..=65535: a converter of 12 bits is shifted up by four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnobConfig {
    /// Samples that are averaged, 1..=65535.
    pub oversampling: u16,
    /// How far the average may stray from the value.
    pub slack: u16,
    /// What the potentiometer does not reach at either end.
    pub margin: u16,
}

impl Default for KnobConfig {
    /// For a converter of 12 bits whose averages of 16 tremble by at most 6 steps: three steps of slack.
    fn default() -> Self {
        Self { oversampling: 16, slack: 3 << 4, margin: 20 << 4 }
    }
}

/// See the head of this file. Real-time.
#[derive(Clone, Copy, Debug)]
pub struct Knob {
    config: KnobConfig,
    sum: u32,
    samples: u16,
    /// Where the string's end is, once there was an average.
    dragged: Option<u16>,
    told: Option<u16>,
}

/// The highest position.
const TOP: u32 = 16_383;

impl Knob {
    /// One that nobody has read.
    pub const fn new(config: KnobConfig) -> Self {
        Self { config, sum: 0, samples: 0, dragged: None, told: None }
    }

    /// Takes a sample; gives a position, 0..=16383, if it is another than before. The first average always is.
    pub fn sample(&mut self, sample: u16) -> Option<u16> {
        // At most 65535 · 65535.
        self.sum += u32::from(sample);
        self.samples += 1;
        if self.samples < self.config.oversampling.max(1) {
            return None;
        }
        let average = (self.sum / u32::from(self.samples)) as u16;
        (self.sum, self.samples) = (0, 0);
        let slack = self.config.slack;
        let dragged = match self.dragged {
            None => average,
            Some(old) => old.clamp(average.saturating_sub(slack), average.saturating_add(slack)),
        };
        self.dragged = Some(dragged);
        let position = self.position(dragged);
        (self.told != Some(position)).then(|| {
            self.told = Some(position);
            position
        })
    }

    /// As told last.
    pub const fn position_told(&self) -> Option<u16> {
        self.told
    }

    fn position(&self, dragged: u16) -> u16 {
        let lost = u32::from(self.config.slack) + u32::from(self.config.margin);
        let way = (0xFFFF_u32).saturating_sub(2 * lost).max(1);
        let from = u32::from(dragged).saturating_sub(lost);
        // Below 2^16 · 2^14.
        (from * TOP / way).min(TOP) as u16
    }
}
