//! Harmonic and percussive parts by median filtering of the magnitude spectrogram (D. FitzGerald, "Harmonic/percussive
//! separation using median filtering", DAFx 2010): what is steady in time is a line along it, what is struck one across.
//! With a margin above 1 only what is clearly one of both is taken as such, the rest is a residual (J. Driedger, M. Müller,
//! S. Disch, "Extending harmonic-percussive separation of audio signals", ISMIR 2014).
//!
//! Every channel has masks of its own: one mask for all of them was measured to be a little worse.

use super::median::{ColumnMedians, LANES, Row, RowMedians, mirrored};
use super::transform::{Transform, clean, scaled};
use realfft::num_complex::Complex32;
use ripieno_ports::Conditions;
use ripieno_types::SampleRate;

/// Samples of a transform at 44.1 kHz: 93 ms tell neighbouring notes apart and still follow a drum.
const N_FFT: usize = 4096;
/// Frames over which a harmonic sound is steady, 0.4 s.
const STEADY: usize = 17;
/// Bins over which a percussive sound is broad, 120 Hz.
const BROAD: usize = 11;
/// Rows of the ring of magnitudes: those in a window, the one that leaves it and the one that comes.
const RING: usize = STEADY + 1;
/// Spectra that wait until the frames after them are known, and the newest.
const WAITING: usize = STEADY / 2 + 1;

pub struct Hpss {
    margin: f32,
    transform: Transform,
    steady: ColumnMedians,
    broad: RowMedians,
    /// The latest magnitudes, frame by frame, each filled up to whole tiles.
    magnitudes: Vec<Vec<Row>>,
    spectra: Vec<Vec<Complex32>>,
    /// A frame's magnitudes as far as they are steady, filled up to whole tiles.
    lines: Vec<Row>,
    /// A frame's magnitudes as far as they are broad.
    strikes: Vec<f32>,
    masked: Vec<Complex32>,
}

impl Hpss {
    /// At a rate. `margin` is 1 or more: how many times stronger one part must be than the other.
    pub fn new(rate: SampleRate, margin: f32) -> Self {
        let transform = Transform::new(scaled(N_FFT, rate));
        let bins = transform.bins();
        let tiles = bins.div_ceil(LANES);
        Self {
            margin,
            transform,
            steady: ColumnMedians::new(STEADY, tiles),
            broad: RowMedians::new(BROAD, bins),
            magnitudes: vec![vec![[0.0; LANES]; tiles]; RING],
            spectra: vec![vec![Complex32::default(); bins]; WAITING],
            lines: vec![[0.0; LANES]; tiles],
            strikes: vec![0.0; bins],
            masked: vec![Complex32::default(); bins],
        }
    }

    /// A sample depends on the frames that hold it, their mask on the frames around them: a multiple of the hop, so that
    /// padding before a recording keeps to the grid.
    pub fn context(&self) -> usize {
        (STEADY / 2 + 4) * self.transform.hop()
    }

    /// Bytes of its memory.
    pub fn bytes(&self) -> usize {
        let magnitudes = (RING + 1) * size_of_val(&*self.lines) + size_of_val(&*self.strikes);
        let spectra = (WAITING + 1) * size_of_val(&*self.masked);
        magnitudes + spectra + self.transform.bytes() + self.steady.bytes() + self.broad.bytes()
    }

    /// Harmonic, percussive and, with a margin above 1, what is neither.
    pub fn separate(&mut self, mix: &[f32], frames: usize, conditions: &Conditions<'_>, stems: &mut [f32]) {
        stems.fill(0.0);
        let (harmonic, rest) = stems.split_at_mut(mix.len());
        let (percussive, residual) = rest.split_at_mut(mix.len());
        let has_residual = !residual.is_empty();
        let channels = mix.chunks_exact(frames).zip(harmonic.chunks_exact_mut(frames));
        for ((mix, harmonic), percussive) in channels.zip(percussive.chunks_exact_mut(frames)) {
            self.channel(mix, conditions.start_frame, harmonic, has_residual.then_some(&mut *percussive));
        }
        // What is left needs no transform, and adds up to the mix.
        let left = if has_residual { &mut *residual } else { &mut *percussive };
        for ((left, mix), harmonic) in left.iter_mut().zip(mix).zip(&*harmonic) {
            *left = clean(*mix) - harmonic;
        }
        for (residual, percussive) in residual.iter_mut().zip(percussive) {
            *residual -= *percussive;
        }
    }

    fn channel(&mut self, mix: &[f32], start: i64, harmonic: &mut [f32], mut percussive: Option<&mut [f32]>) {
        const HALF: isize = (STEADY / 2) as isize;
        let grid = self.transform.grid(start, mix.len());
        // Beyond the first and the last frame lies their mirror image.
        let row = |frame: isize| mirrored(frame, grid.frames) % RING;
        let mut known = 0;
        for frame in 0..grid.frames {
            while known < grid.frames.min(frame + WAITING) {
                self.analyse(mix, grid.start(known), known);
                known += 1;
            }
            let (at, magnitudes) = (frame as isize, &self.magnitudes);
            match frame {
                0 => self.steady.fill((-HALF..=HALF).map(|around| &magnitudes[row(around)][..])),
                _ => self.steady.slide(&magnitudes[row(at - HALF - 1)], &magnitudes[row(at + HALF)]),
            }
            self.steady.medians(&mut self.lines);
            let bins = self.masked.len();
            self.broad.medians(&magnitudes[frame % RING].as_flattened()[..bins], &mut self.strikes);
            let (spectrum, lines) = (&self.spectra[frame % WAITING], &self.lines.as_flattened()[..bins]);
            mask(&mut self.masked, spectrum, lines, &self.strikes, self.margin);
            self.transform.synthesise(&mut self.masked, grid.start(frame), harmonic);
            if let Some(percussive) = percussive.as_deref_mut() {
                mask(&mut self.masked, spectrum, &self.strikes, lines, self.margin);
                self.transform.synthesise(&mut self.masked, grid.start(frame), percussive);
            }
        }
    }

    fn analyse(&mut self, mix: &[f32], start: isize, frame: usize) {
        let spectrum = &mut self.spectra[frame % WAITING];
        self.transform.analyse(mix, start, spectrum);
        let magnitudes = self.magnitudes[frame % RING].as_flattened_mut();
        for (magnitude, bin) in magnitudes.iter_mut().zip(spectrum) {
            *magnitude = (bin.re * bin.re + bin.im * bin.im).sqrt();
        }
    }
}

/// Takes of a spectrum the share that `own` has beside `margin` times `other`, by power.
fn mask(out: &mut [Complex32], spectrum: &[Complex32], own: &[f32], other: &[f32], margin: f32) {
    /// Far below what 32-bit floats resolve beside full scale: silence is not divided by itself.
    const NOTHING: f32 = 1e-30;
    for ((out, bin), (own, other)) in out.iter_mut().zip(spectrum).zip(own.iter().zip(other)) {
        let (own, other) = (own * own, (margin * other) * (margin * other));
        *out = bin * ((own + 0.5 * NOTHING) / (own + other + NOTHING));
    }
}
