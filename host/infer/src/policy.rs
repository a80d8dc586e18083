//! What stands between a recording and a model that takes other channels, or is run more than once for a window.

use crate::manifest::Policy;
use crate::{GraphError, ModelError};
use ripieno_ports::{Conditions, Geometry, Separator, Statistics};

/// Any driver.
pub(crate) type Driver = Box<dyn Drives>;

/// What every driver can do beside separating.
pub(crate) trait Drives: Separator<Error = GraphError> + Send {
    /// Sends noise the way that a graph which changes nothing would leave it. Worker.
    ///
    /// # Errors
    /// Those of a graph that lies on the way.
    fn loopback(&mut self) -> Result<Loopback, GraphError> {
        Ok(Loopback::None)
    }
}

/// What came back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Loopback {
    /// There is no such way: graphs get and give samples.
    None,
    /// The greatest difference, against full scale, where there should be none.
    Exact(f32),
    /// The share of the sound that is lost, where some always is.
    Lossy(f32),
}

/// Makes a driver take and give so many channels.
///
/// # Errors
/// When it cannot: more than one channel, and other than the model's.
pub(crate) fn channels(driver: Driver, policy: Policy, channels: usize) -> Result<Driver, ModelError> {
    let own = driver.geometry().channels;
    let way = match (own, channels) {
        (own, wanted) if own == wanted => return Ok(driver),
        (1, 2) if policy == Policy::MidSide => Way::MidSide,
        (1, _) if policy == Policy::Downmix => Way::Downmix,
        (1, _) => Way::PerChannel,
        (_, 1) => Way::Copies,
        (own, wanted) => {
            return Err(ModelError::invalid(format!(
                "the recording has {wanted} channels and the model takes {own}; mix it down to {own} first"
            )));
        }
    };
    Ok(Box::new(Channels { driver, way, channels, input: Vec::new(), output: Vec::new() }))
}

/// How channels become those of the model and back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Each on its own.
    PerChannel,
    /// Half the sum and half the difference, each on its own.
    MidSide,
    /// The mean of all, and back on all.
    Downmix,
    /// One on all of the model's, and their mean back.
    Copies,
}

struct Channels {
    driver: Driver,
    way: Way,
    channels: usize,
    input: Vec<f32>,
    output: Vec<f32>,
}

impl Drives for Channels {
    fn loopback(&mut self) -> Result<Loopback, GraphError> {
        self.driver.loopback()
    }
}

impl Separator for Channels {
    type Error = GraphError;

    fn geometry(&self) -> Geometry {
        Geometry { channels: self.channels, ..self.driver.geometry() }
    }

    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, GraphError> {
        let Geometry { channels: own, stems: count, .. } = self.driver.geometry();
        let frames = mix.len() / self.channels;
        if frames == 0 {
            return Ok(0);
        }
        self.input.resize(own * frames, 0.0);
        self.output.resize(count * own * frames, 0.0);
        let (input, output) = (&mut self.input[..own * frames], &mut self.output[..count * own * frames]);
        // The row of a stem and channel in what goes out.
        let rows = self.channels * frames;
        match self.way {
            Way::PerChannel => {
                let mut produced = frames;
                for (channel, samples) in mix.chunks_exact(frames).enumerate() {
                    produced = produced.min(self.driver.separate(samples, conditions, output)?);
                    for (stem, row) in stems.chunks_exact_mut(rows).zip(output.chunks_exact(frames)) {
                        stem[channel * frames..][..frames].copy_from_slice(row);
                    }
                }
                Ok(produced)
            }
            Way::MidSide => {
                let (left, right) = mix.split_at(frames);
                let mut produced = frames;
                for (sign, first) in [(1.0, true), (-1.0, false)] {
                    for ((into, left), right) in input.iter_mut().zip(left).zip(right) {
                        *into = (left + sign * right) * 0.5;
                    }
                    // The mean of the channels is the middle; between the sides it is nothing.
                    let statistics =
                        conditions.statistics.map(|all| if first { all } else { Statistics { mean: 0.0, ..all } });
                    let conditions = Conditions { statistics, ..*conditions };
                    produced = produced.min(self.driver.separate(input, &conditions, output)?);
                    for (stem, row) in stems.chunks_exact_mut(rows).zip(output.chunks_exact(frames)) {
                        let (left, right) = stem.split_at_mut(frames);
                        for ((left, right), sample) in left.iter_mut().zip(right).zip(row) {
                            (*left, *right) =
                                if first { (*sample, *sample) } else { (*left + sample, *right - sample) };
                        }
                    }
                }
                Ok(produced)
            }
            Way::Downmix => {
                input.fill(0.0);
                let share = 1.0 / self.channels as f32;
                for channel in mix.chunks_exact(frames) {
                    input.iter_mut().zip(channel).for_each(|(into, sample)| *into += sample * share);
                }
                let produced = self.driver.separate(input, conditions, output)?;
                for (stem, row) in stems.chunks_exact_mut(rows).zip(output.chunks_exact(frames)) {
                    stem.chunks_exact_mut(frames).for_each(|channel| channel.copy_from_slice(row));
                }
                Ok(produced)
            }
            Way::Copies => {
                input.chunks_exact_mut(frames).for_each(|channel| channel.copy_from_slice(mix));
                let produced = self.driver.separate(input, conditions, output)?;
                let share = 1.0 / own as f32;
                for (stem, given) in stems.chunks_exact_mut(frames).zip(output.chunks_exact(own * frames)) {
                    stem.fill(0.0);
                    for channel in given.chunks_exact(frames) {
                        stem.iter_mut().zip(channel).for_each(|(into, sample)| *into += sample * share);
                    }
                }
                Ok(produced)
            }
        }
    }
}

