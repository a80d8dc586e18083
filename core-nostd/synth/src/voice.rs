//! One layer of a note: what sounds ([`Sound`]) and what steers it ([`Voice`]).

use crate::channel::{Channel, NoteSources};
use crate::direct::Oscillators;
use crate::filter::{self, Filter};
use crate::glide::Glide;
use crate::interpolate::MAX_STEP;
use crate::lanes::{CONTROL_FRAMES, Ramp};
use crate::lfo::Lfo;
use crate::settings::{ENVELOPE_CENTIBELS, Settings};
use crate::window::Cursor;
use crate::{Generator, Region, Sf2Profile, Wave, pedal, units};

/// What makes the wave.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    Sample(Cursor),
    Direct(Oscillators),
}

/// The part of a voice that makes sound; it can go on for a moment without the rest.
#[derive(Clone, Copy, Debug)]
pub struct Sound {
    pub source: Source,
    /// Its sample lies in the bank before the present one.
    pub is_of_old_bank: bool,
    pub filter: Filter,
    /// Left, right, chorus, reverb.
    pub gains: [Ramp; 4],
    /// The attack, frame by frame; clamped to 0..=1.
    pub onset: Option<Ramp>,
    /// Frames from the period's start to silence, once told to fade.
    pub fade: Option<f32>,
    /// The last sample before the filter.
    pub last: f32,
}

impl Sound {
    /// A period has passed. True when the fade is over.
    pub fn has_faded(&self) -> bool {
        self.fade.is_some_and(|left| left <= 0.0)
    }

    /// Begins to fade at a frame of this period, over `length` frames; an earlier fade stays. Frame 0 lies behind the last of
    /// the period before: the next one has not begun.
    pub fn fade(&mut self, frame: usize, length: f32) {
        let frame = if frame == 0 { CONTROL_FRAMES } else { frame };
        self.fade = Some(self.fade.unwrap_or(f32::MAX).min(frame as f32 + length));
    }

    /// A period in which nothing but the fade moves.
    pub fn drift(&mut self) {
        self.settle_fade();
        self.onset = self.onset.map(next_period);
        self.gains = self.gains.map(|gain| Ramp::hold(gain.at(CONTROL_FRAMES)));
        self.filter.freeze();
        match &mut self.source {
            Source::Sample(cursor) => cursor.step_slope = 0,
            Source::Direct(oscillators) => oscillators.freeze(),
        }
    }

    fn settle_fade(&mut self) {
        self.fade = self.fade.map(|left| left - CONTROL_FRAMES as f32);
    }
}

fn next_period(ramp: Ramp) -> Ramp {
    Ramp { base: ramp.at(CONTROL_FRAMES), slope: ramp.slope }
}

/// Where a released voice was when its key went up.
#[derive(Clone, Copy, Debug)]
struct Release {
    /// Frames since note-on.
    age: f32,
    volume: f32,
    modulation: f32,
}

/// What a pitch is measured from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuning {
    /// MIDI key at which the wave sounds at its own pitch.
    root: f32,
    /// Pool frames a rendered frame at that pitch; turns a frame for built-ins.
    step: f32,
}

/// One layer of a note.
#[derive(Clone, Debug)]
pub struct Voice {
    pub sound: Sound,
    settings: Settings,
    tuning: Tuning,
    mod_lfo: Lfo,
    vib_lfo: Lfo,
    /// Frames since note-on, up to the end of the period once it is steered.
    age: f32,
    release: Option<Release>,
    /// What its key is tuned by on its own, in cents.
    key_cents: f32,
    /// Portamento, scaled as the keyboard is.
    glide: Glide,
    /// Cents that the step was made from.
    cents: f32,
    /// Centibels that the gains were made from, and the amplitude they are worth.
    centibels: f32,
    amplitude: f32,
    /// Linear level at the period's end.
    level: f32,
    /// A controller that it listens to has moved.
    is_stale: bool,
    is_first: bool,
    is_soft: bool,
    /// Where the sustain pedal is, 0..=127.
    damper: u8,
    /// The slot of the stereo partner whose pitch it follows.
    pub leader: Option<u16>,
    /// Which note-on it belongs to.
    pub note_serial: u32,
    pub channel: u8,
    /// The key as played; the sources hold the override.
    pub key: u8,
    pub sources: NoteSources,
}

/// What a voice needs to know of its synth.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings {
    /// Frames a second.
    pub rate: f32,
    /// Master gain from the 16-bit scale.
    pub gain: f32,
    /// Even an open filter stays in the path, for the sake of its phase.
    pub keeps_filter: bool,
    /// How literally the region's settings are taken.
    pub profile: Sf2Profile,
    /// The sustain pedal is a continuum.
    pub half_pedal: bool,
}

