//! Writes SoundFont 2.04 files in memory, so that no test needs a file from elsewhere.
//!
//! ```
//! use ripieno_tests::sf2::{Sample, SoundFontFile, Zone};
//! let mut file = SoundFontFile::new("Test");
//! let sample = file.sample(Sample::sine("A4", 44_100, 441.0, 4_410).root(69).looped(1_000, 2_000));
//! let instrument = file.instrument("Sine", vec![Zone::new().sample(sample)]);
//! file.preset("Sine", 0, 0, vec![Zone::new().instrument(instrument)]);
//! assert_eq!(&file.to_bytes()[..4], b"RIFF");
//! ```

use ripieno_synth::Generator;

/// Silent frames that the standard asks for after each sample.
const GUARD_FRAMES: usize = 46;

/// A recording and its header.
#[derive(Clone, Debug)]
pub struct Sample {
    /// At most 20 bytes are kept.
    pub name: String,
    /// 24-bit frames; the lower eight bits are only written by [`SoundFontFile::wide`].
    pub frames: Vec<i32>,
    /// Recording rate in hertz.
    pub rate_hz: u32,
    /// Loop relative to the first frame: first frame and one past the last.
    pub loop_range: (u32, u32),
    /// MIDI key.
    pub root: u8,
    /// Cents.
    pub correction: i8,
    /// Header index of the other side of a stereo pair.
    pub link: u16,
    /// 1 mono, 2 right, 4 left, 0x8000 set for ROM.
    pub kind: u16,
}

impl Sample {
    /// A mono sample of 24-bit frames, root key 60, not looped.
    pub fn new(name: &str, rate_hz: u32, frames: Vec<i32>) -> Self {
        let loop_range = (0, frames.len() as u32);
        Self { name: name.into(), frames, rate_hz, loop_range, root: 60, correction: 0, link: 0, kind: 1 }
    }

    /// A mono sample of 16-bit frames.
    pub fn from_i16(name: &str, rate_hz: u32, frames: &[i16]) -> Self {
        Self::new(name, rate_hz, frames.iter().map(|&frame| i32::from(frame) << 8).collect())
    }

    /// A sine at half of full scale.
    pub fn sine(name: &str, rate_hz: u32, hz: f64, frames: usize) -> Self {
        let step = std::f64::consts::TAU * hz / f64::from(rate_hz);
        Self::new(name, rate_hz, (0..frames).map(|n| ((n as f64 * step).sin() * 4_194_304.0).round() as i32).collect())
    }

    /// Sets the root key.
    pub fn root(self, root: u8) -> Self {
        Self { root, ..self }
    }

    /// Sets the pitch correction in cents.
    pub fn correction(self, correction: i8) -> Self {
        Self { correction, ..self }
    }

    /// Sets the loop, relative to the first frame.
    pub fn looped(self, first: u32, past_last: u32) -> Self {
        Self { loop_range: (first, past_last), ..self }
    }

    /// Sets the sample type and the linked header.
    pub fn kind(self, kind: u16, link: u16) -> Self {
        Self { kind, link, ..self }
    }
}

/// A modulator record as the file stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModulatorRecord {
    /// Primary source and shape.
    pub source: u16,
    /// Generator number, or a link with bit 15 set.
    pub destination: u16,
    /// Amount.
    pub amount: i16,
    /// Secondary source and shape.
    pub amount_source: u16,
    /// 0 linear, 2 absolute.
    pub transform: u16,
}

/// A preset or instrument zone: generators in the order they were given.
#[derive(Clone, Debug, Default)]
pub struct Zone {
    /// Generator numbers and raw amounts.
    pub generators: Vec<(u16, i16)>,
    /// Modulators.
    pub modulators: Vec<ModulatorRecord>,
}

impl Zone {
    /// A zone without anything; left like this, the first of its list is global.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a generator by number, legal or not.
    pub fn raw(mut self, number: u16, amount: i16) -> Self {
        self.generators.push((number, amount));
        self
    }

