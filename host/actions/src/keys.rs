//! Names of keys, and chords of them as `ctrl+shift+p`.

use std::fmt;
use std::str::FromStr;

/// Keys that one chord may hold.
const MOST_KEYS: usize = 8;

/// A key of a computer keyboard.
///
/// `ctrl` `alt` `shift` `win` (or `cmd`, `super`, `meta`), `enter` (`return`), `tab`, `space`, `esc` (`escape`),
/// `backspace`, `delete`, `insert`, `up` `down` `left` `right`, `home` `end` `pageup` `pagedown`, `f1` to `f24`,
/// `playpause` `nexttrack` `prevtrack`, `volumeup` `volumedown` `volumemute`; any other key by its character, `+` as `plus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "a key's name is what is printed on it")]
pub enum Key {
    Ctrl,
    Alt,
    Shift,
    /// The key with the logo: Windows, Command, Super.
    Win,
    Enter,
    Tab,
    Space,
    Escape,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    /// A function key, 1..=24.
    F(u8),
    PlayPause,
    NextTrack,
    PrevTrack,
    VolumeUp,
    VolumeDown,
    VolumeMute,
    /// A letter in lower case, a digit, a sign.
    Char(char),
}

/// The first name of a key is the one that is written.
const NAMES: &[(&str, Key)] = &[
    ("ctrl", Key::Ctrl),
    ("control", Key::Ctrl),
    ("alt", Key::Alt),
    ("option", Key::Alt),
    ("shift", Key::Shift),
    ("win", Key::Win),
    ("windows", Key::Win),
    ("cmd", Key::Win),
    ("command", Key::Win),
    ("super", Key::Win),
    ("meta", Key::Win),
    ("enter", Key::Enter),
    ("return", Key::Enter),
    ("tab", Key::Tab),
    ("space", Key::Space),
    ("esc", Key::Escape),
    ("escape", Key::Escape),
    ("backspace", Key::Backspace),
    ("delete", Key::Delete),
    ("del", Key::Delete),
    ("insert", Key::Insert),
    ("up", Key::Up),
    ("down", Key::Down),
    ("left", Key::Left),
    ("right", Key::Right),
    ("home", Key::Home),
    ("end", Key::End),
    ("pageup", Key::PageUp),
    ("pagedown", Key::PageDown),
    ("playpause", Key::PlayPause),
    ("nexttrack", Key::NextTrack),
    ("prevtrack", Key::PrevTrack),
    ("volumeup", Key::VolumeUp),
    ("volumedown", Key::VolumeDown),
    ("volumemute", Key::VolumeMute),
    ("plus", Key::Char('+')),
];

/// Keys that are pressed together. All but the last are held while the last is tapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chord(Vec<Key>);

impl Chord {
    /// The keys in the order they are pressed, one to eight.
    pub fn keys(&self) -> &[Key] {
        &self.0
    }
}

/// Why a text is no chord.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Nothing before, between or after plus signs.
    #[error("a key is missing in {0:?}; the key + itself is written \"plus\"")]
    Missing(String),
    /// No key has this name.
    #[error("there is no key {token:?}{}", hint(.closest))]
    Unknown {
        /// What was written.
        token: String,
        /// The name that it is closest to, when any is close.
        closest: Option<String>,
    },
    /// The same key twice.
    #[error("the key {0:?} is there twice")]
    Twice(String),
    /// More than a chord holds.
    #[error("{0} keys are more than the {MOST_KEYS} of a chord")]
    Many(usize),
}

fn hint(closest: &Option<String>) -> String {
    closest.as_ref().map_or(String::new(), |name| format!("; did you mean {name:?}?"))
}

