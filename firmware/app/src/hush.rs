//! Silence while flash is written. A chip that runs or plays from its flash cannot read it meanwhile, so the low half asks for
//! silence, the audio half fades out and then leaves all memory alone until it is let go on.

use core::sync::atomic::{AtomicBool, Ordering};

/// Frames from full level to silence, and back.
pub const FADE_FRAMES: usize = 256;

/// What the two halves say to each other. Any.
#[derive(Debug, Default)]
pub struct Hush {
    is_wanted: AtomicBool,
    is_silent: AtomicBool,
}

impl Hush {
    /// Nobody wants silence.
    pub const fn new() -> Self {
        Self { is_wanted: AtomicBool::new(false), is_silent: AtomicBool::new(false) }
    }

    /// Low half: asks for silence. It is there once [`is_silent`](Self::is_silent) says so.
    pub fn ask(&self) {
        self.is_wanted.store(true, Ordering::Release);
    }

    /// Low half: whether the audio half has faded out and touches nothing.
    pub fn is_silent(&self) -> bool {
        // Pairs with the store in `Fade::next`: what the audio half read before it is done with.
        self.is_silent.load(Ordering::Acquire)
    }

    /// Low half: lets the sound come back.
    pub fn release(&self) {
        self.is_silent.store(false, Ordering::Relaxed);
        // Pairs with the load in `Fade::next`: what was written to flash meanwhile is there.
        self.is_wanted.store(false, Ordering::Release);
    }
}

/// The audio half's side.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fade {
    /// Frames of the fade that are still to come until full level; 0 is full level.
    missing: usize,
    /// Silent blocks that were given since the fade ended.
    silent: u8,
}

impl Fade {
    /// Silent blocks until what was heard before has left a double buffer.
    const DRAIN: u8 = 2;

    /// Full level.
    pub const fn new() -> Self {
        Self { missing: 0, silent: 0 }
    }

    /// Fills the next block: `render` is called unless there is silence. Real-time.
    pub fn next(
        &mut self,
        hush: &Hush,
        left: &mut [f32],
        right: &mut [f32],
        render: impl FnOnce(&mut [f32], &mut [f32]),
    ) {
        let is_wanted = hush.is_wanted.load(Ordering::Acquire);
        if is_wanted && self.missing == FADE_FRAMES {
            left.fill(0.0);
            right.fill(0.0);
            self.silent = self.silent.saturating_add(1);
            if self.silent >= Self::DRAIN {
                hush.is_silent.store(true, Ordering::Release);
            }
            return;
        }
        self.silent = 0;
        render(left, right);
        if !is_wanted && self.missing == 0 {
            return;
        }
        for (left, right) in left.iter_mut().zip(right) {
            self.missing = if is_wanted { (self.missing + 1).min(FADE_FRAMES) } else { self.missing.saturating_sub(1) };
            let level = (FADE_FRAMES - self.missing) as f32 * (1.0 / FADE_FRAMES as f32);
            *left *= level;
            *right *= level;
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec;
    use std::vec::Vec;

    const FRAMES: usize = 64;

    fn block(fade: &mut Fade, hush: &Hush) -> ([f32; FRAMES], bool) {
        let (mut left, mut right, mut is_rendered) = ([9.0; FRAMES], [9.0; FRAMES], false);
        fade.next(hush, &mut left, &mut right, |left, right| {
            left.fill(1.0);
            right.fill(1.0);
            is_rendered = true;
        });
        assert_eq!(left, right);
        (left, is_rendered)
    }

    #[test]
    fn silence_comes_without_a_step_and_nothing_is_rendered_in_it() {
        let (hush, mut fade) = (Hush::new(), Fade::new());
        assert_eq!(block(&mut fade, &hush), ([1.0; FRAMES], true));
        hush.ask();
        let mut heard = vec![];
        while !hush.is_silent() {
            heard.extend(block(&mut fade, &hush).0);
            assert!(heard.len() < 48_000, "no silence in a second");
        }
        assert!(heard.windows(2).all(|pair| (pair[0] - pair[1]).abs() <= 1.01 / FADE_FRAMES as f32));
        assert_eq!(&heard[heard.len() - 2 * FRAMES..], [0.0; 2 * FRAMES], "both halves of a double buffer are silent");
        assert_eq!(block(&mut fade, &hush), ([0.0; FRAMES], false));
        hush.release();
        assert!(!hush.is_silent());
        let back: Vec<f32> = (0..=FADE_FRAMES / FRAMES).flat_map(|_| block(&mut fade, &hush).0).collect();
        assert!(back.windows(2).all(|pair| pair[0] <= pair[1] && pair[1] - pair[0] <= 1.01 / FADE_FRAMES as f32));
        assert_eq!(back.last(), Some(&1.0));
    }

    #[test]
    fn a_request_that_is_taken_back_turns_round_where_the_fade_is() {
        let (hush, mut fade) = (Hush::new(), Fade::new());
        hush.ask();
        let low = block(&mut fade, &hush).0[FRAMES - 1];
        hush.release();
        let (back, is_rendered) = block(&mut fade, &hush);
        assert!(is_rendered && back[0] > low && back[0] < low + 0.01 && back[FRAMES - 1] == 1.0);
        assert!(!hush.is_silent());
    }
}
