//! Another sample rate, as a stream: windowed sinc by FFT, its delay taken out, the same bits for any split of the input.
//!
//! The recording is cut into blocks at fixed places, each of a whole number of frames at both rates; a block's output
//! depends on its own samples and on those of the block before, on nothing else. So the output does not depend on how
//! the input came, and a resampler that starts over one block early gives the very bits of one that never stopped.
//! Everything is computed in f64: noise and aliases stay below the last bit of a 24-bit file.

use ripieno_types::SampleRate;
use rubato::audioadapter_buffers::direct::SequentialSliceOfVecs;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};
use std::fmt;

/// The fewest frames a block has at the lower of the two rates. The filter is as long: the pass band ends at 97 % of
/// the lower Nyquist frequency, the stop band begins at it.
const SHORTEST_BLOCK: usize = 1024;

/// Changes the rate of a stream. Output frame `n` is the input at time `n / to`; before its first and after its last
/// frame the input is silent.
///
/// ```
/// use ripieno_files::Resampler;
/// use ripieno_types::SampleRate;
/// let (from, to) = (SampleRate::CD, SampleRate::STUDIO);
/// let mut resampler = Resampler::new(from, to, 1);
/// let mut output = vec![Vec::new()];
/// resampler.push(&[&[0.25; 4_410]], &mut output);
/// resampler.finish(Resampler::frames(from, to, 4_410), &mut output);
/// assert_eq!(output[0].len(), 4_800);
/// assert!((output[0][2_400] - 0.25).abs() < 1e-6);
/// ```
pub struct Resampler {
    channels: usize,
    /// `None` where both rates are the same: samples pass as they are.
    blocks: Option<Blocks>,
    /// Frames handed out, counted from the start of the recording.
    at: u64,
}

impl fmt::Debug for Resampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blocks = self.blocks.as_ref().map(|blocks| (blocks.size.from, blocks.size.to));
        f.debug_struct("Resampler").field("channels", &self.channels).field("blocks", &blocks).finish()
    }
}

impl Resampler {
    /// A resampler at the start of a recording. Memory grows with `from` and `to` divided by their greatest common
    /// divisor: a few hundred KiB for the usual pairs, up to some 150 MiB for coprime ones at the highest rates. Control.
    ///
    /// # Panics
    /// When there is no channel.
    pub fn new(from: SampleRate, to: SampleRate, channels: usize) -> Self {
        Self::restart(from, to, channels, 0).0
    }

    /// A resampler that goes on at `output_frame` of a recording, and the input frame from which it must be fed. The
    /// first frame that comes out is `output_frame`; all are the same bits that an uninterrupted run gives. Control.
    ///
    /// # Panics
    /// When there is no channel.
    pub fn restart(from: SampleRate, to: SampleRate, channels: usize, output_frame: u64) -> (Self, u64) {
        assert!(channels > 0, "a recording has at least one channel");
        if from == to {
            return (Self { channels, blocks: None, at: output_frame }, output_frame);
        }
        let size = BlockSize::new(from, to);
        // What comes out of the filter lags behind the input by half a block.
        let raw = output_frame + size.delay();
        // The block before is computed as well: its tail reaches into the first one that is wanted.
        let first = (raw / size.to as u64).saturating_sub(1);
        let skip = raw - first * size.to as u64;
        let blocks = Blocks::new(size, channels, skip);
        (Self { channels, blocks: Some(blocks), at: output_frame }, first * size.from as u64)
    }

    /// How many frames `total` input frames become: the number of output instants before the input's end.
    pub fn frames(from: SampleRate, to: SampleRate, total: u64) -> u64 {
        let frames = (u128::from(total) * u128::from(to.hz())).div_ceil(u128::from(from.hz()));
        u64::try_from(frames).unwrap_or(u64::MAX)
    }

    /// Takes input, one slice a channel, and appends what is ready to `output`, one vector a channel. Worker.
    ///
    /// # Panics
    /// When the number of slices or vectors is not that of the channels, or the slices differ in length.
    pub fn push(&mut self, input: &[&[f32]], output: &mut [Vec<f32>]) {
        assert!(input.len() == self.channels && output.len() == self.channels, "one slice and one vector a channel");
        let frames = input[0].len();
        assert!(input.iter().all(|channel| channel.len() == frames), "channels of one block have one length");
        match &mut self.blocks {
            Some(blocks) => self.at += blocks.push(input, output),
            None => {
                output.iter_mut().zip(input).for_each(|(output, input)| output.extend_from_slice(input));
                self.at += frames as u64;
            }
        }
    }

