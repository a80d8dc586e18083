//! `count`: a signal in which every sample tells its frame, so that any that is lost, repeated or moved is found.

use crate::Result;
use crate::graph::{self, LOOK, Until, say};
use jack::contrib::ClosureProcessHandler;
use jack::{AudioOut, Control};
use serde_json::json;

pub fn run(seconds: f64) -> Result<()> {
    let client = graph::open("probe-count")?;
    let mut left = client.register_port("left", AudioOut::default())?;
    let mut right = client.register_port("right", AudioOut::default())?;
    let names = [left.name()?, right.name()?];
    let active = client.activate_async(
        (),
        ClosureProcessHandler::new(move |_, scope| {
            let frames = left.as_mut_slice(scope).iter_mut().zip(right.as_mut_slice(scope));
            for (n, (left, right)) in (0..).zip(frames) {
                *left = (scope.last_frame_time().wrapping_add(n) % 32_768) as f32 / 32_768.0;
                *right = -*left;
            }
            Control::Continue
        }),
    )?;
    say(&json!({ "event": "counting", "ports": names }));
    let until = Until::new(seconds);
    while !until.is_over() {
        std::thread::sleep(LOOK);
    }
    active.deactivate()?;
    Ok(())
}
