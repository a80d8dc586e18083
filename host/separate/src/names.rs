//! How outputs are called: a template whose braces are filled, and nothing in a part that a file system would mind.

use std::path::{Path, PathBuf};

/// What fills the braces of a template.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fill<'a> {
    /// The recording's name without its extension.
    pub stem: &'a str,
    /// What the output holds.
    pub part: &'a str,
    /// The model's name.
    pub model: &'a str,
    /// The output's extension.
    pub ext: &'a str,
}

/// The longest name in bytes; most file systems allow 255, and unfinished files have a longer one.
const LONGEST: usize = 240;

/// Whether two names are the same to people: by letters, whatever their case and the space around them.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Whether a template can be filled.
pub(crate) fn check_template(template: &str) -> Result<(), String> {
    let filled = fill(template, &Fill { stem: "song", part: "drums", model: "m", ext: "wav" })?;
    if !template.contains("{part}") {
        return Err(format!("'{template}' gives all outputs one name: it must hold {{part}}"));
    }
    if filled.contains(['/', '\\', '\0']) || filled.trim().is_empty() || filled.starts_with("..") {
        return Err(format!("'{template}' is no file's name; folders are given by out_dir"));
    }
    Ok(())
}

/// A template with its braces filled. Parts are made harmless first.
pub(crate) fn fill(template: &str, with: &Fill<'_>) -> Result<String, String> {
    let mut name = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        name.push_str(&rest[..open]);
        let close = rest[open..].find('}').ok_or_else(|| format!("'{template}' has a brace that does not close"))?;
        match &rest[open + 1..open + close] {
            "stem" => name.push_str(&harmless(with.stem)),
            "part" => name.push_str(&harmless(with.part)),
            "model" => name.push_str(&harmless(with.model)),
            "ext" => name.push_str(with.ext),
            other => {
                return Err(format!("'{{{other}}}' is unknown; it is one of {{stem}}, {{part}}, {{model}}, {{ext}}"));
            }
        }
        rest = &rest[open + close + 1..];
    }
    name.push_str(rest);
    Ok(name)
}

/// A text as part of a name, on any system: no separators, no control characters, nothing that a shell or Windows would
/// take for more than a letter, no dots or spaces at its ends.
pub(crate) fn harmless(text: &str) -> String {
    let letter = |letter: char| match letter {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        letter if letter.is_control() => '_',
        letter => letter,
    };
    let text: String = text.chars().map(letter).collect();
    let text = text.trim_matches([' ', '.']);
    if text.is_empty() { "_".to_owned() } else { text.to_owned() }
}

/// Where an output goes: in `out_dir`, or beside the recording.
pub(crate) fn place(
    template: &str,
    recording: &Path,
    out_dir: Option<&Path>,
    part: &str,
    model: &str,
    ext: &str,
) -> Result<PathBuf, String> {
    let stem = recording.file_stem().unwrap_or_default().to_string_lossy();
    let name = fill(template, &Fill { stem: &stem, part, model, ext })?;
    if name.len() > LONGEST {
        return Err(format!("'{name}' has more than {LONGEST} bytes"));
    }
    Ok(match out_dir {
        Some(folder) => folder.join(name),
        None => recording.with_file_name(name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled() {
        let check = |template: &str, part: &str, expected: &str| {
            let place = place(template, Path::new("/music/a.b.flac"), None, part, "builtin:hpss", "wav").unwrap();
            assert_eq!(place, Path::new(expected));
        };
        check("{stem}_{part}.{ext}", "drums", "/music/a.b_drums.wav");
        check("{part}-{model}.{ext}", "a/b\\c", "/music/a_b_c-builtin_hpss.wav");
        check("{part}.{ext}", "..", "/music/_.wav");
        check("x{part}", "\u{7}é ", "/music/x_é");
        check("{part}", "{ext}", "/music/{ext}");
        let placed = place("{part}.{ext}", Path::new("a.wav"), Some(Path::new("out")), "p", "m", "flac");
        assert_eq!(placed.unwrap(), Path::new("out/p.flac"));
        assert!(place(&"{part}".repeat(200), Path::new("a.wav"), None, "ab", "m", "wav").is_err());
    }

    #[test]
    fn templates_that_name_no_file_are_refused() {
        for template in ["", "{stem}", "{part", "{part}{x}", "a/{part}", "../{part}", "\\{part}", "{part}\0"] {
            assert!(check_template(template).is_err(), "{template}");
        }
        for template in ["{part}", "{stem}_{part}.{ext}", "} {part}", "{model} {part}"] {
            assert_eq!(check_template(template), Ok(()), "{template}");
        }
    }
}