    /// Ends the input: appends the rest, so that exactly `total_out` frames have come out since the start of the
    /// recording. Frames that came out beyond `total_out` already are taken off the end of `output`, as far as they are
    /// there. Nothing may be pushed afterwards. Worker.
    ///
    /// # Panics
    /// When the number of vectors is not that of the channels.
    pub fn finish(&mut self, total_out: u64, output: &mut [Vec<f32>]) {
        assert_eq!(output.len(), self.channels, "one vector a channel");
        while self.at < total_out {
            match &mut self.blocks {
                Some(blocks) => self.at += blocks.flush(output),
                None => {
                    let missing = usize::try_from(total_out - self.at).unwrap_or(usize::MAX);
                    output.iter_mut().for_each(|output| output.resize(output.len() + missing, 0.0));
                    self.at = total_out;
                }
            }
        }
        let beyond = usize::try_from(self.at - total_out).unwrap_or(usize::MAX);
        output.iter_mut().for_each(|output| output.truncate(output.len().saturating_sub(beyond)));
        self.at = total_out;
    }
}

/// Frames of one block at either rate: the same time at both, even at both.
#[derive(Clone, Copy, Debug)]
struct BlockSize {
    from: usize,
    to: usize,
}

impl BlockSize {
    fn new(from: SampleRate, to: SampleRate) -> Self {
        let divisor = greatest_common_divisor(from.hz(), to.hz());
        let (from, to) = ((from.hz() / divisor) as usize, (to.hz() / divisor) as usize);
        // An even number of the smallest blocks keeps half a block, the delay, a whole number of frames at both rates.
        let times = 2 * SHORTEST_BLOCK.div_ceil(2 * from.min(to));
        Self { from: from * times, to: to * times }
    }

    /// Output frames by which the filter lags.
    fn delay(self) -> u64 {
        self.to as u64 / 2
    }
}

fn greatest_common_divisor(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The filter with a block of input that fills and a block of output.
struct Blocks {
    size: BlockSize,
    fft: Fft<f64>,
    /// The block that fills, a vector a channel.
    input: Vec<Vec<f64>>,
    filled: usize,
    output: Vec<Vec<f64>>,
    /// Output frames still to drop: the delay, and what comes before the place of a restart.
    skip: u64,
}

impl Blocks {
    fn new(size: BlockSize, channels: usize, skip: u64) -> Self {
        let window = WindowFunction::BlackmanHarris2;
        let fft = Fft::new_custom(size.from, size.to, size.from, 1, channels, window, FixedSync::Both)
            .expect("rates and block are not zero");
        debug_assert_eq!((fft.fft_size_in(), fft.fft_size_out()), (size.from, size.to));
        let input = vec![vec![0.0; size.from]; channels];
        let output = vec![vec![0.0; size.to]; channels];
        Self { size, fft, input, filled: 0, output, skip }
    }

    /// Returns the frames that came out.
    fn push(&mut self, input: &[&[f32]], output: &mut [Vec<f32>]) -> u64 {
        let (mut taken, mut out) = (0, 0);
        while taken < input[0].len() {
            let frames = (input[0].len() - taken).min(self.size.from - self.filled);
            for (own, input) in self.input.iter_mut().zip(input) {
                let places = own[self.filled..self.filled + frames].iter_mut();
                places.zip(&input[taken..taken + frames]).for_each(|(place, sample)| *place = f64::from(*sample));
            }
            self.filled += frames;
            taken += frames;
            if self.filled == self.size.from {
                out += self.process(output);
            }
        }
        out
    }

    /// Fills the block up with silence.
    fn flush(&mut self, output: &mut [Vec<f32>]) -> u64 {
        self.input.iter_mut().for_each(|channel| channel[self.filled..].fill(0.0));
        self.process(output)
    }

    fn process(&mut self, output: &mut [Vec<f32>]) -> u64 {
        let channels = self.input.len();
        let input = SequentialSliceOfVecs::new(&self.input, channels, self.size.from).expect("sized in `new`");
        let mut block =
            SequentialSliceOfVecs::new_mut(&mut self.output, channels, self.size.to).expect("sized in `new`");
        self.fft.process_into_buffer(&input, &mut block, None).expect("both blocks have the filter's sizes");
        self.filled = 0;
        let dropped = self.skip.min(self.size.to as u64);
        self.skip -= dropped;
        for (output, block) in output.iter_mut().zip(&self.output) {
            output.extend(block[dropped as usize..].iter().map(|sample| *sample as f32));
        }
        self.size.to as u64 - dropped
    }
}

#[cfg(test)]
mod tests;