/// A note-on.
#[derive(Clone, Copy, Debug)]
pub struct Strike {
    pub channel: u8,
    pub key: u8,
    pub velocity: u8,
    pub serial: u32,
    /// See [`Channel::key_cents`].
    pub key_cents: f32,
    /// See [`Channel::glide`].
    pub glide: Glide,
}

impl Voice {
    /// A voice for a region, not steered yet. Inlined, so that it is made where it stays.
    #[inline(always)]
    pub fn new(region: &Region, strike: Strike, channel: &Channel, around: &Surroundings) -> Self {
        let overridden = |generator, played: u8| u8::try_from(region.generators.amount(generator)).unwrap_or(played);
        let sources = NoteSources {
            key: overridden(Generator::Keynum, strike.key) & 0x7F,
            velocity: overridden(Generator::Velocity, strike.velocity) & 0x7F,
            pressure: 0,
        };
        let (source, tuning) = match region.wave {
            Wave::Sample(sample) => {
                // The recording is corrected, whatever keys do to the pitch.
                let correction = units::ratio(f32::from(sample.correction_cents));
                let step = sample.rate_hz as f32 / around.rate * correction;
                let tuning = Tuning { root: f32::from(sample.root_key), step };
                (Source::Sample(Cursor::new(sample)), tuning)
            }
            Wave::Direct(patch) => {
                let tuning = Tuning { root: 69.0, step: 440.0 / around.rate };
                (Source::Direct(Oscillators::new(patch)), tuning)
            }
        };
        let is_soft = channel.is_soft();
        let mut settings =
            Settings::new(&region.generators, &region.modulators, channel, &sources, tuning.root, around, is_soft);
        settings.pitch_cents += strike.key_cents * keyboard_scale(region);
        let sound = Sound {
            source,
            is_of_old_bank: false,
            filter: Filter::new(around.keeps_filter || is_filtered(&settings)),
            gains: [Ramp::default(); 4],
            onset: None,
            fade: None,
            last: 0.0,
        };
        Self {
            sound,
            settings,
            tuning,
            mod_lfo: Lfo::default(),
            vib_lfo: Lfo::default(),
            age: 0.0,
            release: None,
            key_cents: strike.key_cents,
            glide: strike.glide.scaled(keyboard_scale(region)),
            cents: f32::NAN,
            centibels: f32::NAN,
            amplitude: 0.0,
            level: 0.0,
            is_stale: false,
            is_first: true,
            is_soft,
            damper: channel.damper(around.half_pedal),
            leader: None,
            note_serial: strike.serial,
            channel: strike.channel,
            key: strike.key,
            sources,
        }
    }

    /// The settings are out of date; they are renewed at the next control period.
    pub fn touch(&mut self) {
        self.is_stale = true;
    }

    /// The key's own tuning has changed under the note.
    pub fn retune(&mut self, key_cents: f32) {
        self.key_cents = key_cents;
        self.is_stale = true;
    }

    /// True once it has been released or told to fade.
    pub fn is_ending(&self) -> bool {
        self.release.is_some() || self.sound.fade.is_some()
    }

    /// Goes over to another key without beginning anew; `glide` makes a glide of the way, in cents.
    pub fn slur(&mut self, region: &Region, key: u8, key_cents: f32, glide: impl FnOnce(f32) -> Glide) {
        let scale = keyboard_scale(region);
        let keys = f32::from(self.key) - f32::from(key);
        let way = self.glide.cents() + (keys * 100.0 + self.key_cents - key_cents) * scale;
        self.glide = glide(way);
        self.key = key;
        if u8::try_from(region.generators.amount(Generator::Keynum)).is_err() {
            self.sources.key = key & 0x7F;
        }
        self.retune(key_cents);
    }

    /// Linear level at the end of the period, for the choice of a victim.
    pub fn level(&self) -> f32 {
        self.level
    }

    /// The key went up (or its pedal), `pending` frames before the age that the voice is steered to.
    pub fn release(&mut self, from: usize, pending: f32) {
        if self.release.is_some() {
            return;
        }
        let age = self.age - pending;
        let settings = &self.settings;
        let onset = settings.volume.onset(age);
        let is_cut = onset < 1.0 && settings.volume.onset_end() - age > SHORT_ATTACK;
        // The attack is linear in amplitude, the release in decibels.
        let volume = if is_cut {
            (1.0 + 200.0 / ENVELOPE_CENTIBELS * libm::log10f(onset.max(1e-9))).max(0.0)
        } else {
            settings.volume.body(age)
        };
        self.release = Some(Release { age, volume, modulation: settings.modulation.modulation(age) });
        if is_cut && let Some(onset) = self.sound.onset.take() {
            let reached = onset.at(from).clamp(0.0, 1.0);
            self.sound.gains = self.sound.gains.map(|gain| gain.scaled(reached));
        }
        self.leave_loop();
    }

