//! `ripieno controller watch`: what a controller sends, as it comes; a studio that goes to it whenever it is saved.

use super::files::{Loaded, studio};
use super::find::PortLine;
use super::words::message_text;
use super::{Desk, finder};
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
    let (_hub, mut line, found) = finder(&options.port)?.one(interrupt)?;
    if !options.json {
        output::text(&format!("{}: {}, firmware {}\n", found.port, found.board, found.firmware))?;
    }
    let start = Instant::now();
    let mut saved: Option<SystemTime> = None;
    let mut looked: Option<Instant> = None;
    let mut is_first = true;
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
            // Editors may take a file away for a moment.
            if is_first || modified.is_some() && modified != saved {
                // One that is wrong is told, and awaited in a better state; but not at the start.
                match bring(&mut line, path, options, interrupt) {
                    Err(Failure::Interrupted) => break,
                    Err(failure) if is_first => return Err(failure),
                    Err(failure) => exit::tell(&failure),
                    Ok(()) => {}
                }
                (saved, is_first) = (modified, false);
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
    desk.push_shown(&Loaded { path: path.into(), slot, bytes }, !options.json)?;
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
        Message::Part(part) => part.as_bytes().to_vec(),
    };
    let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    let (hex, secs) = (hex.join(" "), after.as_secs_f64());
    if is_json {
        return output::json_line(&json!({ "secs": secs, "bytes": hex, "what": message_text(&bytes) }));
    }
    output::text(&format!("{secs:9.3}  {hex:<12} {}\n", message_text(&bytes)))
}
