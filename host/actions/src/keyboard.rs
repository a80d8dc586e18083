//! Keys and wheel of this computer, moved as a hand would.

use crate::keys::{Chord, Key};
use enigo::{Axis, Direction, Enigo, InputError, Keyboard as _, Mouse as _, NewConError, Settings};

/// Moves keys and wheel. Control; may wait for the system.
pub trait Keys: Send {
    /// Presses a key and holds it.
    ///
    /// # Errors
    /// A sentence for the log.
    fn press(&mut self, key: Key) -> Result<(), String>;

    /// Lets a key go.
    ///
    /// # Errors
    /// A sentence for the log.
    fn release(&mut self, key: Key) -> Result<(), String>;

    /// Turns the wheel by so many notches: down or right when positive.
    ///
    /// # Errors
    /// A sentence for the log.
    fn scroll(&mut self, notches: i32, horizontal: bool) -> Result<(), String>;
}

/// Presses the keys of a chord in order and lets them go in reverse, whatever fails: no key stays down.
pub(crate) fn tap(keys: &mut dyn Keys, chord: &Chord) -> Result<(), String> {
    let mut result = Ok(());
    let mut pressed = 0;
    for key in chord.keys() {
        // A key that failed may be down none the less.
        pressed += 1;
        result = keys.press(*key);
        if result.is_err() {
            break;
        }
    }
    for key in chord.keys()[..pressed].iter().rev() {
        let released = keys.release(*key);
        result = result.and(released);
    }
    result
}

/// The keyboard of this computer. On Linux that of an X server, also for the programs that Wayland shows through
/// Xwayland. Connects when first used, and again after a failure.
#[derive(Debug, Default)]
pub struct Keyboard {
    display: Option<String>,
    enigo: Option<Enigo>,
}

impl Keyboard {
    /// The keyboard of an X display; `None` means the one of `DISPLAY`, and is all there is on other systems.
    pub fn new(display: Option<String>) -> Self {
        Self { display, enigo: None }
    }

    fn connected(&mut self) -> Result<&mut Enigo, String> {
        if self.enigo.is_none() {
            if cfg!(target_os = "linux") {
                crate::front::display(self.display.as_deref())?;
            }
            let settings = Settings { x11_display: self.display.clone(), ..Settings::default() };
            self.enigo = Some(Enigo::new(&settings).map_err(|e| refusal(&e))?);
        }
        self.enigo.as_mut().ok_or_else(|| "the keyboard is not connected".to_owned())
    }

    /// Does something with a connection, which is given up after a failure: that lets go of all that it held.
    fn with(&mut self, act: impl FnOnce(&mut Enigo) -> Result<(), InputError>) -> Result<(), String> {
        let result = act(self.connected()?).map_err(|e| format!("keys could not be moved: {e}"));
        if result.is_err() {
            self.enigo = None;
        }
        result
    }
}

fn refusal(error: &NewConError) -> String {
    if cfg!(target_os = "linux") {
        "the X server does not let keys be moved: check DISPLAY and XAUTHORITY".to_owned()
    } else {
        format!("the system does not let keys be moved: {error}")
    }
}

impl Keys for Keyboard {
    fn press(&mut self, key: Key) -> Result<(), String> {
        let native = native(key)?;
        self.with(|enigo| enigo.key(native, Direction::Press))
    }

    fn release(&mut self, key: Key) -> Result<(), String> {
        // Without a connection nothing is held.
        if self.enigo.is_none() {
            return Ok(());
        }
        let native = native(key)?;
        self.with(|enigo| enigo.key(native, Direction::Release))
    }

    fn scroll(&mut self, notches: i32, horizontal: bool) -> Result<(), String> {
        let axis = if horizontal { Axis::Horizontal } else { Axis::Vertical };
        self.with(|enigo| enigo.scroll(notches, axis))
    }
}

fn native(key: Key) -> Result<enigo::Key, String> {
    use enigo::Key as Native;
    Ok(match key {
        Key::Ctrl => Native::Control,
        Key::Alt => Native::Alt,
        Key::Shift => Native::Shift,
        Key::Win => Native::Meta,
        Key::Enter => Native::Return,
        Key::Tab => Native::Tab,
        Key::Space => Native::Space,
        Key::Escape => Native::Escape,
        Key::Backspace => Native::Backspace,
        Key::Delete => Native::Delete,
        #[cfg(not(target_os = "macos"))]
        Key::Insert => Native::Insert,
        Key::Up => Native::UpArrow,
        Key::Down => Native::DownArrow,
        Key::Left => Native::LeftArrow,
        Key::Right => Native::RightArrow,
        Key::Home => Native::Home,
        Key::End => Native::End,
        Key::PageUp => Native::PageUp,
        Key::PageDown => Native::PageDown,
        Key::F(number) => return function(number).ok_or_else(|| format!("there is no key {key} on this system")),
        Key::PlayPause => Native::MediaPlayPause,
        Key::NextTrack => Native::MediaNextTrack,
        Key::PrevTrack => Native::MediaPrevTrack,
        Key::VolumeUp => Native::VolumeUp,
        Key::VolumeDown => Native::VolumeDown,
        Key::VolumeMute => Native::VolumeMute,
        Key::Char(sign) => Native::Unicode(sign),
        #[cfg(target_os = "macos")]
        Key::Insert => return Err("there is no key insert on this system".to_owned()),
    })
}

fn function(number: u8) -> Option<enigo::Key> {
    use enigo::Key::*;
    const TO_20: [enigo::Key; 20] =
        [F1, F2, F3, F4, F5, F6, F7, F8, F9, F10, F11, F12, F13, F14, F15, F16, F17, F18, F19, F20];
    #[cfg(not(target_os = "macos"))]
    const BEYOND: [enigo::Key; 4] = [F21, F22, F23, F24];
    #[cfg(target_os = "macos")]
    const BEYOND: [enigo::Key; 0] = [];
    TO_20.iter().chain(&BEYOND).nth(usize::from(number).checked_sub(1)?).copied()
}

#[cfg(test)]
#[path = "keyboard_tests.rs"]
mod tests;