impl FromStr for Chord {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let tokens: Vec<_> = text.split('+').map(|token| token.trim().to_lowercase()).collect();
        if tokens.iter().any(String::is_empty) {
            return Err(KeyError::Missing(text.into()));
        }
        if tokens.len() > MOST_KEYS {
            return Err(KeyError::Many(tokens.len()));
        }
        let mut keys = Vec::new();
        for token in &tokens {
            let key: Key = token.parse()?;
            if keys.contains(&key) {
                return Err(KeyError::Twice(token.clone()));
            }
            keys.push(key);
        }
        Ok(Self(keys))
    }
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(token: &str) -> Result<Self, KeyError> {
        let token = token.to_lowercase();
        if let Some((_, key)) = NAMES.iter().find(|(name, _)| *name == token) {
            return Ok(*key);
        }
        let number = token.strip_prefix('f').filter(|rest| !rest.starts_with(['0', '+']));
        if let Some(number @ 1..=24) = number.and_then(|rest| rest.parse().ok()) {
            return Ok(Self::F(number));
        }
        let mut letters = token.chars();
        match (letters.next(), letters.next()) {
            (Some(sign), None) if !sign.is_control() && !sign.is_whitespace() => Ok(Self::Char(sign)),
            _ => Err(KeyError::Unknown { closest: closest(&token), token }),
        }
    }
}

/// The name that takes the fewest changes to reach, when they are fewer than half of its letters.
fn closest(token: &str) -> Option<String> {
    let functions = (1..=24).map(|number| format!("f{number}"));
    (NAMES.iter().map(|(name, _)| (*name).to_owned()).chain(functions))
        .map(|name| (strsim::osa_distance(token, &name), name))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, name)| *distance * 2 <= name.len())
        .map(|(_, name)| name)
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, _)) = NAMES.iter().find(|(_, key)| key == self) {
            return f.write_str(name);
        }
        match self {
            Self::F(number) => write!(f, "f{number}"),
            Self::Char(sign) => write!(f, "{sign}"),
            // Every other key stands in the table, which a test holds.
            other => write!(f, "{other:?}"),
        }
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, key) in self.0.iter().enumerate() {
            write!(f, "{}{key}", if index == 0 { "" } else { "+" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &str) {
        let found = text.parse::<Chord>().map_or_else(|e| e.to_string(), |chord| chord.to_string());
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn chords_are_read() {
        check("ctrl+shift+p", "ctrl+shift+p");
        check(" Control + SHIFT + P ", "ctrl+shift+p");
        check("cmd+return", "win+enter");
        check("Super+Escape", "win+esc");
        check("f1", "f1");
        check("alt+F24", "alt+f24");
        check("ctrl+plus", "ctrl+plus");
        check("ctrl+`", "ctrl+`");
        check("/", "/");
        check("7", "7");
        check("É", "é");
        check("playpause", "playpause");
        check("ctrl", "ctrl");
    }

    #[test]
    fn what_is_no_key_is_named_with_the_closest_name() {
        check("", r#"a key is missing in ""; the key + itself is written "plus""#);
        check("ctrl++", r#"a key is missing in "ctrl++"; the key + itself is written "plus""#);
        check("ctrl+volumup", r#"there is no key "volumup"; did you mean "volumeup"?"#);
        check("contrl+c", r#"there is no key "contrl"; did you mean "control"?"#);
        check("f25", r#"there is no key "f25"; did you mean "f2"?"#);
        check("f0", r#"there is no key "f0"; did you mean "f1"?"#);
        check("f+1+é+sandwich", r#"there is no key "sandwich""#);
        check("ctrl+control+a", r#"the key "control" is there twice"#);
        check("a+b+c+d+e+f+g+h+i", "9 keys are more than the 8 of a chord");
        check("ctrl+\u{7}", r#"there is no key "\u{7}""#);
    }

    #[test]
    fn every_key_is_written_by_a_name_that_is_read() {
        let functions = (1..=24).map(Key::F);
        for key in NAMES.iter().map(|(_, key)| *key).chain(functions) {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader_and_what_is_written_is_read(text in ".{0,40}") {
            if let Ok(chord) = text.parse::<Chord>() {
                prop_assert_eq!(chord.to_string().parse::<Chord>(), Ok(chord));
            }
        }
    }
}
