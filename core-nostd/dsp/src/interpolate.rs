//! Values between samples.

/// Catmull-Rom: a cubic through `b` and `c` whose slopes are those of their neighbours; `t` of the way from `b` to `c`.
/// Exact for `t` = 0, and for straight lines and parabolas everywhere. Real-time.
#[inline(always)]
pub fn cubic([a, b, c, d]: [f32; 4], t: f32) -> f32 {
    let slope = c - a;
    let bend = (2.0 * a - 5.0 * b) + (4.0 * c - d);
    let twist = 3.0 * (b - c) + (d - a);
    b + 0.5 * t * (slope + t * (bend + t * twist))
}

/// The weights that [`cubic`] gives to its four samples. Real-time.
#[inline(always)]
pub fn cubic_weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [0.5 * (2.0 * t2 - t - t3), 0.5 * (2.0 - 5.0 * t2 + 3.0 * t3), 0.5 * (t + 4.0 * t2 - 3.0 * t3), 0.5 * (t3 - t2)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_a_parabola_and_its_own_weights() {
        let parabola = |x: f32| 0.5 * x * x - x + 0.25;
        let samples = [-1.0, 0.0, 1.0, 2.0].map(parabola);
        for i in 0..=16 {
            let t = i as f32 / 16.0;
            let value = cubic(samples, t);
            assert!((value - parabola(t)).abs() < 1e-6);
            let weighted: f32 = cubic_weights(t).iter().zip(samples).map(|(w, s)| w * s).sum();
            assert!((value - weighted).abs() < 1e-6);
        }
        assert_eq!(cubic([9.0, 0.3, -7.0, 5.0], 0.0), 0.3);
    }
}
