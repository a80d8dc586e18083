//! Descriptions as people write them, and what they mean to a few models.

use super::*;
use proptest::prelude::*;

const FOUR: &[&str] = &["drums", "bass", "other", "vocals"];
const SIX: &[&str] = &["drums", "bass", "other", "vocals", "guitar", "piano"];
const TWO: &[&str] = &["vocals", "no_vocals"];
const KARAOKE: &[&str] = &["Instrumental", "Vocals"];
const KIT: &[&str] = &["kick", "snare", "toms", "cymbals"];
const CROWD: &[&str] = &["crowd noise", "speech"];

#[test]
fn words_find_their_stem() {
    let check = |stems: &[&str], description: &str, wanted: Option<&str>| {
        let offers: Vec<_> = stems.iter().map(|name| Offer::named(name)).collect();
        let got = choose(description, &offers).ok().map(|index| stems[index]);
        assert_eq!(got, wanted, "'{description}' of {stems:?}");
    };
    for (description, wanted) in [
        ("drums", "drums"),
        ("Drum", "drums"),
        ("the DRUMS!", "drums"),
        ("percussion", "drums"),
        ("just the beat, please", "drums"),
        ("kick drum", "drums"),
        ("bass drum", "drums"),
        ("hi-hats", "drums"),
        ("bass", "bass"),
        ("double-bass solo", "bass"),
        ("sub bass", "bass"),
        ("vocals", "vocals"),
        ("a woman's voice", "vocals"),
        ("man speaking", "vocals"),
        ("singing over the drums", "vocals"),
        ("drums without the cymbals", "drums"),
        ("the voices of people in the background", "vocals"),
        ("drums and percussion", "drums"),
        ("everything else", "other"),
        ("the rest", "other"),
    ] {
        check(FOUR, description, Some(wanted));
        check(SIX, description, Some(wanted));
    }
    check(SIX, "acoustic guitars", Some("guitar"));
    check(SIX, "rhythm guitar", Some("guitar"));
    check(SIX, "grand piano", Some("piano"));
    // What is not there is not made up.
    for description in
        ["", " ", "guitar", "rhythm guitar", "drums and bass", "vocals + drums", "no drums", "zither", "💥"]
    {
        check(FOUR, description, None);
    }
    check(TWO, "vocals", Some("vocals"));
    check(TWO, "no vocals", Some("no_vocals"));
    check(TWO, "everything but the vocals", Some("no_vocals"));
    check(KARAOKE, "karaoke", Some("Instrumental"));
    check(KARAOKE, "without the singer", Some("Instrumental"));
    check(KARAOKE, "voice", Some("Vocals"));
    // A part is not another part, and all of them are not one.
    check(KIT, "the kick", Some("kick"));
    check(KIT, "cymbal", Some("cymbals"));
    check(KIT, "hi hat", None);
    check(KIT, "drums", None);
    // Names that mean nothing to us mean themselves.
    check(CROWD, "Crowd Noises", Some("crowd noise"));
    check(CROWD, "noise of the crowd", None);
    check(CROWD, "no speech", Some("crowd noise"));
    check(&["!", "drums"], "", None);
}

#[test]
fn no_match_says_what_there_is() {
    let offers = [Offer::named("guitar"), Offer::named("piano")];
    let error = choose(" Drums ", &offers).unwrap_err();
    assert_eq!((error.description.as_str(), error.offers.join(" ").as_str()), ("Drums", "guitar piano"));
    assert!(error.to_string().contains("guitar, piano; builtin:hpss could"), "{error}");
    assert!(choose("zither", &offers).unwrap_err().hint.is_empty());
}

#[test]
fn other_words_can_be_lent_to_a_stem() {
    let offers = [Offer { name: "center", also: &["vocals"] }, Offer { name: "sides", also: &[] }];
    for (description, wanted) in [("middle", 0), ("lead vocal", 0), ("a singer", 0), ("no vocals", 1), ("stereo", 1)] {
        assert_eq!(choose(description, &offers), Ok(wanted), "{description}");
    }
}

proptest! {
    #[test]
    fn any_words_are_understood_or_not(description in ".*", name in ".*", also in ".*") {
        let also = [also.as_str()];
        let offers = [Offer { name: &name, also: &also }, Offer::named("drums")];
        if let Err(error) = choose(&description, &offers) {
            prop_assert_eq!(error.offers.len(), 2);
        }
    }
}
