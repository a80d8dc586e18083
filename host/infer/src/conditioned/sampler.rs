//! Steps from noise to stems: an ordinary differential equation from time 0 to 1, its right side a network.

use serde::Deserialize;

/// How a step is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// By the velocity in the middle of the step, that of the beginning leading there: two looks a step.
    #[default]
    Midpoint,
    /// By the velocity at the beginning of the step.
    Euler,
}

/// Moves `state` from time 0 to 1 in equal steps. `velocity` gets a time and a state, and fills the last slice.
///
/// # Errors
/// What `velocity` fails with.
pub(crate) fn integrate<E>(
    method: Method,
    steps: usize,
    state: &mut [f32],
    mut velocity: impl FnMut(f32, &[f32]) -> Result<Vec<f32>, E>,
) -> Result<(), E> {
    // In f64, as a sum of f32 steps would miss the end.
    let length = 1.0 / steps as f64;
    let mut middle = vec![0.0; if method == Method::Midpoint { state.len() } else { 0 }];
    for step in 0..steps {
        let time = step as f64 * length;
        let first = velocity(time as f32, state)?;
        let slope = match method {
            Method::Euler => first,
            Method::Midpoint => {
                let half = (length / 2.0) as f32;
                for ((to, from), slope) in middle.iter_mut().zip(&*state).zip(&first) {
                    *to = from + slope * half;
                }
                velocity((time + length / 2.0) as f32, &middle)?
            }
        };
        state.iter_mut().zip(&slope).for_each(|(value, slope)| *value += slope * length as f32);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn run(method: Method, steps: usize, field: impl Fn(f64, f64) -> f64) -> (f64, Vec<f32>) {
        let mut state = [1.0f32];
        let mut times = Vec::new();
        let done: Result<(), Infallible> = integrate(method, steps, &mut state, |time, state| {
            times.push(time);
            Ok(vec![field(f64::from(time), f64::from(state[0])) as f32])
        });
        done.expect("never fails");
        (f64::from(state[0]), times)
    }

    #[test]
    fn known_equations_are_solved() {
        let check = |method, steps, field: fn(f64, f64) -> f64, end: f64, off: f64| {
            let (found, _) = run(method, steps, field);
            assert!((found - end).abs() <= off, "{method:?} in {steps}: {found}, not {end}");
        };
        let e = core::f64::consts::E;
        for method in [Method::Midpoint, Method::Euler] {
            check(method, 1, |_, _| 0.0, 1.0, 0.0);
            check(method, 16, |_, _| 2.5, 3.5, 1e-5);
        }
        // Exact in time up to the first and the second power, and then of second and first order.
        check(Method::Midpoint, 16, |time, _| 2.0 * time, 2.0, 1e-5);
        check(Method::Midpoint, 16, |_, x| x, e, 2e-3);
        check(Method::Midpoint, 32, |_, x| x, e, 5e-4);
        check(Method::Euler, 16, |_, x| x, e, 9e-2);
        check(Method::Euler, 16, |_, x| x, (1.0f64 + 1.0 / 16.0).powi(16), 1e-5);
    }

    #[test]
    fn sixteen_midpoint_steps_look_thirty_two_times() {
        let (_, times) = run(Method::Midpoint, 16, |_, _| 0.0);
        let expected: Vec<f32> = (0..32).map(|look| look as f32 / 32.0).collect();
        assert_eq!(times, expected);
        assert_eq!(run(Method::Euler, 4, |_, _| 0.0).1, [0.0, 0.25, 0.5, 0.75]);
    }
}
