//! What a key of the computer's keyboard means: notes in the musical-typing layout, and hands on effects and gain.
//!
//! ```text
//!   w e   t y u   o p          black keys        x z octave   c v velocity
//!  a s d f g h j k l ; '       white keys, C first
//! ```

mod typing;

use crate::live::Status;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ripieno_fx::{EFFECTS, PARAMS, ParamInfo, Unit};
use ripieno_types::{EffectId, ParamId};
use std::time::Duration;
use typing::Typing;

/// What the musician wants, in the words of a session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    /// A key goes down.
    NoteOn {
        /// MIDI key, 0 to 127.
        key: u8,
        /// 1 to 127.
        velocity: u8,
    },
    /// A key that went down goes up.
    NoteOff {
        /// MIDI key, 0 to 127.
        key: u8,
    },
    /// An effect's parameter moves.
    Parameter {
        /// Which parameter.
        id: ParamId,
        /// 0 to 1.
        value: f32,
    },
    /// An effect leaves the signal path or comes back.
    Bypass {
        /// Which effect.
        effect: EffectId,
        /// True: the signal passes by unchanged.
        bypassed: bool,
    },
    /// The output gain moves: linear, 0 to 1.
    Master(f32),
    /// Everything falls silent.
    Panic,
    /// The session ends. Every note that was typed has ended before.
    Quit,
}

/// How the end of a key press is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Releases {
    /// The terminal reports it.
    Reported,
    /// It does not: a note ends a while after its last press or automatic repeat.
    #[default]
    Inferred,
}

/// How long own changes stand before a status may contradict them: it may still tell what was before them.
const SETTLE: Duration = Duration::from_millis(250);
/// A step of a parameter, and a fine one.
const STEPS: [f32; 2] = [0.05, 0.01];
/// The same for a pitch: a semitone and ten cents, of 24 semitones.
const PITCH_STEPS: [f32; 2] = [1.0 / 24.0, 1.0 / 240.0];
/// A step of the output gain: one decibel, as a factor.
const MASTER_STEP: f32 = 1.122_018_5;
/// The quietest output gain above silence: −60 dB.
const MASTER_FLOOR: f32 = 0.001;

/// The musician's hands: what is pressed, what is chosen, and where the controls stand. Control.
#[derive(Debug)]
pub struct Keys {
    typing: Typing,
    selected: usize,
    values: [f32; PARAMS.len()],
    bypassed: [bool; EFFECTS.len()],
    master: f32,
    touched: Option<Duration>,
}

impl Keys {
    /// Hands off, around middle C, with every control where an untouched chain has it.
    pub fn new(releases: Releases) -> Self {
        Self {
            typing: Typing::new(releases),
            selected: 0,
            values: PARAMS.each_ref().map(|info| info.default),
            bypassed: [false; EFFECTS.len()],
            master: 1.0,
            touched: None,
        }
    }

    /// The octave that the keyboard's first C begins; middle C begins 4.
    pub fn octave(&self) -> i8 {
        self.typing.octave()
    }

    /// The velocity of typed notes.
    pub fn velocity(&self) -> u8 {
        self.typing.velocity()
    }

