//! `ripieno controller watch`: what a controller sends, as it comes; a studio that goes to it whenever it is saved.

use super::Desk;
use super::files::{Loaded, studio};
use super::find::{Finder, PortLine};
use crate::cli::WatchOptions;
use crate::clock::SystemClock;
use crate::interrupt::Interrupt;
use crate::{Failure, exit, output};
use ripieno_firmware::protocol::{Job, is_ours};
use ripieno_ports::{Arrived, Message, MidiIn};
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

/// How often it is looked what has come.
const LOOK: Duration = Duration::from_millis(5);
/// How often it is looked whether the studio was saved.
const SAVED: Duration = Duration::from_millis(250);

pub fn run(options: &WatchOptions, interrupt: &Interrupt) -> Result<(), Failure> {
    let (_hub, mut line, found) = Finder::open(&options.port)?.one(interrupt)?;
    if !options.json {
        output::text(&format!("{}: {}, firmware {}\n", found.port, found.board, found.firmware))?;
    }
    let start = Instant::now();
    let mut saved: Option<SystemTime> = None;
    let mut looked: Option<Instant> = None;
    while !interrupt.is_raised() {
        while let Some(arrived) = line.input.poll() {
            if line.from == Some(arrived.input) {
                tell(&arrived, start.elapsed(), options.json)?;
            }
        }
        if let Some(path) = &options.studio
            && looked.is_none_or(|looked| looked.elapsed() >= SAVED)
        {
            looked = Some(Instant::now());
            let modified = std::fs::metadata(path).and_then(|file| file.modified()).ok();
            if modified != saved || modified.is_none() && saved.is_none() {
                // One that is wrong is told, and awaited in a better state; but not at the start.
                match bring(&mut line, path, options, interrupt) {
                    Err(Failure::Interrupted) => break,
                    Err(failure) if saved.is_none() => return Err(failure),
                    Err(failure) => exit::tell(&failure),
                    Ok(()) => {}
                }
                saved = modified;
            }
        }
        std::thread::sleep(LOOK);
    }
    // To be interrupted is how watching ends.
    Ok(())
}

fn bring(line: &mut PortLine, path: &Path, options: &WatchOptions, interrupt: &Interrupt) -> Result<(), Failure> {
    let bytes = studio(path)?;
    let (length, slot) = (bytes.len(), options.slot);
    let mut desk = Desk { line, clock: SystemClock::default(), interrupt };
    desk.push(&Loaded { path: path.into(), slot, bytes }, !options.json)?;
    desk.simply(Job::Activate(slot))?;
    let file = path.display().to_string();
    if options.json {
        output::json_line(&json!({ "pushed": file, "slot": slot, "bytes": length }))
    } else {
        output::text(&format!("{file} is in slot {slot} and plays, {length} bytes\n"))
    }
}

/// One message; those of the protocol itself are not what anybody played.
fn tell(arrived: &Arrived, after: Duration, is_json: bool) -> Result<(), Failure> {
    let bytes = match &arrived.message {
        Message::Word(word) => word.as_bytes().to_vec(),
        Message::SysEx(body) if is_ours(body.as_bytes()) => return Ok(()),
        Message::SysEx(body) => [&[0xF0], body.as_bytes(), &[0xF7]].concat(),
    };
    let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    let (hex, secs) = (hex.join(" "), after.as_secs_f64());
    if is_json {
        return output::json_line(&json!({ "secs": secs, "bytes": hex, "what": what(&bytes) }));
    }
    output::text(&format!("{secs:9.3}  {hex:<12} {}\n", what(&bytes)))
}

/// What a message means, in words.
fn what(bytes: &[u8]) -> String {
    let channel = bytes.first().map_or(0, |status| (status & 0x0F) + 1);
    match *bytes {
        [0x80..=0x8F, note, _] | [0x90..=0x9F, note, 0] => format!("note {note} off, channel {channel}"),
        [0x90..=0x9F, note, velocity] => format!("note {note} on, velocity {velocity}, channel {channel}"),
        [0xA0..=0xAF, note, value] => format!("note {note} pressure {value}, channel {channel}"),
        [0xB0..=0xBF, number, value] => format!("controller {number} is {value}, channel {channel}"),
        [0xC0..=0xCF, program, ..] => format!("program {program}, channel {channel}"),
        [0xD0..=0xDF, value, ..] => format!("pressure {value}, channel {channel}"),
        [0xE0..=0xEF, low, high] => {
            format!("pitch {}, channel {channel}", (i32::from(high) << 7 | i32::from(low)) - 8192)
        }
        [0xF0, ..] => format!("system exclusive, {} bytes", bytes.len()),
        _ => "system".into(),
    }
}
