//! `notes`: messages at given frames, and the frames at which they really went out.

use crate::Result;
use crate::graph::{self, LOOK, hex, say};
use crate::outbox::{Message, Outbox};
use serde_json::json;
use std::io::Read;
use std::time::Duration;

/// A line of the script: frames, whether they count from the start, and the message.
struct Line {
    frame: u32,
    is_relative: bool,
    bytes: Vec<u8>,
}

pub fn run(to: &str, lead: f64, linger: f64) -> Result<()> {
    let mut script = String::new();
    std::io::stdin().read_to_string(&mut script)?;
    let lines = script.lines().filter(|line| !line.trim().is_empty()).map(parse).collect::<Result<Vec<_>>>()?;

    let client = graph::open("probe-notes")?;
    let (mut outbox, sender) = Outbox::new(&client, "out")?;
    let from = sender.name()?;
    let active = client.activate_async((), sender)?;
    let client = active.as_client();
    graph::connect(client, &from, to)?;
    let base = client.frame_time().wrapping_add((lead * f64::from(client.sample_rate())) as u32);
    say(&json!({ "event": "started", "base": base }));

    let mut messages = lines
        .iter()
        .map(|line| Message::new(Some(line.frame.wrapping_add(if line.is_relative { base } else { 0 })), &line.bytes))
        .collect::<Result<Vec<_>>>()?;
    // Frame times wrap: the order is that of the distance from the start.
    messages.sort_by_key(|message| message.frame.map(|frame| frame.wrapping_sub(base) as i32));

    let mut waiting = messages.iter().copied().peekable();
    let mut reported = 0;
    while reported < messages.len() {
        while let Some(sent) = outbox.sent.pop() {
            let is_late = sent.message.frame != Some(sent.frame);
            let bytes = hex(sent.message.bytes());
            say(&json!({ "event": "sent", "frame": sent.frame, "late": is_late, "bytes": bytes }));
            reported += 1;
        }
        while outbox.messages.free() > 0
            && let Some(message) = waiting.next()
        {
            let _ = outbox.messages.push(message);
        }
        std::thread::sleep(LOOK);
    }
    std::thread::sleep(Duration::from_secs_f64(linger));
    active.deactivate()?;
    Ok(())
}

fn parse(line: &str) -> Result<Line> {
    let fault = || format!("'{line}' is not `FRAME HEXBYTES` or `+FRAMES HEXBYTES`");
    let (frame, digits) = line.trim().split_once(' ').ok_or_else(fault)?;
    let is_whole = digits.len().is_multiple_of(2) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !is_whole || digits.is_empty() {
        return Err(fault().into());
    }
    Ok(Line {
        frame: frame.trim_start_matches('+').parse().map_err(|_| fault())?,
        is_relative: frame.starts_with('+'),
        bytes: (0..digits.len())
            .step_by(2)
            .map(|n| u8::from_str_radix(&digits[n..n + 2], 16))
            .collect::<std::result::Result<_, _>>()?,
    })
}