    /// The chosen parameter.
    pub fn selected(&self) -> &'static ParamInfo {
        &PARAMS[self.selected]
    }

    /// Learns where the controls stand, which others may have moved.
    pub fn follow(&mut self, status: &Status, now: Duration) {
        if self.touched.is_some_and(|touched| now < touched + SETTLE) {
            return;
        }
        self.values.iter_mut().zip(&status.values).for_each(|(own, told)| *own = *told);
        self.bypassed.iter_mut().zip(&status.bypassed).for_each(|(own, told)| *own = *told);
        self.master = status.master;
    }

    /// What a key event asks for. `now` is the time since any fixed moment.
    pub fn event(&mut self, event: KeyEvent, now: Duration) -> Vec<Action> {
        let mut actions = Vec::new();
        let symbol = match event.code {
            KeyCode::Char(symbol) => symbol.to_ascii_lowercase(),
            _ => '\0',
        };
        if event.kind == KeyEventKind::Release {
            self.typing.release(symbol, &mut actions);
            return actions;
        }
        let held = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SUPER);
        if !held.is_empty() {
            if held == KeyModifiers::CONTROL && symbol == 'c' {
                self.end(&mut actions, Action::Quit);
            }
            return actions;
        }
        let is_first = event.kind == KeyEventKind::Press;
        let is_fine = event.modifiers.contains(KeyModifiers::SHIFT);
        match event.code {
            KeyCode::Up => self.selected = self.selected.saturating_sub(1),
            KeyCode::Down => self.selected = (self.selected + 1).min(PARAMS.len() - 1),
            KeyCode::Left => self.turn(-1.0, is_fine, now, &mut actions),
            KeyCode::Right => self.turn(1.0, is_fine, now, &mut actions),
            KeyCode::Char('+' | '=') => self.louder(MASTER_STEP, now, &mut actions),
            KeyCode::Char('-' | '_') => self.louder(1.0 / MASTER_STEP, now, &mut actions),
            KeyCode::Char(' ') if is_first => self.bypass(now, &mut actions),
            KeyCode::Esc if is_first => self.end(&mut actions, Action::Panic),
            KeyCode::Char(_) if symbol == 'q' => self.end(&mut actions, Action::Quit),
            KeyCode::Char(_) if is_first => self.typing.press(symbol, now, &mut actions),
            _ => {}
        }
        actions
    }

    /// The notes whose time is over. Nothing when the terminal reports releases.
    pub fn expire(&mut self, now: Duration) -> Vec<Action> {
        let mut actions = Vec::new();
        self.typing.expire(now, &mut actions);
        actions
    }

    /// When [`expire`](Self::expire) has something to do next.
    pub fn next_expiry(&self) -> Option<Duration> {
        self.typing.next_expiry()
    }

    /// Ends every typed note: nobody will tell of their keys any more.
    pub fn release_all(&mut self) -> Vec<Action> {
        let mut actions = Vec::new();
        self.typing.release_all(&mut actions);
        actions
    }

    fn end(&mut self, actions: &mut Vec<Action>, how: Action) {
        self.typing.release_all(actions);
        actions.push(how);
    }

    fn turn(&mut self, direction: f32, is_fine: bool, now: Duration, actions: &mut Vec<Action>) {
        let info = self.selected();
        let fine = usize::from(is_fine);
        let value = match info.unit {
            Unit::Mode => direction.max(0.0),
            Unit::Semitones => step(self.values[self.selected], PITCH_STEPS[fine], direction),
            _ => step(self.values[self.selected], STEPS[fine], direction),
        };
        if value != self.values[self.selected] {
            self.values[self.selected] = value;
            self.touched = Some(now);
            actions.push(Action::Parameter { id: info.id, value });
        }
    }

    fn bypass(&mut self, now: Duration, actions: &mut Vec<Action>) {
        let effect = self.selected().effect;
        let bypassed = &mut self.bypassed[usize::from(effect.0)];
        *bypassed = !*bypassed;
        self.touched = Some(now);
        actions.push(Action::Bypass { effect, bypassed: *bypassed });
    }

    fn louder(&mut self, factor: f32, now: Duration, actions: &mut Vec<Action>) {
        let wanted = if factor > 1.0 { self.master.max(MASTER_FLOOR / factor) * factor } else { self.master * factor };
        // A hair of slack, so that as many steps up as down come back to where they began.
        let master = if wanted < MASTER_FLOOR * 0.999 { 0.0 } else { wanted.min(1.0) };
        if master != self.master {
            self.master = master;
            self.touched = Some(now);
            actions.push(Action::Master(master));
        }
    }
}

/// The next multiple of `step` in the direction, within 0 to 1. Steps do not pile up rounding errors.
fn step(value: f32, step: f32, direction: f32) -> f32 {
    let place = value / step;
    // Whoever stands on a multiple is not a hair before it.
    let slack = 1e-3 * direction;
    let next = if direction > 0.0 { (place + slack).floor() + 1.0 } else { (place + slack).ceil() - 1.0 };
    (next * step).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests;
