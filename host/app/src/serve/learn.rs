//! Learning: controls and targets find each other, either first, for as long as it is not stopped.
//!
//! A control that is learned is only listened to: while it lasts, the panels are all silent. What is down ends as it began.

use super::Owner;
use super::heard::{Heard, served_kind};
use super::panels::preset_changed;
use super::served::Section;
use crate::studio::{self, Learned};
use ripieno_panel::Event as Said;
use ripieno_web::shape::{Action, Entry, EntryAddress, Kind, Learn, LearnChange, Use};
use ripieno_web::{Event, Refusal};
use std::collections::VecDeque;

/// Targets, and controls, that may wait.
const WAITING: usize = 64;

/// Learning as it stands.
#[derive(Debug, Default)]
pub struct Learning {
    /// The preset that learns, by kind and id.
    preset: Option<(Kind, String)>,
    targets: VecDeque<Action>,
    heard: VecDeque<EntryAddress>,
    learned: Vec<Entry>,
    conflicts: Vec<Use>,
    replace: bool,
}

impl Learning {
    /// True while controls are only listened to.
    pub fn is_active(&self) -> bool {
        self.preset.is_some()
    }

    /// As it is served.
    pub fn told(&self) -> Learn {
        Learn {
            active: self.is_active(),
            preset: self.preset.as_ref().map(|(_, id)| id.clone()),
            kind: self.preset.as_ref().map(|(kind, _)| *kind),
            targets: self.targets.iter().cloned().collect(),
            heard: self.heard.iter().cloned().collect(),
            learned: self.learned.clone(),
            conflicts: self.conflicts.clone(),
        }
    }

    /// A control of the right kind was used. False if that is nothing new.
    fn hear(&mut self, at: EntryAddress) -> bool {
        let is_known = self.heard.contains(&at)
            || self.learned.iter().any(|entry| entry.at == at)
            || self.conflicts.iter().any(|found| found.at == at);
        if is_known || self.heard.len() >= WAITING {
            return false;
        }
        self.heard.push_back(at);
        true
    }

    /// The next control and its target, if both are there.
    fn pair(&mut self) -> Option<(EntryAddress, Action)> {
        let action = self.targets.front()?.clone();
        self.heard.pop_front().map(|at| (at, action))
    }

    /// What became of the pair. A conflict leaves the target waiting for another control.
    fn settle(&mut self, learned: Learned) {
        match learned {
            Learned::Mapped(entry) => {
                self.targets.pop_front();
                self.learned.push(entry);
            }
            Learned::Conflict(uses) => self.conflicts.extend(uses),
        }
    }
}

impl Owner {
    /// Begins, or adds targets.
    pub(super) fn change_learn(&mut self, change: LearnChange) -> Result<Learn, Refusal> {
        let was_active = self.learn.is_active();
        let preset = match (&change.preset, change.kind) {
            (Some(preset), Some(kind)) => (kind, self.preset(kind, preset)?.id),
            (None, None) if was_active => match &self.learn.preset {
                Some(preset) => preset.clone(),
                None => return Err(Refusal::Invalid("nothing is being learned".into())),
            },
            _ => return Err(Refusal::Invalid("to begin, a preset and its type are wanted".into())),
        };
        if self.learn.targets.len() + change.targets.len() > WAITING {
            return Err(Refusal::Invalid(format!("{WAITING} targets may wait at most")));
        }
        for target in &change.targets {
            studio::check_action(self.studio.model(), target).map_err(Refusal::Invalid)?;
        }
        if self.learn.preset.as_ref() != Some(&preset) {
            self.learn = Learning { preset: Some(preset), ..Learning::default() };
        }
        self.learn.targets.extend(change.targets);
        if self.learn.replace != change.replace {
            // What was in the way no longer is.
            self.learn.replace = change.replace;
            self.learn.conflicts.clear();
        }
        if !was_active {
            self.arrange(false);
        }
        self.learn_pairs();
        Ok(self.tell_learn())
    }

    /// Ends it; the panels act again.
    pub(super) fn stop_learn(&mut self) -> Learn {
        if self.learn.is_active() {
            self.learn.preset = None;
            self.learn.targets.clear();
            self.learn.heard.clear();
            self.arrange(false);
        }
        self.tell_learn()
    }

