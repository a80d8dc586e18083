//! Which preset belongs to which application: switches when another comes to front, unless the user chose by hand.

use crate::front::Application;

/// An application and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule<T> {
    /// The name of its process, in any case, `.exe` or not.
    pub process: String,
    /// What to switch to.
    pub target: T,
}

/// The state machine of switching. No clock, no thread, no system: it is told what is in front. Any.
///
/// The first rule that an application matches is its rule; one without a rule changes nothing. A choice by hand holds
/// until an application of another rule comes to front, or until it is released.
///
/// ```
/// use ripieno_actions::{Application, Contexts, Rule};
///
/// let rule = |process: &str, target| Rule { process: process.into(), target };
/// let mut contexts = Contexts::new(vec![rule("code", "editing"), rule("obs", "streaming")]);
/// assert_eq!(contexts.front(Some(&Application::named("OBS"))), Some("streaming"));
/// assert_eq!(contexts.front(Some(&Application::named("bash"))), None);
/// contexts.chosen();
/// assert_eq!(contexts.front(Some(&Application::named("obs"))), None);
/// assert_eq!(contexts.release(), Some("streaming"));
/// ```
#[derive(Clone, Debug)]
pub struct Contexts<T> {
    rules: Vec<Rule<T>>,
    /// The rule that switched last, or would have if not for a choice by hand.
    last: Option<usize>,
    front: Option<Application>,
    chosen: bool,
}

impl<T: Clone + PartialEq> Contexts<T> {
    /// Rules in the order they are asked. Nothing is in front yet.
    pub fn new(rules: Vec<Rule<T>>) -> Self {
        Self { rules, last: None, front: None, chosen: false }
    }

    /// Another application is in front, or none. Returns what to switch to.
    pub fn front(&mut self, application: Option<&Application>) -> Option<T> {
        self.front = application.cloned();
        let rule = self.matching().filter(|rule| Some(*rule) != self.last)?;
        self.last = Some(rule);
        self.chosen = false;
        self.rules.get(rule).map(|rule| rule.target.clone())
    }

    /// The user chose something by hand, which holds for the rule that switched last.
    pub fn chosen(&mut self) {
        self.chosen = true;
    }

    /// Whether a choice by hand holds.
    pub fn is_chosen(&self) -> bool {
        self.chosen
    }

    /// Ends the hold of a choice by hand. Returns what to switch to: what belongs to the application in front, or else
    /// to the last that had a rule. Without a choice it does nothing.
    pub fn release(&mut self) -> Option<T> {
        if !std::mem::take(&mut self.chosen) {
            return None;
        }
        self.last = self.matching().or(self.last);
        self.rules.get(self.last?).map(|rule| rule.target.clone())
    }

    /// Replaces the rules. Returns what to switch to, when the application in front now has another target and the
    /// user did not choose.
    pub fn set_rules(&mut self, rules: Vec<Rule<T>>) -> Option<T> {
        let before = self.last.and_then(|last| self.rules.get(last)).map(|rule| rule.target.clone());
        self.rules = rules;
        self.last = self.matching();
        let now = self.last.and_then(|last| self.rules.get(last)).map(|rule| rule.target.clone());
        now.filter(|now| !self.chosen && Some(now) != before.as_ref())
    }

    fn matching(&self) -> Option<usize> {
        let front = self.front.as_ref()?;
        self.rules.iter().position(|rule| front.is(&rule.process))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> Vec<Rule<String>> {
        let rule = |pair: &str| pair.split_once(':').map(|(process, target)| (process.into(), target.into()));
        text.split_whitespace().filter_map(rule).map(|(process, target)| Rule { process, target }).collect()
    }

    /// `steps`: an application comes to front; `-` none does; `!` the user chooses; `?` releases; `=` sets the rules
    /// that follow it up to `;`. `expected`: what each step switches to, `.` for nothing.
    fn check(start: &str, steps: &str, expected: &str) {
        let mut contexts = Contexts::new(rules(start));
        let mut found = Vec::new();
        for step in steps.split(';').map(str::trim) {
            let switch = match step {
                "-" => contexts.front(None),
                "?" => contexts.release(),
                "!" => {
                    contexts.chosen();
                    None
                }
                _ => match step.strip_prefix('=') {
                    Some(text) => contexts.set_rules(rules(text)),
                    None => contexts.front(Some(&Application::named(step))),
                },
            };
            found.push(switch.unwrap_or_else(|| ".".into()));
        }
        assert_eq!(found.join(" "), expected, "{start} | {steps}");
    }

    #[test]
    fn every_transition() {
        const TWO: &str = "code:edit obs:stream";
        // Nothing matches, or nothing is there to match.
        check("", "code; -; ?", ". . .");
        check(TWO, "bash; -", ". .");
        // Each change of the rule switches, and only that.
        check(TWO, "code; code; obs; code", "edit . stream edit");
        check(TWO, "CODE.exe; Obs", "edit stream");
        check(TWO, "code; bash; code; -; code", "edit . . . .");
        // The first of several rules wins.
        check("code:edit code:other", "code", "edit");
        check("code:edit obs:edit", "code; obs", "edit edit");
        // A choice by hand holds for its rule, through applications without one.
        check(TWO, "code; !; code; bash; -; code", "edit . . . . .");
        check(TWO, "code; !; obs; code", "edit . stream edit");
        check(TWO, "!; code", ". edit");
        // Released: back to what is in front, else to what was last.
        check(TWO, "code; !; ?; ?", "edit . edit .");
        check(TWO, "code; !; bash; ?", "edit . . edit");
        check(TWO, "?; code; ?", ". edit .");
        check(TWO, "!; ?", ". .");
        check(TWO, "code; !; ?; obs", "edit . edit stream");
        // Rules that change under an application.
        check(TWO, "code; = code:write", "edit write");
        check(TWO, "code; = code:edit", "edit .");
        check(TWO, "code; = obs:stream; obs; code", "edit . stream .");
        check(TWO, "bash; = bash:shell", ". shell");
        check(TWO, "code; !; = code:write; ?", "edit . . write");
        check(TWO, "code; = ; ?; = code:edit", "edit . . edit");
    }

    #[test]
    fn a_choice_is_shown_until_it_ends() {
        let mut contexts = Contexts::new(rules("code:edit obs:stream"));
        let mut seen = vec![contexts.is_chosen()];
        contexts.front(Some(&Application::named("code")));
        contexts.chosen();
        seen.push(contexts.is_chosen());
        contexts.front(Some(&Application::named("bash")));
        seen.push(contexts.is_chosen());
        contexts.front(Some(&Application::named("obs")));
        seen.push(contexts.is_chosen());
        contexts.chosen();
        contexts.release();
        seen.push(contexts.is_chosen());
        assert_eq!(seen, [false, true, true, false, false]);
    }
}