/// Runs a driver on each window and on its negative; the mean of both has less noise.
pub(crate) struct Polarity {
    driver: Driver,
    input: Vec<f32>,
    output: Vec<f32>,
}

impl Polarity {
    pub fn new(driver: Driver) -> Self {
        Self { driver, input: Vec::new(), output: Vec::new() }
    }
}

impl Drives for Polarity {
    fn loopback(&mut self) -> Result<Loopback, GraphError> {
        self.driver.loopback()
    }
}

impl Separator for Polarity {
    type Error = GraphError;

    fn geometry(&self) -> Geometry {
        self.driver.geometry()
    }

    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, GraphError> {
        let produced = self.driver.separate(mix, conditions, stems)?;
        self.input.clear();
        self.input.extend(mix.iter().map(|sample| -sample));
        self.output.resize(stems.len(), 0.0);
        let statistics = conditions.statistics.map(|all| Statistics { mean: -all.mean, ..all });
        let negative = Conditions { statistics, ..*conditions };
        let again = self.driver.separate(&self.input, &negative, &mut self.output)?;
        for (stem, other) in stems.iter_mut().zip(&self.output) {
            *stem = (*stem - other) * 0.5;
        }
        Ok(produced.min(again))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ripieno_types::{SampleRate, WindowFrames};

    /// Two stems: the samples squared, so that it matters what went in; and how many there were before.
    struct Square {
        channels: usize,
        runs: f32,
    }

    impl Drives for Square {}

    impl Separator for Square {
        type Error = GraphError;

        fn geometry(&self) -> Geometry {
            let window = WindowFrames::Flexible { align: 1, most: 99, preferred: None };
            let Self { channels, .. } = *self;
            Geometry { rate: SampleRate::CD, channels, stems: 2, window, context: 0, wants_statistics: false }
        }

        fn separate(&mut self, mix: &[f32], _: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, GraphError> {
            let (squares, runs) = stems.split_at_mut(mix.len());
            squares.iter_mut().zip(mix).for_each(|(stem, sample)| *stem = sample * sample);
            runs.fill(self.runs);
            self.runs += 1.0;
            Ok(mix.len() / self.channels)
        }
    }

    fn check(own: usize, policy: Policy, wanted: usize, mix: &[f32], expected: &[f32]) {
        let mut driver = channels(Box::new(Square { channels: own, runs: 0.0 }), policy, wanted).unwrap();
        assert_eq!(driver.geometry().channels, wanted);
        let mut stems = vec![f32::NAN; mix.len() * 2];
        assert_eq!(driver.separate(mix, &Conditions::default(), &mut stems), Ok(mix.len() / wanted));
        assert_eq!(stems, expected, "{policy:?}");
    }

    #[test]
    fn channels_become_those_of_the_model_and_back() {
        let mix = [1.0, 2.0, 5.0, 4.0];
        check(1, Policy::PerChannel, 2, &mix, &[1.0, 4.0, 25.0, 16.0, 0.0, 0.0, 1.0, 1.0]);
        // Middle 3, 3; sides -2, -1.
        check(1, Policy::MidSide, 2, &mix, &[13.0, 10.0, 5.0, 8.0, 1.0, 1.0, -1.0, -1.0]);
        check(1, Policy::Downmix, 2, &mix, &[9.0, 9.0, 9.0, 9.0, 0.0, 0.0, 0.0, 0.0]);
        check(1, Policy::MidSide, 3, &[1.0, 2.0, 3.0], &[1.0, 4.0, 9.0, 0.0, 1.0, 2.0]);
        check(2, Policy::PerChannel, 1, &[1.0, 2.0], &[1.0, 4.0, 0.0, 0.0]);
        check(2, Policy::PerChannel, 2, &mix, &[1.0, 4.0, 25.0, 16.0, 0.0, 0.0, 0.0, 0.0]);
        let refused = channels(Box::new(Square { channels: 2, runs: 0.0 }), Policy::PerChannel, 6).err().unwrap();
        assert!(refused.to_string().contains("6 channels and the model takes 2"), "{refused}");
    }

    #[test]
    fn what_does_not_turn_with_the_sign_is_taken_out() {
        let mut driver = Polarity::new(Box::new(Square { channels: 1, runs: 0.0 }));
        let mut stems = [0.0; 4];
        assert_eq!(driver.separate(&[1.0, 2.0], &Conditions::default(), &mut stems), Ok(2));
        assert_eq!(stems, [0.0, 0.0, -0.5, -0.5]);
    }
}
