//! What the user does in the view: chooses streams, taps them, sets parameters, signals events, reloads, stops.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ripieno_pipeline::Status;
use serde_json::{Value, json};
use std::path::PathBuf;

/// What keys come to.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// Enough was seen.
    Leave,
    /// To look at once.
    Look,
    /// To be asked of the pipeline.
    Ask {
        /// What.
        ask: &'static str,
        /// Its fields.
        with: Value,
        /// What to say when it is done.
        done: String,
    },
    /// What was typed makes no sense.
    Mistake(String),
}

/// What is chosen and what is being typed.
#[derive(Clone, Debug, Default)]
pub struct Hands {
    /// The chosen stream's place.
    pub selected: usize,
    /// Whether it is looked into.
    pub taps: bool,
    /// What is asked for, and the text so far.
    pub prompt: Option<(Prompt, String)>,
    /// The graph file, where it is known.
    pub graph: Option<PathBuf>,
}

/// What a line is typed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// `task.param=value`.
    Set,
    /// An event's name.
    Signal,
}

impl Prompt {
    /// What stands before the line.
    pub fn label(self) -> &'static str {
        match self {
            Self::Set => "set task.param=value: ",
            Self::Signal => "signal event: ",
        }
    }
}

/// The longest line that can be typed.
const LONGEST: usize = 200;

impl Hands {
    /// Nothing is chosen yet; `graph` is the file that is reloaded.
    pub fn new(graph: Option<PathBuf>) -> Self {
        Self { graph, ..Self::default() }
    }

    /// The file's text takes the place of what runs.
    fn reload(&self) -> Wish {
        let Some(path) = &self.graph else {
            return Wish::Mistake("no file to reload: start with `ripieno top GRAPH.toml`".into());
        };
        match std::fs::read_to_string(path) {
            Ok(text) => ask("reload", json!({ "text": text }), format!("{} reloaded", path.display())),
            Err(error) => Wish::Mistake(format!("{} cannot be read: {error}", path.display())),
        }
    }

    /// The stream that is looked into.
    pub fn tapped(&self, status: &Status) -> Option<String> {
        let chosen = status.streams.get(self.selected)?;
        self.taps.then(|| chosen.name.clone())
    }

    /// Takes a key.
    pub fn press(&mut self, key: KeyEvent, status: &Status) -> Option<Wish> {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        if control && matches!(key.code, KeyCode::Char('c' | 'C')) {
            return Some(Wish::Leave);
        }
        if let Some((prompt, line)) = &mut self.prompt {
            match key.code {
                KeyCode::Esc => self.prompt = None,
                KeyCode::Backspace => _ = line.pop(),
                KeyCode::Char(letter) if !control && line.len() < LONGEST => line.push(letter),
                KeyCode::Enter => {
                    let (prompt, line) = (*prompt, std::mem::take(line));
                    self.prompt = None;
                    return (!line.trim().is_empty()).then(|| typed(prompt, line.trim(), status));
                }
                _ => {}
            }
            return None;
        }
        let last = status.streams.len().saturating_sub(1);
        match key.code {
            KeyCode::Char('q') | KeyCode::Esc => return Some(Wish::Leave),
            KeyCode::Up | KeyCode::Char('k') => self.selected = self.selected.min(last).saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.selected = (self.selected + 1).min(last),
            KeyCode::Char('t') | KeyCode::Enter => self.taps = !self.taps,
            KeyCode::Char('s') => self.prompt = Some((Prompt::Set, String::new())),
            KeyCode::Char('e') => self.prompt = Some((Prompt::Signal, String::new())),
            KeyCode::Char('r') => return Some(self.reload()),
            KeyCode::Char('x') => return Some(ask("stop", json!({}), "asked to stop".into())),
            _ => return None,
        }
        Some(Wish::Look)
    }
}

fn ask(ask: &'static str, with: Value, done: String) -> Wish {
    Wish::Ask { ask, with, done }
}

fn typed(prompt: Prompt, line: &str, status: &Status) -> Wish {
    if prompt == Prompt::Signal {
        return ask("signal", json!({ "event": line }), format!("{line} signalled"));
    }
    let form = || Wish::Mistake(format!("'{line}' is not of the form task.param=value"));
    let Some((target, text)) = line.split_once('=') else { return form() };
    let (target, text) = (target.trim(), text.trim());
    // Names of tasks and of parameters may both have dots.
    let is_task = |name: &str| status.tasks.iter().any(|task| task.name == name);
    let parts = || target.match_indices('.').map(|(at, _)| (&target[..at], &target[at + 1..]));
    let Some((task, param)) = parts().find(|(task, _)| is_task(task)).or_else(|| parts().next()) else { return form() };
    let value = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.into()));
    ask("set", json!({ "task": task, "param": param, "value": value }), format!("{target} is {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::top::view::tests::status;

    fn press(hands: &mut Hands, keys: &str) -> Option<Wish> {
        let code = |letter| match letter {
            '\n' => KeyCode::Enter,
            '<' => KeyCode::Backspace,
            letter => KeyCode::Char(letter),
        };
        keys.chars().fold(None, |_, letter| hands.press(KeyEvent::new(code(letter), KeyModifiers::NONE), &status()))
    }

    #[test]
    fn streams_are_chosen_and_tapped() {
        let mut hands = Hands::default();
        assert_eq!(hands.tapped(&status()), None);
        press(&mut hands, "t");
        assert_eq!(hands.tapped(&status()).as_deref(), Some("signal"));
        press(&mut hands, "jjj");
        assert_eq!(hands.tapped(&status()).as_deref(), Some("spectrum"));
        press(&mut hands, "kkkt");
        assert_eq!((hands.selected, hands.tapped(&status())), (0, None));
        assert_eq!(press(&mut hands, "q"), Some(Wish::Leave));
    }

    #[test]
    fn what_is_typed_is_asked() {
        let check =
            |keys: &str, expected: Option<Wish>| assert_eq!(press(&mut Hands::default(), keys), expected, "{keys}");
        let set = |task: &str, param: &str, value: Value, done: &str| {
            Some(ask("set", json!({ "task": task, "param": param, "value": value }), done.into()))
        };
        check("sfft.scale=0.55<\n", set("fft", "scale", json!(0.5), "fft.scale is 0.5"));
        check("sfft.reverb.mix=1\n", set("fft", "reverb.mix", json!(1), "fft.reverb.mix is 1"));
        check("sfft.mode=fast\n", set("fft", "mode", json!("fast"), "fft.mode is fast"));
        check("s\n", None);
        check("sq", None);
        check("sfft\n", Some(Wish::Mistake("'fft' is not of the form task.param=value".into())));
        check("ego\n", Some(ask("signal", json!({ "event": "go" }), "go signalled".into())));
        assert!(matches!(press(&mut Hands::default(), "r"), Some(Wish::Mistake(why)) if why.contains("GRAPH.toml")));
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut hands = Hands::new(Some(file.path().into()));
        let reload = ask("reload", json!({ "text": "" }), format!("{} reloaded", file.path().display()));
        assert_eq!(press(&mut hands, "r"), Some(reload));
    }
}
