//! The effects as files and clients name them: their bypasses, and the order in which they stand.

use ripieno_fx::{EFFECTS, effect};
use ripieno_types::EffectId;

/// An order of the effects, first to last.
pub type Order = [EffectId; EFFECTS.len()];

/// The bypass of each effect, by [`EffectId`]: 1 while the signal passes by.
pub const BYPASS: [&str; EFFECTS.len()] =
    ["volume.bypass", "filter.bypass", "pitch.bypass", "chorus.bypass", "delay.bypass", "reverb.bypass", "pan.bypass"];

/// The effect whose bypass has this name, and the name as one that lasts. Any.
pub fn bypass(key: &str) -> Option<(EffectId, &'static str)> {
    EFFECTS.iter().zip(BYPASS).find(|(_, name)| *name == key).map(|(info, name)| (info.id, name))
}

/// The order that a chain has at first. Any.
pub fn usual() -> Order {
    EFFECTS.each_ref().map(|info| info.id)
}

/// Reads an order of names; none at all is the usual one. Any.
///
/// # Errors
/// A sentence, when it does not name each effect once.
pub fn order<T: AsRef<str>>(names: &[T]) -> Result<Order, String> {
    if names.is_empty() {
        return Ok(usual());
    }
    let found: Vec<EffectId> = names.iter().filter_map(|name| effect(name.as_ref()).map(|info| info.id)).collect();
    let is_whole = names.len() == EFFECTS.len() && EFFECTS.iter().all(|info| found.contains(&info.id));
    let order = found.try_into().ok().filter(|_| is_whole);
    order.ok_or_else(|| format!("an order names each of {} once", EFFECTS.map(|info| info.name).join(", ")))
}

/// The names of an order. Any.
pub fn names(order: &Order) -> Vec<String> {
    let name = |id: &EffectId| EFFECTS.get(usize::from(id.0)).map(|info| info.name.to_owned());
    order.iter().filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bypasses_are_named_after_their_effects() {
        for (info, name) in EFFECTS.iter().zip(BYPASS) {
            assert_eq!(name, format!("{}.bypass", info.name));
            assert_eq!(bypass(name), Some((info.id, name)));
        }
        assert_eq!((bypass("reverb"), bypass("echo.bypass")), (None, None));
    }

    #[test]
    fn an_order_names_every_effect_once() {
        let mut turned = usual();
        turned.reverse();
        assert_eq!(order(&names(&turned)), Ok(turned));
        assert_eq!(order::<&str>(&[]), Ok(usual()));
        let twice = ["volume", "volume", "pitch", "chorus", "delay", "reverb", "pan"];
        let odd = ["volume", "filter", "pitch", "chorus", "delay", "reverb", "echo"];
        for wrong in [&twice[..], &odd, &twice[1..], &["pan"]] {
            assert!(order(wrong).is_err_and(|cause| cause.contains("chorus, delay")), "{wrong:?}");
        }
    }
}
