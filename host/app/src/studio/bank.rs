//! Banks and the titles that follow them.

use ripieno_panel::{BANKS, BankId, PanelKind};
use ripieno_web::shape::Kind;

/// A kind as files and ids spell it. Any.
pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Pad => "pad",
        Kind::Knob => "knob",
        Kind::Piano => "piano",
    }
}

/// A kind as the core knows it. Any.
pub fn panel_kind(kind: Kind) -> PanelKind {
    match kind {
        Kind::Pad => PanelKind::Pad,
        Kind::Knob => PanelKind::Knob,
        Kind::Piano => PanelKind::Piano,
    }
}

/// The number of a bank, if the kind has such a bank. Any.
pub fn bank_id(kind: Kind, bank: &str) -> Option<BankId> {
    match (kind, bank.as_bytes()) {
        (Kind::Piano, b"play") => Some(BankId::PLAY),
        (Kind::Piano, b"map") => Some(BankId::MAP),
        (Kind::Pad | Kind::Knob, [letter @ b'A'..=b'Z']) if letter - b'A' < BANKS => Some(BankId(letter - b'A')),
        _ => None,
    }
}

/// A bank as people call it. Any.
pub fn bank_name(kind: Kind, bank: BankId) -> String {
    match (kind, bank) {
        (Kind::Piano, BankId::PLAY) => "play".into(),
        (Kind::Piano, _) => "map".into(),
        (_, BankId(n)) => char::from(b'A' + n.min(BANKS - 1)).to_string(),
    }
}

/// What a bank has to be, for messages.
pub fn banks_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Piano => "play or map",
        _ => "A to P",
    }
}

/// The bank of a panel that nobody chose one for. Any.
pub fn default_bank(kind: Kind) -> &'static str {
    if kind == Kind::Piano { "play" } else { "A" }
}

/// The title of a panel that nobody named. Any.
pub fn template_title(kind: Kind, bank: &str) -> String {
    match kind {
        Kind::Pad => format!("Pad Panel {bank}"),
        Kind::Knob => format!("Knob Panel {bank}"),
        Kind::Piano if bank == "map" => "Piano (Map)".into(),
        Kind::Piano => "Piano (Play)".into(),
    }
}

/// True for a title that nobody chose: of any kind and bank.
pub fn is_template(title: &str) -> bool {
    let lettered = |kind: Kind| (0..BANKS).any(|n| template_title(kind, &bank_name(kind, BankId(n))) == title);
    lettered(Kind::Pad) || lettered(Kind::Knob) || ["Piano (Play)", "Piano (Map)"].contains(&title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banks_have_names_and_numbers() {
        let check = |kind, bank: &str, number: Option<u8>| {
            assert_eq!(bank_id(kind, bank), number.map(BankId), "{kind:?} {bank}");
            if let Some(n) = number {
                assert_eq!(bank_name(kind, BankId(n)), bank);
                assert!(is_template(&template_title(kind, bank)));
            }
        };
        check(Kind::Pad, "A", Some(0));
        check(Kind::Knob, "P", Some(15));
        check(Kind::Piano, "play", Some(0));
        check(Kind::Piano, "map", Some(1));
        for bank in ["", "a", "Q", "AA", "play", "1", "Ä"] {
            check(Kind::Pad, bank, None);
        }
        check(Kind::Piano, "A", None);
        assert!(!is_template("Pad Panel Q") && !is_template("My pads"));
    }
}
