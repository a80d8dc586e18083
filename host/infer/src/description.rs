//! Words to stems: which of a model's outputs somebody means by "the drums" or "lead vocals".
//!
//! Case, articles, plurals and punctuation do not matter. A description and the names of stems meet in *notions*, groups of
//! words that mean the same sound; of several the last counts, as the head of an English phrase stands at its end, and the
//! longest known phrase goes before shorter ones ("bass drum" is no bass). "no drums" is the other one of two stems.

mod notions;

use crate::NoMatch;
use notions::{Phrase, Said};

/// One output that can be asked for.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// Its name.
    pub name: &'a str,
    /// Other words for it, beyond those that mean the same by themselves.
    pub also: &'a [&'a str],
}

impl<'a> Offer<'a> {
    /// Known by its name alone. Any.
    pub const fn named(name: &'a str) -> Self {
        Self { name, also: &[] }
    }

    fn words(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        std::iter::once(self.name).chain(self.also.iter().copied())
    }
}

/// The index of the offer that a description means. Any.
///
/// # Errors
/// [`NoMatch`] when it means none of them, or two at once; its hint names a built-in separator that could.
pub fn choose(description: &str, offers: &[Offer<'_>]) -> Result<usize, NoMatch> {
    meant(description, offers).ok_or_else(|| NoMatch {
        description: description.trim().to_owned(),
        offers: offers.iter().map(|offer| offer.name.to_owned()).collect(),
        hint: crate::builtin::able(description).map_or(String::new(), |model| format!("; {model} could")),
    })
}

/// As [`choose`], without a reason.
pub(crate) fn meant(description: &str, offers: &[Offer<'_>]) -> Option<usize> {
    let said = notions::words(description);
    if said.is_empty() {
        return None;
    }
    if let Some(exact) = offers.iter().position(|offer| notions::words(offer.name) == said) {
        return Some(exact);
    }
    let own: Vec<_> = offers.iter().flat_map(Offer::words).map(notions::words).collect();
    let Said { phrases, is_negated, is_several } = notions::said(&said, &own);
    let last = of_offers(phrases.last()?, offers)?;
    if is_several && phrases.iter().any(|phrase| of_offers(phrase, offers) != Some(last)) {
        return None;
    }
    match (is_negated, offers.len()) {
        (false, _) => Some(last),
        (true, 2) => Some(1 - last),
        (true, _) => None,
    }
}

/// The one offer that a phrase means.
fn of_offers(phrase: &Phrase<'_>, offers: &[Offer<'_>]) -> Option<usize> {
    let only = |means: &dyn Fn(&Phrase<'_>) -> bool| {
        let is_it = |offer: &Offer<'_>| offer.words().any(|word| means(&notions::phrase(&notions::words(word))));
        let mut all = offers.iter().enumerate().filter(|(_, offer)| is_it(offer)).map(|(index, _)| index);
        all.next().filter(|_| all.next().is_none())
    };
    only(&|word| word.words == phrase.words).or_else(|| only(&|word| word.is_whole && word.notion == phrase.notion))
}

#[cfg(test)]
mod tests;