    fn tell_learn(&mut self) -> Learn {
        let learn = self.learn.told();
        self.publish(&Event::LearnChanged { learn: learn.clone() }, &[Section::Learn]);
        learn
    }

    /// A control was used while learning.
    pub(super) fn learn_heard(&mut self, heard: &Heard) {
        let Some((kind, _)) = &self.learn.preset else { return };
        if matches!(heard.event, Said::Up) {
            return;
        }
        let source = self.source(heard.control.source);
        let is_of = served_kind(heard.kind);
        if is_of != *kind {
            let what = |kind: Kind| match kind {
                Kind::Pad => "a pad",
                Kind::Knob => "a knob",
                Kind::Piano => "a key",
            };
            let (is, wanted) = (what(is_of), what(*kind));
            self.info("learn", format!("{source} is {is} in the layout, and {wanted} is wanted"));
            return;
        }
        let device = self.names.device_id(heard.control.device).map(str::to_owned);
        let at = EntryAddress { source, channel: heard.control.channel.map(|channel| channel + 1), device, nth: 0 };
        if self.learn.hear(at) {
            self.learn_pairs();
            self.tell_learn();
        }
    }

    /// Lets controls and targets find each other, each an edit of its own.
    fn learn_pairs(&mut self) {
        while let Some((kind, preset)) = self.learn.preset.clone()
            && let Some((at, action)) = self.learn.pair()
        {
            let replace = self.learn.replace;
            let learned = self.edit(
                "learn control",
                |model| model.learn(kind, &preset, &at, &action, replace),
                |model, _| preset_changed(model, kind, &preset),
            );
            match learned {
                Ok(learned) => self.learn.settle(learned),
                Err(refusal) => self.warn("learn", format!("{} is not learned: {refusal}", at.source)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(source: &str) -> EntryAddress {
        EntryAddress { source: source.into(), ..EntryAddress::default() }
    }

    fn action(kind: &str) -> Action {
        Action { kind: kind.into(), ..Action::default() }
    }

    fn mapped(source: &str) -> Learned {
        Learned::Mapped(Entry { at: at(source), ..Entry::default() })
    }

    #[test]
    fn targets_first_take_controls_as_they_come() {
        let mut learning = Learning { targets: [action("a"), action("b")].into(), ..Learning::default() };
        assert_eq!(learning.pair(), None);
        assert!(learning.hear(at("cc:1")));
        assert_eq!(learning.pair(), Some((at("cc:1"), action("a"))));
        learning.settle(mapped("cc:1"));
        assert!(!learning.hear(at("cc:1")), "a knob that goes on turning is learned once");
        assert!(learning.hear(at("cc:2")));
        assert_eq!(learning.pair(), Some((at("cc:2"), action("b"))));
    }

    #[test]
    fn controls_first_wait_for_targets() {
        let mut learning = Learning::default();
        assert!(learning.hear(at("cc:1")) && learning.hear(at("cc:2")) && !learning.hear(at("cc:1")));
        assert_eq!(learning.pair(), None);
        learning.targets.push_back(action("a"));
        assert_eq!(learning.pair(), Some((at("cc:1"), action("a"))));
        learning.settle(mapped("cc:1"));
        assert_eq!(learning.pair(), None);
        assert_eq!(learning.told().heard, [at("cc:2")]);
    }

    #[test]
    fn a_conflict_leaves_the_target_waiting() {
        let mut learning = Learning { targets: [action("a")].into(), ..Learning::default() };
        learning.hear(at("cc:1"));
        learning.pair().unwrap();
        learning.settle(Learned::Conflict(vec![Use { at: at("cc:1"), ..Use::default() }]));
        assert!(!learning.hear(at("cc:1")));
        assert!(learning.hear(at("cc:2")));
        assert_eq!(learning.pair(), Some((at("cc:2"), action("a"))));
        assert_eq!(learning.told().conflicts.len(), 1);
    }

    #[test]
    fn no_flood_of_controls_grows_without_bound() {
        let mut learning = Learning::default();
        let taken = (0..1_000).filter(|n| learning.hear(at(&format!("nrpn:{n}")))).count();
        assert_eq!(taken, WAITING);
    }
}
