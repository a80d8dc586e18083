//! The last gain before the device: the master level and the fades around every start and stop.

use ripieno_types::{Block, SampleRate};

/// How long a fade or a move of the master level takes, in seconds.
pub const FADE_SECS: f32 = 0.05;

/// A gain that glides, frame by frame, whatever the blocks.
#[derive(Clone, Copy, Debug)]
pub struct Fader {
    now: f32,
    step: f32,
    /// Frames until `target` is reached.
    left: u32,
    target: f32,
    master: f32,
    is_open: bool,
    length: u32,
}

impl Fader {
    /// Closed: the first [`open`](Self::open) fades in. Any.
    pub fn new(master: f32, rate: SampleRate) -> Self {
        let length = rate.frames(FADE_SECS).max(1) as u32;
        Self { now: 0.0, step: 0.0, left: 0, target: 0.0, master, is_open: false, length }
    }

    /// Sets the gain of an open fader, linear. Real-time.
    pub fn set_master(&mut self, master: f32) {
        self.master = master;
        self.glide();
    }

    /// Fades in, or out to silence. Real-time.
    pub fn open(&mut self, is_open: bool) {
        self.is_open = is_open;
        self.glide();
    }

    /// True once silence is all that leaves. Real-time.
    pub fn is_shut(&self) -> bool {
        !self.is_open && self.left == 0
    }

    fn glide(&mut self) {
        let target = if self.is_open { self.master } else { 0.0 };
        if target != self.target {
            self.target = target;
            self.left = self.length;
            self.step = (target - self.now) / self.length as f32;
        }
    }

    /// Changes the block in place. Real-time.
    pub fn process(&mut self, mut block: Block<'_>) {
        let mut glide = block.split_front(self.left as usize);
        let [left, right] = glide.channels();
        for (left, right) in left.iter_mut().zip(right) {
            self.left -= 1;
            self.now = if self.left == 0 { self.target } else { self.now + self.step };
            *left *= self.now;
            *right *= self.now;
        }
        if !block.is_empty() && self.now != 1.0 {
            for channel in block.channels() {
                channel.iter_mut().for_each(|sample| *sample *= self.now);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(fader: &mut Fader, frames: usize, block: usize) -> Vec<f32> {
        let (mut left, mut right) = (vec![1.0; frames], vec![1.0; frames]);
        let mut rest = Block::new(&mut left, &mut right);
        while !rest.is_empty() {
            fader.process(rest.split_front(block));
        }
        left
    }

    #[test]
    fn fades_do_not_depend_on_blocks_and_never_step() {
        let rate = SampleRate::new(10_000).unwrap();
        let heard: Vec<_> = [1, 7, 64, 1000]
            .map(|block| {
                let mut fader = Fader::new(0.8, rate);
                fader.open(true);
                let mut heard = run(&mut fader, 700, block);
                fader.set_master(0.2);
                heard.extend(run(&mut fader, 100, block));
                fader.open(false);
                heard.extend(run(&mut fader, 700, block));
                assert!(fader.is_shut());
                heard
            })
            .into_iter()
            .collect();
        assert!(heard.iter().all(|other| *other == heard[0]));
        let heard = &heard[0];
        assert_eq!((heard[499], heard[699], heard[1400]), (0.8, 0.8, 0.0));
        // The steepest glide crosses the whole range in 500 frames.
        assert!(heard.windows(2).all(|pair| (pair[1] - pair[0]).abs() <= 0.8 / 500.0 + 1e-6));
    }

    #[test]
    fn an_open_fader_at_full_gain_changes_nothing() {
        let mut fader = Fader::new(1.0, SampleRate::STUDIO);
        fader.open(true);
        run(&mut fader, 4_800, 64);
        let (mut left, mut right) = (vec![0.123_456_7; 64], vec![-0.5; 64]);
        fader.process(Block::new(&mut left, &mut right));
        assert!(left.iter().all(|s| *s == 0.123_456_7) && right.iter().all(|s| *s == -0.5));
    }
}
