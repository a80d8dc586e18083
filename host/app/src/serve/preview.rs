//! A short phrase of an instrument, rendered beside what plays, to be listened to before it is chosen.

use super::Owner;
use super::sound::{self, Manner};
use super::work::Work;
use crate::Instrument;
use crate::offline::{self, Band, Schedule, Tail};
use ripieno_files::wav::{Encoding, WavSpec, WavWriter};
use ripieno_rig::RigConfig;
use ripieno_types::midi::MidiWord;
use ripieno_types::{Command, SampleRate, Timed};
use ripieno_web::Refusal;
use serde_json::{Value, json};
use std::io::Cursor;

const RATE: SampleRate = SampleRate::CD;
const BLOCK: usize = 512;
const VOICES: usize = 64;
/// Seconds that a preview may have, and that it has if nothing is said.
const SECONDS: [f64; 2] = [0.5, 10.0];
const USUAL_SECONDS: f64 = 3.0;
const USUAL_VELOCITY: u8 = 96;
/// The share of the time in which keys go down and are held; the rest is for what rings on.
const PLAYED: f64 = 0.7;
/// Seconds at the end in which whatever still sounds fades.
const FADE: f64 = 0.1;
/// What is played where no key is asked for: a broken triad up to the octave, each note held until the end.
const PHRASE: [u8; 4] = [60, 64, 67, 72];

/// What is to be heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The instrument, by name.
    pub instrument: String,
    key: Option<u8>,
    velocity: u8,
    seconds: f64,
}

impl Wish {
    /// Reads `{instrument, key?, velocity?, seconds?}`.
    ///
    /// # Errors
    /// Which of them is wrong, and what would do.
    pub fn read(params: &Value) -> Result<Self, String> {
        let instrument = params["instrument"].as_str().ok_or("preview: an `instrument` is wanted")?;
        let data = |key: &str, least: u64| match &params[key] {
            Value::Null => Ok(None),
            value => {
                let byte = value.as_u64().filter(|value| (least..=127).contains(value)).map(|value| value as u8);
                byte.map(Some).ok_or_else(|| format!("preview: `{key}` is from {least} to 127, not {value}"))
            }
        };
        let [shortest, longest] = SECONDS;
        let seconds = match &params["seconds"] {
            Value::Null => USUAL_SECONDS,
            value => value
                .as_f64()
                .filter(|secs| (shortest..=longest).contains(secs))
                .ok_or_else(|| format!("preview: `seconds` is from {shortest} to {longest}, not {value}"))?,
        };
        Ok(Self {
            instrument: instrument.into(),
            key: data("key", 0)?,
            velocity: data("velocity", 1)?.unwrap_or(USUAL_VELOCITY),
            seconds,
        })
    }

    /// The tuning, and the keys in order of time.
    fn commands(&self, tuning: &[Command]) -> Vec<Timed<Command>> {
        let frame = |secs: f64| (secs * f64::from(RATE.hz())) as u64;
        let keys = self.key.map_or(PHRASE.to_vec(), |key| vec![key]);
        let end = self.seconds * PLAYED;
        // The last of them sounds for as long as all before it took.
        let each = end / 2.0 / keys.len() as f64;
        let word =
            |at: f64, bytes: [u8; 3]| Some(Timed { at: frame(at), value: Command::Midi(MidiWord::new(&bytes).ok()?) });
        let tuning = tuning.iter().map(|value| Timed { at: 0, value: *value });
        let on = keys.iter().zip(0_u32..).filter_map(|(key, n)| word(f64::from(n) * each, [0x90, *key, self.velocity]));
        tuning.chain(on).chain(keys.iter().filter_map(|key| word(end, [0x80, *key, 64]))).collect()
    }
}

