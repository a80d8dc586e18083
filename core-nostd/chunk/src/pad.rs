//! What stands where the recording has no frames.

/// What windows are padded with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edge {
    /// Silence.
    Zero,
    /// The recording mirrored at its first and last frame, which are not repeated.
    Reflect,
}

/// Pads one channel of a window around the `frames` that stand at `before`; what does not fit `channel` is left out. Worker.
pub fn pad(channel: &mut [f32], before: usize, frames: usize, edge: Edge) {
    let before = before.min(channel.len());
    let end = before.saturating_add(frames).min(channel.len());
    match (edge, end - before) {
        (Edge::Zero, _) | (_, 0) => {
            channel[..before].fill(0.0);
            channel[end..].fill(0.0);
        }
        (Edge::Reflect, 1) => channel.fill(channel[before]),
        (Edge::Reflect, frames) => {
            let way = frames - 1;
            for at in (0..before).rev() {
                channel[at] = channel[before + mirrored(before - at, way)];
            }
            for at in end..channel.len() {
                channel[at] = channel[end - 1 - mirrored(at + 1 - end, way)];
            }
        }
    }
}

/// How far from its edge the frame stands that is seen `distance` beyond it: there and back over `way`, over and over.
fn mirrored(distance: usize, way: usize) -> usize {
    let place = distance % (2 * way);
    place.min(2 * way - place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(real: &[f32], before: usize, after: usize, edge: Edge, expected: &[f32]) {
        let mut channel = [9.0; 16];
        let channel = &mut channel[..before + real.len() + after];
        channel[before..before + real.len()].copy_from_slice(real);
        pad(channel, before, real.len(), edge);
        assert_eq!(channel, expected);
    }

    #[test]
    fn edges() {
        check(&[1.0, 2.0], 2, 1, Edge::Zero, &[0.0, 0.0, 1.0, 2.0, 0.0]);
        check(&[], 1, 2, Edge::Zero, &[0.0; 3]);
        check(&[], 1, 2, Edge::Reflect, &[0.0; 3]);
        check(&[7.0], 2, 1, Edge::Reflect, &[7.0; 4]);
        check(&[1.0, 2.0, 3.0], 2, 2, Edge::Reflect, &[3.0, 2.0, 1.0, 2.0, 3.0, 2.0, 1.0]);
        check(&[1.0, 2.0], 3, 3, Edge::Reflect, &[2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0]);
        check(
            &[1.0, 2.0, 3.0],
            6,
            5,
            Edge::Reflect,
            &[3.0, 2.0, 1.0, 2.0, 3.0, 2.0, 1.0, 2.0, 3.0, 2.0, 1.0, 2.0, 3.0, 2.0],
        );
        check(&[1.0, 2.0, 3.0], 0, 0, Edge::Reflect, &[1.0, 2.0, 3.0]);
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let mut channel = [1.0, 2.0, 3.0];
        pad(&mut channel, 2, 5, Edge::Reflect);
        assert_eq!(channel, [3.0; 3]);
        pad(&mut channel, 9, 9, Edge::Zero);
        assert_eq!(channel, [0.0; 3]);
        pad(&mut [], 0, 0, Edge::Reflect);
    }
}