    /// Appends a generator.
    pub fn set(self, generator: Generator, amount: i16) -> Self {
        self.raw(generator as u16, amount)
    }

    /// Appends a key range; the standard wants it first.
    pub fn keys(self, low: u8, high: u8) -> Self {
        self.set(Generator::KeyRange, i16::from_le_bytes([low, high]))
    }

    /// Appends a velocity range; the standard wants it first or after the key range.
    pub fn velocities(self, low: u8, high: u8) -> Self {
        self.set(Generator::VelocityRange, i16::from_le_bytes([low, high]))
    }

    /// Appends a modulator.
    pub fn modulator(mut self, record: ModulatorRecord) -> Self {
        self.modulators.push(record);
        self
    }

    /// Ends an instrument zone.
    pub fn sample(self, index: u16) -> Self {
        self.set(Generator::SampleId, index as i16)
    }

    /// Ends a preset zone.
    pub fn instrument(self, index: u16) -> Self {
        self.set(Generator::Instrument, index as i16)
    }
}

#[derive(Clone, Debug)]
struct Preset {
    name: String,
    bank: u16,
    program: u16,
    zones: Vec<Zone>,
}

/// A SoundFont under construction. Nothing is checked: tests also need wrong files.
#[derive(Clone, Debug)]
pub struct SoundFontFile {
    name: String,
    version: (u16, u16),
    wide: bool,
    samples: Vec<Sample>,
    instruments: Vec<(String, Vec<Zone>)>,
    presets: Vec<Preset>,
}

impl SoundFontFile {
    /// An empty bank with this name.
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), version: (2, 4), wide: false, samples: vec![], instruments: vec![], presets: vec![] }
    }

    /// States another version of the format than 2.04.
    pub fn version(self, major: u16, minor: u16) -> Self {
        Self { version: (major, minor), ..self }
    }

    /// Writes the lower eight bits too (`sm24`).
    pub fn wide(self) -> Self {
        Self { wide: true, ..self }
    }

    /// Adds a sample and returns its index.
    pub fn sample(&mut self, sample: Sample) -> u16 {
        self.samples.push(sample);
        self.samples.len() as u16 - 1
    }

    /// Adds an instrument and returns its index.
    pub fn instrument(&mut self, name: &str, zones: Vec<Zone>) -> u16 {
        self.instruments.push((name.into(), zones));
        self.instruments.len() as u16 - 1
    }

    /// Adds a preset and returns its index.
    pub fn preset(&mut self, name: &str, bank: u16, program: u16, zones: Vec<Zone>) -> u16 {
        self.presets.push(Preset { name: name.into(), bank, program, zones });
        self.presets.len() as u16 - 1
    }

    /// The whole file.
    pub fn to_bytes(&self) -> Vec<u8> {
        riff(&[self.info(), self.sample_data(), self.preset_data()])
    }

    /// The INFO list.
    pub fn info(&self) -> Vec<u8> {
        let version = chunk(b"ifil", &words(&[self.version.0, self.version.1]));
        let engine = chunk(b"isng", b"EMU8000\0");
        let name = chunk(b"INAM", &[self.name.as_bytes(), b"\0"].concat());
        list(b"INFO", &[version, engine, name, chunk(b"ISFT", b"Ripieno tests\0")])
    }

    /// The sdta list.
    pub fn sample_data(&self) -> Vec<u8> {
        let guarded = || self.samples.iter().flat_map(|sample| sample.frames.iter().copied().chain([0; GUARD_FRAMES]));
        let high: Vec<u8> = guarded().flat_map(|frame| ((frame >> 8) as i16).to_le_bytes()).collect();
        let mut chunks = vec![chunk(b"smpl", &high)];
        if self.wide {
            chunks.push(chunk(b"sm24", &guarded().map(|frame| frame as u8).collect::<Vec<_>>()));
        }
        list(b"sdta", &chunks)
    }

    /// The pdta list.
    pub fn preset_data(&self) -> Vec<u8> {
        list(b"pdta", &self.tables())
    }

    /// The nine chunks of the pdta list, in the standard's order.
    pub fn tables(&self) -> Vec<Vec<u8>> {
        let mut headers = Vec::new();
        let mut zones = ZoneTables::default();
        for preset in &self.presets {
            headers.extend(name20(&preset.name));
            headers.extend(words(&[preset.program, preset.bank, zones.count()]));
            headers.extend([0; 12]);
            preset.zones.iter().for_each(|zone| zones.push(zone));
        }
        headers.extend(name20("EOP"));
        headers.extend(words(&[0, 0, zones.count()]));
        headers.extend([0; 12]);
        let mut chunks = vec![chunk(b"phdr", &headers)];
        chunks.extend(zones.chunks([b"pbag", b"pmod", b"pgen"]));

        let mut headers = Vec::new();
        let mut zones = ZoneTables::default();
        for (name, list) in &self.instruments {
            headers.extend(name20(name));
            headers.extend(words(&[zones.count()]));
            list.iter().for_each(|zone| zones.push(zone));
        }
        headers.extend(name20("EOI"));
        headers.extend(words(&[zones.count()]));
        chunks.push(chunk(b"inst", &headers));
        chunks.extend(zones.chunks([b"ibag", b"imod", b"igen"]));

        let mut headers = Vec::new();
        let mut start = 0;
        for sample in &self.samples {
            let end = start + sample.frames.len() as u32;
            headers.extend(name20(&sample.name));
            let (loop_start, loop_end) = sample.loop_range;
            for place in [start, end, start + loop_start, start + loop_end, sample.rate_hz] {
                headers.extend(place.to_le_bytes());
            }
            headers.extend([sample.root, sample.correction as u8]);
            headers.extend(words(&[sample.link, sample.kind]));
            start = end + GUARD_FRAMES as u32;
        }
        headers.extend(name20("EOS"));
        headers.extend([0; 26]);
        chunks.push(chunk(b"shdr", &headers));
        chunks
    }
}