    /// The sustain pedal has moved: what was let go falls at another speed from here on. `pending` as above.
    pub fn damp(&mut self, pending: f32, damper: u8) {
        let before = core::mem::replace(&mut self.damper, damper);
        if let Some(release) = self.release
            && before != damper
        {
            let age = self.age - pending;
            let since = age - release.age;
            let volume = self.settings.volume.damped(release.volume, since, before);
            let modulation = self.settings.modulation.damped(release.modulation, since, before);
            self.release = Some(Release { age, volume, modulation });
            self.leave_loop();
        }
    }

    /// A loop lasts as long as anything holds.
    fn leave_loop(&mut self) {
        if let Source::Sample(cursor) = &mut self.sound.source
            && self.damper <= pedal::UP
        {
            cursor.release();
        }
    }

    /// Steers the voice, which plays `region`, through frames `from..` of a control period. False when it has ended.
    pub fn steer(&mut self, from: usize, region: &Region, channel: &Channel, around: &Surroundings) -> bool {
        if self.is_first {
            self.aim(0.0, CONTROL_FRAMES, around, true);
        } else {
            self.sound.settle_fade();
            if self.sound.has_faded() || self.has_ended() {
                return false;
            }
        }
        if self.is_stale {
            self.is_stale = false;
            self.renew(region, channel, around);
        }
        let frames = CONTROL_FRAMES - from;
        let start = self.age;
        self.age += frames as f32;
        let settings = &self.settings;
        self.mod_lfo.advance(self.age, frames as f32, settings.mod_lfo_delay, settings.mod_lfo_speed);
        self.vib_lfo.advance(self.age, frames as f32, settings.vib_lfo_delay, settings.vib_lfo_speed);
        if !self.glide.is_over() {
            self.glide.advance(frames as f32);
        }
        self.steer_onset(from, start);
        self.is_first = false;
        self.aim(self.age, frames, around, false);
        if start < self.settings.volume.delay {
            self.wait(self.settings.volume.delay - start, frames);
        }
        true
    }

    fn has_ended(&self) -> bool {
        let is_over = match &self.sound.source {
            Source::Sample(cursor) => cursor.is_over(),
            Source::Direct(oscillators) => oscillators.is_over(),
        };
        // The level may be low because the player asked for it: only an envelope or a release ends a note.
        let began = self.age > self.settings.volume.onset_end();
        is_over || (self.volume(self.age) <= 0.0) || (self.release.is_some() && began && self.level < INAUDIBLE)
    }

    /// The volume envelope without its attack, 0..=1 over 100 dB.
    fn volume(&self, age: f32) -> f32 {
        match self.release {
            Some(release) => self.settings.volume.damped(release.volume, age - release.age, self.damper),
            None => self.settings.volume.body(age),
        }
    }

    fn steer_onset(&mut self, from: usize, start: f32) {
        let volume = &self.settings.volume;
        let is_rising = self.release.is_none() || self.is_first || self.sound.onset.is_some();
        self.sound.onset = (is_rising && start < volume.onset_end()).then(|| {
            let slope = 1.0 / volume.attack.max(1.0);
            Ramp { base: (start - from as f32 - volume.delay) * slope, slope }
        });
    }

    /// The recording begins when the delay has passed, `left` frames from here: it stands still for these `frames`, or
    /// runs so that it comes by its first frame in time. What comes before that is silent anyway.
    fn wait(&mut self, left: f32, frames: usize) {
        let Source::Sample(cursor) = &mut self.sound.source else { return };
        if cursor.phase >> 32 != i64::from(cursor.sample.start) {
            return;
        }
        let target = (cursor.step as i64 + cursor.step_slope * frames as i64) as u64;
        cursor.step_slope = 0;
        if left < frames as f32 {
            cursor.step = target;
            cursor.phase = cursor.phase.saturating_sub((left * target as f32) as i64);
        } else {
            cursor.step = 1;
            self.cents = f32::NAN;
        }
    }

    fn renew(&mut self, region: &Region, channel: &Channel, around: &Surroundings) {
        self.centibels = f32::NAN;
        self.settings = Settings::new(
            &region.generators,
            &region.modulators,
            channel,
            &self.sources,
            self.tuning.root,
            around,
            self.is_soft,
        );
        self.settings.pitch_cents += self.key_cents * keyboard_scale(region);
        if is_filtered(&self.settings) && !self.sound.filter.is_active {
            let open = (13_500.0, 1.0 / around.profile.quality(0.0));
            self.sound.filter.aim(open.0, open.1, around.rate, true);
            self.sound.filter.enter(self.sound.last);
        }
    }

