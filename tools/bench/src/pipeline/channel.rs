//! crossbeam's bounded channels: each frame is a buffer of its own, filled by the writer and copied by each reader.

use super::{WARM_UP, frame_words, pinned, ring_frames};
use crossbeam_channel::bounded;
use std::hint::black_box;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

/// ns a frame, from one thread to `readers` others.
pub fn copies(bytes: usize, frames: usize, readers: usize) -> f64 {
    let source = &vec![1_u64; frame_words(bytes)];
    thread::scope(|scope| {
        let (senders, receivers): (Vec<_>, Vec<_>) =
            (0..readers).map(|_| bounded::<Arc<[u64]>>(ring_frames(bytes))).unzip();
        let readers: Vec<_> = (receivers.into_iter().enumerate())
            .map(|(reader, receiver)| {
                let mut out = source.clone();
                scope.spawn(move || {
                    pinned(reader + 1);
                    let mut start = Instant::now();
                    for frame in 0..WARM_UP + frames {
                        if frame == WARM_UP {
                            start = Instant::now();
                        }
                        let Ok(message) = receiver.recv() else { break };
                        out.copy_from_slice(&message);
                        black_box(&mut out);
                    }
                    start.elapsed().as_nanos() as f64 / frames as f64
                })
            })
            .collect();
        scope.spawn(move || {
            pinned(0);
            for _ in 0..WARM_UP + frames {
                let message: Arc<[u64]> = Arc::from(black_box(&source[..]));
                for sender in &senders {
                    sender.send(Arc::clone(&message)).expect("the readers stay");
                }
            }
        });
        readers.into_iter().map(|reader| reader.join().expect("readers do not panic")).fold(0.0, f64::max)
    })
}
