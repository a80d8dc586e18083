//! Short runs that tell what a model does: on noise, on silence, and the same on two engines.

use crate::GraphError;
use ripieno_ports::{Conditions, Geometry, Separator, Statistics};
use ripieno_types::WindowFrames;

/// How far other hardware may be off, against the greatest sample.
const MOST_DIFFERENCE: f32 = 1e-2;

/// About how long a window is taken where any will do, in seconds.
const WINDOW_SECS: usize = 1;

/// What a run gave.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub window: usize,
    pub produced: usize,
    pub stems: Vec<f32>,
}

/// Runs one window of a signal.
pub(crate) fn run<S: Separator<Error = GraphError> + ?Sized>(
    driver: &mut S,
    mut signal: impl FnMut() -> f32,
) -> Result<Run, GraphError> {
    let geometry = driver.geometry();
    let window = window(&geometry);
    let mix: Vec<f32> = (0..window * geometry.channels).map(|_| signal()).collect();
    let mut stems = vec![0.0; mix.len() * geometry.stems];
    let conditions = Conditions {
        statistics: Some(Statistics { mean: 0.0, deviation: 0.25 }),
        description: "sound",
        ..Conditions::default()
    };
    let produced = driver.separate(&mix, &conditions, &mut stems)?;
    Ok(Run { window, produced, stems })
}

/// A short window that a driver takes, in frames.
pub(crate) fn window(geometry: &Geometry) -> usize {
    match geometry.window {
        WindowFrames::Fixed(frames) => frames,
        WindowFrames::Flexible { align, most, preferred } => {
            let short =
                (WINDOW_SECS * geometry.rate.hz() as usize).max(4 * geometry.context).next_multiple_of(align.max(1));
            short.min(most).min(preferred.unwrap_or(usize::MAX)).max(align)
        }
    }
}

/// Noise within half of full scale, the same each time.
pub(crate) fn noise() -> impl FnMut() -> f32 {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    }
}

/// Whether two drivers give the same numbers for noise; if not, why.
pub(crate) fn compare<S: Separator<Error = GraphError> + ?Sized>(one: &mut S, other: &mut S) -> Result<(), String> {
    let expected = run(one, noise()).map_err(|error| format!("the processor itself failed: {error}"))?;
    let given = run(other, noise()).map_err(|error| error.to_string())?;
    if given.produced != expected.produced {
        return Err(format!("it gave {} frames, the processor {}", given.produced, expected.produced));
    }
    if given.stems.iter().any(|sample| !sample.is_finite()) {
        return Err("it gave what is no number".to_owned());
    }
    let greatest = expected.stems.iter().fold(f32::MIN_POSITIVE, |all, sample| all.max(sample.abs()));
    let difference =
        expected.stems.iter().zip(&given.stems).fold(0.0f32, |all, (one, other)| all.max((one - other).abs()));
    if difference > MOST_DIFFERENCE * greatest {
        return Err(format!("it is off by {:.1} % of the processor's greatest sample", 100.0 * difference / greatest));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ripieno_ports::FaultKind;
    use ripieno_types::SampleRate;

    /// Gives the mix as it bends it.
    struct Bent {
        bend: fn(f32) -> f32,
        missing: usize,
    }

    impl Separator for Bent {
        type Error = GraphError;

        fn geometry(&self) -> Geometry {
            let window = WindowFrames::Fixed(100);
            Geometry { rate: SampleRate::CD, channels: 1, stems: 1, window, context: 0, wants_statistics: false }
        }

        fn separate(&mut self, mix: &[f32], _: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, GraphError> {
            if self.missing > mix.len() {
                return Err(GraphError { kind: FaultKind::Gone, message: "unplugged".to_owned() });
            }
            stems.iter_mut().zip(mix).for_each(|(stem, sample)| *stem = (self.bend)(*sample));
            Ok(mix.len() - self.missing)
        }
    }

    #[test]
    fn only_equal_numbers_pass() {
        let check = |bend, missing, expected: Option<&str>| {
            let given = compare(&mut Bent { bend: |sample| sample, missing: 0 }, &mut Bent { bend, missing });
            match expected {
                None => assert_eq!(given, Ok(())),
                Some(part) => assert!(given.unwrap_err().contains(part), "{part}"),
            }
        };
        check(|sample| sample, 0, None);
        check(|sample| sample * 1.005, 0, None);
        check(|sample| sample * 1.05, 0, Some("5.0 %"));
        check(|_| 0.0, 0, Some("100.0 %"));
        check(|sample| if sample > 0.4 { f32::NAN } else { sample }, 0, Some("no number"));
        check(|sample| sample, 1, Some("99 frames"));
        check(|sample| sample, 101, Some("unplugged"));
    }

    #[test]
    fn short_windows_suit_the_model() {
        let check = |shape, context, expected| {
            let geometry = Geometry {
                rate: SampleRate::STUDIO,
                channels: 1,
                stems: 1,
                window: shape,
                context,
                wants_statistics: false,
            };
            assert_eq!(window(&geometry), expected);
        };
        let flexible = |align, most, preferred| WindowFrames::Flexible { align, most, preferred };
        check(WindowFrames::Fixed(7), 0, 7);
        check(flexible(1000, usize::MAX, None), 0, 48_000);
        check(flexible(1001, 1001 * 1000, None), 0, 48_048);
        check(flexible(100, 2000, Some(1000)), 0, 1000);
        check(flexible(100, 500, None), 0, 500);
        check(flexible(1, usize::MAX, None), 20_000, 80_000);
    }
}
