//! `listen`: messages as they arrive, with the frame of each.

use crate::Result;
use crate::graph::{self, LOOK, Until, hex, say};
use crate::outbox::LONGEST;
use jack::contrib::ClosureProcessHandler;
use jack::{Control, MidiIn};
use serde_json::json;

/// Messages that may wait to be printed.
const WAITING: usize = 65_536;

pub fn run(from: Option<&str>, seconds: f64) -> Result<()> {
    let client = graph::open("probe-listen")?;
    let port = client.register_port("in", MidiIn::default())?;
    let name = port.name()?;
    let (mut arrived, mut waiting) = ripieno_ring::spsc::channel::<(u32, usize, [u8; LONGEST])>(WAITING);
    let active = client.activate_async(
        (),
        ClosureProcessHandler::new(move |_, scope| {
            for event in port.iter(scope) {
                let mut bytes = [0; LONGEST];
                let length = event.bytes.len().min(LONGEST);
                bytes[..length].copy_from_slice(&event.bytes[..length]);
                let frame = scope.last_frame_time().wrapping_add(event.time);
                if arrived.push((frame, length, bytes)).is_err() {
                    return Control::Quit;
                }
            }
            Control::Continue
        }),
    )?;
    say(&json!({ "event": "listening", "port": name }));
    if let Some(from) = from {
        graph::connect(active.as_client(), from, &name)?;
    }
    let until = Until::new(seconds);
    loop {
        // Asked first, so that what came before the end is printed.
        let is_over = until.is_over();
        while let Some((frame, length, bytes)) = waiting.pop() {
            say(&json!({ "event": "heard", "frame": frame, "bytes": hex(&bytes[..length]) }));
        }
        if is_over {
            break;
        }
        std::thread::sleep(LOOK);
    }
    active.deactivate()?;
    Ok(())
}
