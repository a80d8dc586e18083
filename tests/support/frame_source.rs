//! What every [`FrameSource`] promises, run on every version of the port.

use ripieno_ports::FrameSource;
use ripieno_types::Block;

/// Pulls blocks of many sizes, empty ones among them.
///
/// # Panics
/// When a frame was not written, the count exceeds the block, or what follows the real frames is not silence.
pub fn conforms(name: &str, mut source: impl FrameSource) {
    let mut total = 0;
    for size in [0, 1, 64, 0, 1023, 4096, 7, 1, 300] {
        // NaN shows a frame that nobody wrote.
        let (mut left, mut right) = (vec![f32::NAN; size], vec![f32::NAN; size]);
        let real = source.fill(Block::new(&mut left, &mut right));
        assert!(real <= size, "{name}: {real} real frames in a block of {size}");
        for channel in [&left, &right] {
            assert!(channel.iter().all(|s| s.is_finite()), "{name}: a frame was left unwritten");
            assert!(channel[real..].iter().all(|s| *s == 0.0), "{name}: sound after the real frames");
        }
        total += real;
    }
    assert!(total > 0, "{name}: gave no frame at all, so nothing was tested");
}