/// Renders it as a WAV file, dry. `go_on` hears the share that is done and says whether to go on. Control; takes its time.
///
/// # Errors
/// It was not to go on.
pub fn render(
    wish: &Wish,
    (instrument, manner): (Instrument, &Manner),
    mut go_on: impl FnMut(f64) -> bool,
) -> Result<Vec<u8>, String> {
    let commands = wish.commands(&manner.tuning);
    let mut config = RigConfig::new(RATE);
    config.effects = false;
    config.synth = manner.sound.configure(config.synth);
    config.synth.polyphony = VOICES;
    let mut band = Band::new(instrument.patient(), config, &commands);
    let frames = (wish.seconds * f64::from(RATE.hz())) as u64;
    let schedule = Schedule { rate: RATE, frames, tail: Tail::Exactly { secs: 0.0 }, block: BLOCK };
    let spec = WavSpec { rate: RATE, channels: 2, encoding: Encoding::I16 };
    let told = |error: std::io::Error| error.to_string();
    let mut writer = WavWriter::new(Cursor::new(Vec::new()), spec).map_err(told)?;
    let fade = FADE * f64::from(RATE.hz());
    let mut done = 0_u64;
    let mut faded = [[0.0; BLOCK]; 2];
    offline::perform(&mut band, &schedule, |channels| {
        for (out, channel) in faded.iter_mut().zip(channels) {
            for ((out, value), frame) in out.iter_mut().zip(channel).zip(done..) {
                let left = frames.saturating_sub(frame + 1) as f64;
                *out = value * (left / fade).min(1.0) as f32;
            }
        }
        let length = channels[0].len();
        writer.write(&[&faded[0][..length], &faded[1][..length]]).map_err(told)?;
        done += length as u64;
        if go_on(done as f64 / frames as f64) { Ok(()) } else { Err("it was not wanted any more".to_owned()) }
    })?;
    let (file, _) = writer.finish().map_err(told)?;
    Ok(file.into_inner())
}

impl Owner {
    /// Lets somebody listen to an instrument.
    pub(super) fn preview(&self, params: &Value) -> Result<Work, Refusal> {
        let wish = Wish::read(params).map_err(Refusal::Invalid)?;
        let (own, folder) = (self.studio.model().instruments.clone(), self.folder.clone());
        let (tickets, manner) = (self.tickets.clone(), self.manner.clone());
        Ok(Box::new(move |course| {
            let choices = sound::choices(&own, &folder);
            let unknown = || format!("there is no instrument {:?}", wish.instrument);
            let (name, path) = sound::find(&choices, &wish.instrument).ok_or_else(unknown)?;
            let instrument = sound::open(&name, &path)?;
            let bytes = render(&wish, (instrument, &manner), |share| {
                course.progress(share);
                !course.cancel().is_wanted()
            })?;
            let ticket = tickets.bytes(bytes, &format!("{name}.wav")).map_err(|refusal| refusal.to_string())?;
            Ok(json!({"instrument": name, "url": ticket.url}))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(wish: &Wish, go_on: impl FnMut(f64) -> bool) -> Result<Vec<u8>, String> {
        let instrument = Instrument::open(crate::instrument::ALL.as_ref()).unwrap();
        render(wish, (instrument, &Manner::default()), go_on)
    }

    fn samples(bytes: &[u8]) -> Vec<i16> {
        let mut wav = hound::WavReader::new(bytes).unwrap();
        let spec = wav.spec();
        assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (2, 44_100, 16));
        wav.samples().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn a_phrase_is_heard_and_ends_in_silence() {
        let wish = Wish::read(&json!({"instrument": "built-in", "seconds": 1.0})).unwrap();
        let mut shares = Vec::new();
        let bytes = plain(&wish, |share| {
            shares.push(share);
            true
        })
        .unwrap();
        let heard = samples(&bytes);
        assert_eq!(heard.len(), 2 * 44_100);
        let peak = |part: &[i16]| part.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or_default();
        assert!(peak(&heard[..20_000]) > 500, "nothing is heard: {}", peak(&heard));
        // No more than dither is left of it.
        assert!(peak(&heard[heard.len() - 8..]) < 40, "it breaks off");
        assert!(shares.is_sorted() && shares.last() == Some(&1.0));
        let low = Wish::read(&json!({"instrument": "built-in", "seconds": 1.0, "key": 40})).unwrap();
        assert_ne!(samples(&plain(&low, |_| true).unwrap()), heard);
    }

    #[test]
    fn it_ends_early_when_it_is_not_wanted() {
        let wish = Wish::read(&json!({"instrument": "built-in"})).unwrap();
        assert!(plain(&wish, |share| share < 0.5).unwrap_err().contains("not wanted"));
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_its_name() {
        let check = |params: Value, part: &str| {
            let error = Wish::read(&params).unwrap_err();
            assert!(error.contains(part), "{params}: {error}");
        };
        check(json!({}), "`instrument`");
        check(json!({"instrument": "x", "key": 128}), "`key` is from 0 to 127");
        check(json!({"instrument": "x", "velocity": 0}), "`velocity` is from 1");
        check(json!({"instrument": "x", "seconds": 60}), "`seconds` is from 0.5 to 10");
        check(json!({"instrument": "x", "seconds": "long"}), "`seconds`");
    }
}
