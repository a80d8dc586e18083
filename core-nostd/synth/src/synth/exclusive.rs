//! What a synth does by SysEx: resets, master volume and tuning, tunings of keys.

use super::{Synth, spread};
use crate::channel::{Channel, cc};
use crate::mpe::{MEMBER_RANGE, Zones};
use crate::sampler::PartPlayer;
use crate::sysex::Message;
use crate::tuning::Program;
use crate::{Bank, BankStyle};
use ripieno_types::midi::SysExPart;

/// What goes for all channels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Master {
    /// Cents.
    fine: f32,
    /// Semitones; not for percussion, whose keys are instruments.
    coarse: f32,
    /// Linear.
    volume: f32,
}

impl Master {
    pub(super) const DEFAULT: Self = Self { fine: 0.0, coarse: 0.0, volume: 1.0 };

    pub(super) fn cents(&self, is_percussion: bool) -> f32 {
        self.fine + if is_percussion { 0.0 } else { self.coarse * 100.0 }
    }
}

impl<B: Bank, const VOICES: usize> Synth<B, VOICES> {
    /// Takes the next bytes of a SysEx message, and obeys it before the next frame once it is whole. Real-time.
    pub fn sysex(&mut self, part: SysExPart) {
        let mut reader = self.reader;
        for byte in part.as_bytes() {
            reader.feed(*byte, &mut |message| self.exclusive(message));
        }
        self.reader = reader;
    }

    fn exclusive(&mut self, message: Message) {
        match message {
            Message::Reset(style) => self.reset(style.unwrap_or(self.config.bank_style)),
            Message::MasterVolume(value) => {
                // 40 dB a decade, as controller 7.
                let part = f32::from(value) * (1.0 / 16383.0);
                self.master.volume = part * part;
                self.set_gain();
            }
            Message::MasterFine(cents) => {
                self.master.fine = cents;
                self.share_all();
            }
            Message::MasterCoarse(semitones) => {
                self.master.coarse = semitones;
                self.share_all();
            }
            Message::Percussion { channel, is_on } => {
                let state = &mut self.channels[usize::from(channel & 15)];
                state.set_percussion(is_on);
                state.select(state.program(), &self.bank, self.first_melodic);
                self.share(channel);
            }
            Message::Mono { channel, is_on } => {
                self.control_change(channel, if is_on { cc::MONO } else { cc::POLY }, 0)
            }
            Message::Octave { channels, first, count, values, is_live } => {
                for channel in spread::channels(channels) {
                    let state = &mut self.channels[usize::from(channel & 15)];
                    (first..)
                        .zip(values)
                        .take(usize::from(count))
                        .for_each(|(key, value)| state.tune_octave(key, value));
                }
                if is_live {
                    self.retune(channels);
                }
            }
            Message::Key { program, key, place, is_live } => {
                let channels = &self.channels;
                let is_done = self.tunings.set_key(program, key, place, |program| is_selected(channels, program));
                self.tuned(is_done, program, is_live);
            }
            Message::Begin { program } => {
                let channels = &self.channels;
                let is_done = self.tunings.begin(program, |program| is_selected(channels, program));
                self.stats.dropped_tunings += u64::from(!is_done);
            }
            Message::Arrive { key, place } => self.tunings.arrive(key, place),
            Message::Finish { program, is_live } => {
                self.tunings.finish(program);
                self.tuned(true, program, is_live);
            }
            Message::Abandon => self.tunings.abandon(),
            Message::Unknown => self.stats.ignored_messages += 1,
        }
    }

    /// Everything as after power-on, but for tunings that were sent: they wait to be selected.
    fn reset(&mut self, style: BankStyle) {
        self.panic();
        for (number, state) in (0..).zip(&mut self.channels) {
            *state = channel(number, style, self.config.mpe, |channel| {
                channel.select(0, &self.bank, self.first_melodic);
                channel.begin_kit(self.bank.kit(), |_| true);
            });
        }
        self.zones = Zones::new(self.config.mpe);
        self.master = Master::DEFAULT;
        self.set_gain();
        self.share_all();
    }

    /// The master volume on top of the gain that the synth was set up with.
    pub(super) fn set_gain(&mut self) {
        self.around.gain = super::gain(self.config.gain) * self.master.volume;
        for channel in 0..16 {
            self.touch(channel, |_| true);
        }
    }

    fn share_all(&mut self) {
        (0..16).for_each(|channel| self.share(channel));
    }

    /// A program was tuned, or could not be.
    fn tuned(&mut self, is_done: bool, program: Program, is_live: bool) {
        self.stats.dropped_tunings += u64::from(!is_done);
        if is_live && is_done {
            let bits = (0..16).zip(&self.channels).filter(|(_, channel)| channel.tuning_program() == program);
            self.retune(bits.fold(0, |bits, (channel, _)| bits | 1 << channel));
        }
    }

    /// The keys of channels, one bit each, are tuned anew under the notes that sound.
    pub(super) fn retune(&mut self, channels: u16) {
        for voice in self.voices.iter_mut().flatten() {
            if channels >> (voice.channel & 15) & 1 == 1 {
                let channel = &self.channels[usize::from(voice.channel & 15)];
                voice.retune(channel.key_cents(voice.key, &self.tunings));
            }
        }
        for channel in spread::channels(channels) {
            self.with_player(|player, room| player.retune(room, channel));
        }
    }
}

/// A channel as after power-on. With `is_mpe` the first one manages all others.
pub(super) fn channel(number: u8, style: BankStyle, is_mpe: bool, select: impl FnOnce(&mut Channel)) -> Channel {
    let mut channel = Channel::new(number);
    channel.set_bank_style(style);
    if is_mpe && number > 0 {
        channel.set_wheel_range((MEMBER_RANGE, 0));
        channel.set_percussion(false);
    }
    select(&mut channel);
    channel
}

fn is_selected(channels: &[Channel; 16], program: Program) -> bool {
    channels.iter().any(|channel| channel.tuning_program() == program)
}