    /// Sets pitch, filter and gains for an age; `jump` is there at once, else at the period's end.
    fn aim(&mut self, age: f32, frames: usize, around: &Surroundings, jump: bool) {
        let settings = &self.settings;
        let is_modulating = settings.mod_env_to_pitch != 0.0 || settings.mod_env_to_cutoff != 0.0;
        let envelope = match self.release {
            _ if !is_modulating => 0.0,
            Some(release) => settings.modulation.damped(release.modulation, age - release.age, self.damper),
            None => settings.modulation.modulation(age),
        };
        let (mod_lfo, vib_lfo) =
            (self.mod_lfo.value(settings.mod_lfo_speed), self.vib_lfo.value(settings.vib_lfo_speed));

        let cents = settings.pitch_cents
            + self.glide.cents()
            + mod_lfo * settings.mod_lfo_to_pitch
            + vib_lfo * settings.vib_lfo_to_pitch
            + envelope * settings.mod_env_to_pitch;
        match &mut self.sound.source {
            Source::Sample(cursor) => {
                cursor.step_slope = 0;
                if cents != self.cents {
                    let target = step(self.tuning.step * units::ratio(cents));
                    if jump {
                        cursor.step = target;
                    } else {
                        cursor.step_slope = (target as i64 - cursor.step as i64) / frames.max(1) as i64;
                    }
                }
            }
            Source::Direct(oscillators) => {
                oscillators.aim(self.tuning.step * units::ratio(cents), age / around.rate, frames, jump);
            }
        }
        self.cents = cents;

        if self.sound.filter.is_active {
            let cutoff =
                settings.cutoff_cents + mod_lfo * settings.mod_lfo_to_cutoff + envelope * settings.mod_env_to_cutoff;
            self.sound.filter.aim(cutoff.clamp(-12_000.0, 20_000.0), settings.damping, around.rate, jump);
        }

        let volume = self.volume(age);
        let tremolo = mod_lfo * settings.mod_lfo_to_volume;
        let centibels = (settings.attenuation + (1.0 - volume) * ENVELOPE_CENTIBELS - tremolo).max(-TREMOLO_LIFT);
        let centibels = if volume > 0.0 { centibels } else { f32::INFINITY };
        if jump || centibels != self.centibels {
            self.centibels = centibels;
            self.amplitude = if volume > 0.0 { units::attenuation(centibels) } else { 0.0 };
            for (ramp, gain) in self.sound.gains.iter_mut().zip(settings.gains) {
                let target = self.amplitude * gain * around.gain;
                *ramp = if jump { Ramp::hold(target) } else { ramp.next(target) };
            }
        } else if self.sound.gains.iter().any(|ramp| ramp.slope != 0.0) {
            self.sound.gains = self.sound.gains.map(|ramp| Ramp::hold(ramp.at(CONTROL_FRAMES)));
        }
        let own = match &self.sound.source {
            Source::Sample(_) => 1.0,
            Source::Direct(oscillators) => oscillators.level(),
        };
        self.level = self.amplitude * own;
    }

    /// Takes over the pitch of a stereo partner, once and for all.
    pub fn tune_like(&mut self, leader: &Self, slot: u16) {
        self.leader = Some(slot);
        let settings = &mut self.settings;
        (self.tuning, settings.pitch_cents) = (leader.tuning, leader.settings.pitch_cents);
    }

    /// How fast a sample voice runs.
    pub fn speed(&self) -> Option<(u64, i64)> {
        match &self.sound.source {
            Source::Sample(cursor) => Some((cursor.step, cursor.step_slope)),
            Source::Direct(_) => None,
        }
    }

    /// Runs as fast as its leader.
    pub fn follow(&mut self, speed: (u64, i64)) {
        if let Source::Sample(cursor) = &mut self.sound.source {
            (cursor.step, cursor.step_slope) = speed;
        }
    }
}

/// How much of a cent on the keyboard is heard: 1 where keys are semitones.
fn keyboard_scale(region: &Region) -> f32 {
    f32::from(region.generators.amount(Generator::ScaleTuning)) * 0.01
}

/// An attack that has no more frames to go, a few milliseconds, is completed even if the key is up again: songs have drums
/// that are let go as they are struck.
const SHORT_ATTACK: f32 = 128.0;

/// What tremolo may lift a voice above full scale, in centibels: as much as the hardware's greatest depth. A file may ask
/// for 96 dB.
const TREMOLO_LIFT: f32 = 120.0;

/// A released voice below −100 dB of full scale has ended.
const INAUDIBLE: f32 = 1e-5;

/// A ratio as 32.32, within what the window can serve.
fn step(ratio: f32) -> u64 {
    ((ratio * 4_294_967_296.0) as u64).clamp(1, MAX_STEP)
}

fn is_filtered(settings: &Settings) -> bool {
    !filter::is_open(settings.cutoff_cents, settings.resonance)
        || settings.mod_lfo_to_cutoff != 0.0
        || settings.mod_env_to_cutoff < 0.0
}
