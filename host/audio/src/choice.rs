//! Which device is meant: by its stable id, its name, or a part of either. Never by its place in a list.

use crate::error::AudioError;
use ripieno_ports::FaultKind;

/// How like a wanted name must be to be suggested.
const NEAR: f64 = 0.6;

/// What a device is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub id: String,
    pub name: String,
}

/// The devices that are meant, the likeliest first: several only where one card is offered in several ways.
pub(crate) fn choose<'l>(wanted: &str, labels: &'l [Label], what: &str) -> Result<Vec<&'l Label>, AudioError> {
    let wanted = wanted.trim();
    let key = wanted.to_lowercase();
    let same = |text: &str| text.trim().to_lowercase() == key;
    let holds = |text: &str| !key.is_empty() && text.to_lowercase().contains(&key);
    let rules: [&dyn Fn(&Label) -> bool; 3] =
        [&|l| same(&l.id), &|l| same(&l.name), &|l| holds(&l.name) || holds(&l.id)];
    let found = rules.iter().map(|rule| labels.iter().filter(|l| rule(l)).collect::<Vec<_>>());
    let Some(mut found) = found.into_iter().find(|found| !found.is_empty()) else {
        return Err(AudioError::new(FaultKind::Gone, absent(wanted, labels, what)));
    };
    if found.iter().any(|label| card(&label.id).is_none() || card(&label.id) != card(&found[0].id)) && found.len() > 1 {
        let ids = found.iter().map(|label| format!("'{}'", label.id)).collect::<Vec<_>>().join(", ");
        let text = format!("'{wanted}' means several {what}s: {ids}; say one of these");
        return Err(AudioError::new(FaultKind::Unsupported, text));
    }
    found.sort_by_key(|label| rank(&label.id));
    Ok(found)
}

/// The card that an id of ALSA names.
fn card(id: &str) -> Option<&str> {
    id.split_once("CARD=").map(|(_, rest)| rest.split(',').next().unwrap_or(rest))
}

/// Of the ways to one card, the straight one first, then the one that converts.
fn rank(id: &str) -> usize {
    let ways = ["alsa:hw:", "alsa:plughw:", "alsa:front:", "alsa:sysdefault:"];
    ways.iter().position(|way| id.starts_with(way)).unwrap_or(ways.len())
}

fn absent(wanted: &str, labels: &[Label], what: &str) -> String {
    let likeness = |text: &str| strsim::jaro_winkler(&wanted.to_lowercase(), &text.to_lowercase());
    let mut near: Vec<_> = labels.iter().map(|l| (likeness(&l.id).max(likeness(&l.name)), l)).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let named = |labels: &[(f64, &Label)]| {
        labels.iter().map(|(_, l)| format!("'{}' ({})", l.name, l.id)).collect::<Vec<_>>().join(", ")
    };
    let close = near.iter().take_while(|(likeness, _)| *likeness >= NEAR).count().min(3);
    if labels.is_empty() {
        format!("no {what} '{wanted}': there is none at all; connect one, or start a sound server")
    } else if close > 0 {
        format!("no {what} '{wanted}'; did you mean {}?", named(&near[..close]))
    } else {
        format!("no {what} '{wanted}'; there is {}", named(&near[..near.len().min(6)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Vec<Label> {
        [
            ("alsa:default", "Default Audio Device"),
            ("alsa:sysdefault:CARD=PCH", "HDA Intel PCH, ALC Analog"),
            ("alsa:plughw:CARD=PCH,DEV=0", "HDA Intel PCH, ALC Analog"),
            ("alsa:hw:CARD=PCH,DEV=0", "HDA Intel PCH, ALC Analog"),
            ("alsa:hw:CARD=USB,DEV=0", "Scarlett 2i2 USB, USB Audio"),
            ("alsa:plughw:CARD=USB,DEV=0", "Scarlett 2i2 USB, USB Audio"),
            ("jack:output", "JACK"),
        ]
        .map(|(id, name)| Label { id: id.into(), name: name.into() })
        .into()
    }

    fn check(wanted: &str, expected: Result<&str, &str>) {
        let labels = labels();
        match (choose(wanted, &labels, "audio output"), expected) {
            (Ok(found), Ok(id)) => assert_eq!(found[0].id, id, "{wanted}"),
            (Err(error), Err(text)) => assert!(error.to_string().contains(text), "{error} should say {text}"),
            (got, expected) => panic!("{wanted}: {got:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn ids_names_and_parts_of_them() {
        check("alsa:plughw:CARD=PCH,DEV=0", Ok("alsa:plughw:CARD=PCH,DEV=0"));
        check(" jack ", Ok("jack:output"));
        check("default audio device", Ok("alsa:default"));
        check("scarlett", Ok("alsa:hw:CARD=USB,DEV=0"));
        check("HDA Intel PCH, ALC Analog", Ok("alsa:hw:CARD=PCH,DEV=0"));
        check("hw:CARD", Err("means several audio outputs: 'alsa:plughw:CARD=PCH"));
        check("scarlet 2i3", Err("did you mean 'Scarlett 2i2 USB, USB Audio'"));
        check("xyz", Err("there is "));
        check("", Err("no audio output ''"));
        assert!(choose("x", &[], "audio output").is_err_and(|e| e.to_string().contains("none at all")));
    }
}
