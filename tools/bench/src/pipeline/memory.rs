//! What the memory itself takes: the same number of copies, without a ring between them.

use super::{frame_words, ring_frames};
use crate::ring::on_two_cores;
use std::hint::black_box;
use std::time::Instant;

/// Copies of frames into the slots of a ring's memory, or out of them, one slot after the other.
fn into_slots(source: &[u64], ring: &mut [u64], frames: usize) {
    for frame in 0..frames {
        let start = frame % (ring.len() / source.len()) * source.len();
        ring[start..start + source.len()].copy_from_slice(black_box(source));
        black_box(&mut *ring);
    }
}

fn out_of_slots(ring: &[u64], out: &mut [u64], frames: usize) {
    for frame in 0..frames {
        let start = frame % (ring.len() / out.len()) * out.len();
        out.copy_from_slice(black_box(&ring[start..start + out.len()]));
        black_box(&mut *out);
    }
}

/// One core copies each frame into a slot and out of it again, once for each reader; ns a frame.
pub fn on_one_core(bytes: usize, frames: usize, readers: usize) -> f64 {
    let source = vec![1_u64; frame_words(bytes)];
    let mut ring = vec![1_u64; ring_frames(bytes) * source.len()];
    let mut outs = vec![source.clone(); readers];
    let start = Instant::now();
    for frame in 0..frames {
        let slot = frame % ring_frames(bytes) * source.len();
        let slot = &mut ring[slot..slot + source.len()];
        slot.copy_from_slice(black_box(&source));
        for out in &mut outs {
            out.copy_from_slice(black_box(slot));
            black_box(out);
        }
    }
    start.elapsed().as_nanos() as f64 / frames as f64
}

/// One core copies frames into slots of its own, another copies frames out of others: what two cores could do if nothing
/// went from one to the other; ns a frame.
pub fn on_two(bytes: usize, frames: usize) -> f64 {
    let words = frame_words(bytes);
    let (source, mut out) = (vec![1_u64; words], vec![1_u64; words]);
    let (mut theirs, ours) = (vec![1_u64; ring_frames(bytes) * words], vec![1_u64; ring_frames(bytes) * words]);
    let spent = on_two_cores(|| out_of_slots(&ours, &mut out, frames), || into_slots(&source, &mut theirs, frames));
    spent.unwrap_or_else(|disturbed| disturbed) / frames as f64
}
