//! The stage: shows a performance on the terminal's alternate screen and lets the keyboard play it.
//!
//! One thread waits for keys, for the end of a note and for the next frame, whichever comes first. Frames come at most
//! 30 times a second, and only cells that changed are written. However the loop ends, typed notes are ended and the
//! terminal is as it was, after a panic too.

mod screen;

pub(crate) use screen::Screen;
pub use screen::is_available;

use super::keys::{Action, Keys};
use super::view::{Theme, View};
use crate::live::Status;
use crossterm::event::{self, Event};
use std::io;
use std::time::{Duration, Instant};

/// What the terminal shows and plays.
pub trait Performance {
    /// How it is now. Asked for once a frame, so peaks since the last time are peaks of a frame.
    fn status(&mut self) -> Status;

    /// Does what the musician wants; [`Action::Quit`] may take its time. Never blocks for long: keys wait behind it.
    fn act(&mut self, action: Action);

    /// True once there is nothing to show any more.
    fn is_over(&mut self) -> bool;
}

/// Why the terminal no longer shows anything.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TerminalError {
    /// Its window was closed or its line dropped.
    #[error("the terminal is gone")]
    Gone,
    /// It was given back because a thread panicked.
    #[error("the view ended because a part of the program failed")]
    Panicked,
    /// It refuses to be read or written.
    #[error("the terminal cannot show the view: {0}; --no-view plays without it")]
    Io(#[from] io::Error),
}

/// The time of a frame.
const FRAME: Duration = Duration::from_millis(34);
/// The shortest wait for a key. A wait of nothing would not even look for one.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// Shows `performance` until it is over. Control; blocks.
///
/// # Errors
/// [`TerminalError`]: the performance goes on without a view, or is to be ended.
pub fn run(performance: &mut impl Performance) -> Result<(), TerminalError> {
    let mut screen = Screen::open()?;
    let mut keys = Keys::new(screen.releases());
    let end = show(performance, &mut screen, &mut keys);
    keys.release_all().into_iter().for_each(|action| performance.act(action));
    end
}

fn show(performance: &mut impl Performance, screen: &mut Screen, keys: &mut Keys) -> Result<(), TerminalError> {
    let start = Instant::now();
    let mut view = View::new(Theme::new(wants_colour()));
    let mut next_frame = Duration::ZERO;
    let mut is_leaving = false;
    while !performance.is_over() {
        let now = start.elapsed();
        keys.expire(now).into_iter().for_each(|action| performance.act(action));
        if now >= next_frame {
            let status = performance.status();
            keys.follow(&status, now);
            view.update(status, keys, now);
            screen.draw(|area, buffer| view.render(area, buffer))?;
            next_frame = now + FRAME;
        }
        let next = keys.next_expiry().map_or(next_frame, |expiry| expiry.min(next_frame));
        if !event::poll(next.saturating_sub(start.elapsed()).max(SHORTEST_WAIT))? {
            continue;
        }
        let actions = match event::read()? {
            Event::Key(key) => keys.event(key, start.elapsed()),
            Event::FocusLost => keys.release_all(),
            // Pasted text is no music. A new size is seen at the next frame.
            _ => Vec::new(),
        };
        // Who leaves plays no more, but may insist.
        for action in actions {
            if is_leaving && action != Action::Quit {
                continue;
            }
            is_leaving |= action == Action::Quit;
            performance.act(action);
        }
    }
    Ok(())
}

/// See no-color.org.
pub(crate) fn wants_colour() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
