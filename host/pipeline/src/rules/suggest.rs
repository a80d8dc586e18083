//! "Did you mean": the nearest of the names that exist.

/// Names that are listed whole in a help.
const LISTED: usize = 12;

/// The name among `names` that is most like `wrong`, if any is like it.
pub(crate) fn nearest<'a>(wrong: &str, names: &[&'a str]) -> Option<&'a str> {
    let small = wrong.to_lowercase();
    // Texts from outside may be long: what is far longer than any name is like none.
    if small.len() > 128 {
        return None;
    }
    let score = |name: &str| strsim::jaro_winkler(&small, &name.to_lowercase());
    let (score, name) = names.iter().map(|name| (score(name), *name)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (score > 0.78).then_some(name)
}

/// What to say to one who named something that is not there.
pub(crate) fn among(wrong: &str, names: &[&str], one: &str, all: &str) -> String {
    if let Some(name) = nearest(wrong, names) {
        return format!("did you mean '{name}'?");
    }
    match names.len() {
        0 => format!("there are no {all}"),
        1..=LISTED => format!("the {all} are {}", names.join(", ")),
        count => format!("there are {count} {all}; none is like this {one}"),
    }
}

/// A text from outside, short enough for a message.
pub(crate) fn shown(text: &str) -> String {
    const SHOWN: usize = 64;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into(),
    }
}
