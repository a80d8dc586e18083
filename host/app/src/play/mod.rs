//! `ripieno play`: a live session in front of a musician.

pub mod keys;
mod midi;
mod stage;
pub mod terminal;
pub mod view;

use crate::cli::PlayOptions;
use crate::interrupt::Interrupt;
use crate::live::{self, Hardware, Parts, Running, Save, SessionError, Settings, SongPart};
use crate::render::{guard_inputs, shortened};
use crate::studio::{self, audio::AudioStore};
use crate::{Failure, Instrument, output};
use ripieno_files::atomic::Existing;
use ripieno_files::{FileStorage, Song, smf};
use ripieno_types::SampleRate;
use stage::Stage;
use std::path::Path;
use std::time::{Duration, Instant};
use terminal::TerminalError;

/// How often the end is looked for where no view does.
const LOOK: Duration = Duration::from_millis(50);

/// Carries out the verb.
pub fn run(options: &PlayOptions) -> Result<(), Failure> {
    let commands = options.sound.commands()?;
    if let Some(out) = &options.record {
        guard_inputs(out, options.song.iter().chain([&options.instrument]).chain(&options.sound.synth.tunings))?;
    }
    let (settings, save) = audio_settings(options)?;
    let instrument = Instrument::open(&options.instrument)?;
    instrument.make_resident();
    // Looked at before any device is: a damaged file is told at once.
    let song = options.song.as_deref().map(|path| read(path, SampleRate::STUDIO, options)).transpose()?;
    let mut warnings = instrument.warnings();
    warnings.extend(song.iter().flat_map(|song| shortened(&song.warnings)));

    let interrupt = Interrupt::listen();
    let (midi, inputs) = midi::open(options)?;
    let sound = options.sound.sound();
    let name = options.instrument.file_name().unwrap_or(options.instrument.as_os_str()).to_string_lossy().into_owned();
    let devices = if options.null_audio { Hardware::without_card() } else { Hardware::default() };
    let session = live::start(Parts { devices, midi, inputs, instrument: (instrument, name), settings, sound, save })
        .map_err(|error| Failure::Device(error.to_string()))?;
    let handle = session.handle();
    commands.into_iter().for_each(|command| handle.command(command));
    if let Some(path) = &options.record {
        let existing = if options.force { Existing::Replace } else { Existing::Refuse };
        handle.record(path.clone(), existing).map_err(|error| recording(path, error))?;
    }
    if let Some(song) = song {
        handle.song(Some(Box::new(part(song, options, &session)?)));
    }
    let attended = attend(options, &session, &interrupt, warnings);
    // Whatever became of the view, the recording is kept.
    conclude(options, session)?;
    attended?;
    if interrupt.is_raised() { Err(Failure::Stopped) } else { Ok(()) }
}

/// The settings of the studio file with those of the command line on top, and where changes of them are kept.
fn audio_settings(options: &PlayOptions) -> Result<(Settings, Save), Failure> {
    let Some(path) = options.studio.clone().or_else(studio::default_path) else {
        let settings = options.settings_on(Settings::default()).map_err(|error| Failure::Usage(error.to_string()))?;
        return Ok((
            settings,
            Box::new(|_| Err("there is no folder for configuration; name a file with --studio".into())),
        ));
    };
    let failed = |error| Failure::Studio { path: path.clone(), error };
    let mut studio = AudioStore::open(FileStorage::new(&path)).map_err(failed)?;
    let kept = studio.audio().map_err(failed)?;
    let settings = options.settings_on(kept.clone()).map_err(|error| Failure::Usage(error.to_string()))?;
    // What the command line said is for this time only: changes alone are kept.
    let (mut last, mut kept) = (settings.clone(), kept);
    let save = move |settings: &Settings| {
        let mut changed = kept.clone();
        changed.take_changes(&last, settings);
        studio.store_audio(&changed).map_err(|error| error.to_string())?;
        (last, kept) = (settings.clone(), changed);
        Ok(())
    };
    Ok((settings, Box::new(save)))
}

fn read(path: &Path, rate: SampleRate, options: &PlayOptions) -> Result<Song, Failure> {
    let reading = smf::Options { lenient: options.lenient, max_secs: options.max_minutes * 60.0 };
    Song::open(path, rate, &reading).map_err(|error| Failure::Song { path: path.into(), error })
}

/// The song in the session's own frames.
fn part(song: Song, options: &PlayOptions, session: &Running) -> Result<SongPart, Failure> {
    let rate = session.handle().status().map_err(failed)?.rate;
    let song = match (SampleRate::new(rate), &options.song) {
        (Ok(rate), Some(path)) if rate != SampleRate::STUDIO => read(path, rate, options)?,
        _ => song,
    };
    Ok(SongPart::new(song.commands().collect(), song.frames))
}

/// Waits until the session should end: with a view where there is a terminal.
fn attend(
    options: &PlayOptions,
    session: &Running,
    interrupt: &Interrupt,
    warnings: Vec<String>,
) -> Result<(), Failure> {
    let ends = options.seconds.map(|secs| Instant::now() + Duration::from_secs_f64(secs));
    // Whoever named an input wants to play on after the song.
    let ends_with_song = options.song.is_some() && options.midi_in.is_empty() && ends.is_none();
    let mut stage = Stage::new(session.handle(), interrupt.clone(), ends, ends_with_song);
    if !options.no_view && !options.json && terminal::is_available() {
        stage.remark(warnings);
        return match terminal::run(&mut stage) {
            // Whoever closes the window has heard enough.
            Ok(()) | Err(TerminalError::Gone) => Ok(()),
            Err(error) => Err(Failure::Session(error.to_string())),
        };
    }
    warnings.iter().for_each(|line| output::warn(line));
    while !stage.has_ended() {
        std::thread::sleep(LOOK);
    }
    Ok(())
}

/// Fades out, finishes the recording and says what there is to say.
fn conclude(options: &PlayOptions, session: Running) -> Result<(), Failure> {
    let status = session.handle().status().map_err(failed)?;
    let recorded = session.close().map_err(|error| match &options.record {
        Some(path) => recording(path, error),
        None => failed(error),
    })?;
    if status.recording_lost > 0 {
        let (lost, of) = (status.recording_lost, recorded.unwrap_or(0));
        output::warn(&format!("the disk was too slow: {lost} of {of} recorded frames are silent"));
    }
    if options.json { output::json(&status) } else { Ok(()) }
}

fn failed(error: SessionError) -> Failure {
    Failure::Session(error.to_string())
}

fn recording(path: &Path, error: SessionError) -> Failure {
    match error {
        SessionError::Recording(error) => Failure::Output { path: path.into(), error },
        other => failed(other),
    }
}
