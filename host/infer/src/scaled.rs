//! What a manifest asks of samples on their way in and out of any driver: mean and deviation taken off, a gain put on.

use crate::GraphError;
use crate::policy::{Driver, Drives, Loopback};
use ripieno_ports::{Conditions, FaultKind, Geometry, Separator};

/// What a silent recording is divided by, as in the models' own code.
const LEAST_DEVIATION: f32 = 1e-8;

/// A driver whose samples are scaled.
pub(crate) struct Scaled {
    driver: Driver,
    normalized: bool,
    gain: f32,
    input: Vec<f32>,
}

impl Scaled {
    /// Takes mean and deviation of the recording off the mix and puts them on the stems if `normalized`, and multiplies the
    /// stems by `gain`. Control.
    pub fn around(driver: Driver, normalized: bool, gain: f32) -> Driver {
        if !normalized && gain == 1.0 {
            return driver;
        }
        Box::new(Self { driver, normalized, gain, input: Vec::new() })
    }
}

impl Drives for Scaled {
    fn loopback(&mut self) -> Result<Loopback, GraphError> {
        self.driver.loopback()
    }
}

impl Separator for Scaled {
    type Error = GraphError;

    fn geometry(&self) -> Geometry {
        let inner = self.driver.geometry();
        Geometry { wants_statistics: self.normalized || inner.wants_statistics, ..inner }
    }

    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, GraphError> {
        let (mean, deviation) = match (self.normalized, conditions.statistics) {
            (false, _) => (0.0, 1.0),
            (true, Some(all)) => (all.mean, all.deviation + LEAST_DEVIATION),
            (true, None) => {
                let message = "the recording's mean and deviation are wanted and were not given".to_owned();
                return Err(GraphError { kind: FaultKind::Failed, message });
            }
        };
        let mix = if self.normalized {
            self.input.clear();
            self.input.extend(mix.iter().map(|sample| (sample - mean) / deviation));
            &self.input
        } else {
            mix
        };
        let produced = self.driver.separate(mix, conditions, stems)?;
        stems.iter_mut().for_each(|sample| *sample = (*sample * deviation + mean) * self.gain);
        Ok(produced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ripieno_ports::Statistics;
    use ripieno_types::{SampleRate, WindowFrames};

    /// Adds one to everything.
    struct PlusOne;

    impl Drives for PlusOne {}

    impl Separator for PlusOne {
        type Error = GraphError;

        fn geometry(&self) -> Geometry {
            let window = WindowFrames::Fixed(2);
            let rate = SampleRate::CD;
            Geometry { rate, channels: 1, stems: 1, window, context: 0, wants_statistics: false }
        }

        fn separate(&mut self, mix: &[f32], _: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, GraphError> {
            stems.iter_mut().zip(mix).for_each(|(stem, sample)| *stem = sample + 1.0);
            Ok(mix.len())
        }
    }

    #[test]
    fn samples_are_scaled_in_and_out() {
        let check = |normalized, gain, expected: [f32; 2]| {
            let mut driver = Scaled::around(Box::new(PlusOne), normalized, gain);
            assert_eq!(driver.geometry().wants_statistics, normalized);
            let statistics = Some(Statistics { mean: 2.0, deviation: 4.0 });
            let mut stems = [0.0; 2];
            let conditions = Conditions { statistics, ..Conditions::default() };
            assert_eq!(driver.separate(&[2.0, 10.0], &conditions, &mut stems), Ok(2));
            assert!(stems.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{stems:?}");
        };
        check(false, 1.0, [3.0, 11.0]);
        check(false, 0.5, [1.5, 5.5]);
        check(true, 1.0, [6.0, 14.0]);
        check(true, 2.0, [12.0, 28.0]);
        let refused =
            Scaled::around(Box::new(PlusOne), true, 1.0).separate(&[0.0; 2], &Conditions::default(), &mut [0.0; 2]);
        assert!(refused.is_err());
    }
}