/// The bag, modulator and generator tables of one level.
#[derive(Default)]
struct ZoneTables {
    bags: Vec<u8>,
    modulators: Vec<u8>,
    generators: Vec<u8>,
}

impl ZoneTables {
    fn count(&self) -> u16 {
        (self.bags.len() / 4) as u16
    }

    fn bag(&mut self) {
        self.bags.extend(words(&[(self.generators.len() / 4) as u16, (self.modulators.len() / 10) as u16]));
    }

    fn push(&mut self, zone: &Zone) {
        self.bag();
        for &(number, amount) in &zone.generators {
            self.generators.extend(words(&[number, amount as u16]));
        }
        for m in &zone.modulators {
            let record = [m.source, m.destination, m.amount as u16, m.amount_source, m.transform];
            self.modulators.extend(words(&record));
        }
    }

    fn chunks(mut self, [bag, modulator, generator]: [&[u8; 4]; 3]) -> [Vec<u8>; 3] {
        self.bag();
        self.modulators.extend([0; 10]);
        self.generators.extend([0; 4]);
        [chunk(bag, &self.bags), chunk(modulator, &self.modulators), chunk(generator, &self.generators)]
    }
}

/// A RIFF chunk: name, length, body, and a zero if the body's length is odd.
pub fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = [id, &(body.len() as u32).to_le_bytes()[..], body].concat();
    bytes.extend(vec![0; body.len() % 2]);
    bytes
}

/// A LIST chunk of whole chunks.
pub fn list(kind: &[u8; 4], chunks: &[Vec<u8>]) -> Vec<u8> {
    chunk(b"LIST", &[kind, &chunks.concat()[..]].concat())
}

/// A SoundFont of whole lists.
pub fn riff(lists: &[Vec<u8>]) -> Vec<u8> {
    chunk(b"RIFF", &[b"sfbk", &lists.concat()[..]].concat())
}

fn name20(name: &str) -> [u8; 20] {
    let mut field = [0; 20];
    let length = name.len().min(20);
    field[..length].copy_from_slice(&name.as_bytes()[..length]);
    field
}

fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}
