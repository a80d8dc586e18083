//! How recordings and what belongs to them are called, and where they lie.

use ripieno_separate::batch::EXTENSIONS;
use ripieno_web::Refusal;
use std::path::{Path, PathBuf};

/// The folder of recordings, beside the studio.
pub const FOLDER: &str = "recordings";
/// What a recording's folder of stems ends in.
const STEMS: &str = ".stems";
/// Bytes of a name at most: file systems allow 255, and there is to be room for a number and for what is unfinished.
const LONGEST: usize = 200;
/// Names of one kind that are tried.
const MOST: usize = 100_000;

/// The id of a recording: the same for as long as the file has its name.
pub fn id(name: &str) -> String {
    ripieno_web::hash(&name.into())
}

/// Where the stems of a recording lie.
pub fn stems_folder(recordings: &Path, name: &str) -> PathBuf {
    recordings.join(format!("{name}{STEMS}"))
}

/// True for the name of a file that may be a recording or a stem.
pub fn is_sound(name: &str) -> bool {
    let end = Path::new(name).extension().and_then(|end| end.to_str());
    !name.starts_with('.') && end.is_some_and(|end| EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(end)))
}

/// The name of a new recording, if it can be one.
///
/// # Errors
/// Says what a name may have.
pub fn checked(name: &str) -> Result<String, Refusal> {
    let refuse = |why: String| Err(Refusal::Invalid(format!("name: {why}")));
    let name = name.trim();
    if name.contains(['/', '\\']) || name.chars().any(char::is_control) {
        return refuse("it is a file's own name, without folders and control characters".into());
    }
    if name.len() > LONGEST {
        return refuse(format!("it has at most {LONGEST} bytes, not {}", name.len()));
    }
    if !is_sound(name) {
        return refuse(format!("it does not begin with a dot, and ends in one of .{}", EXTENSIONS.join(", .")));
    }
    Ok(harmless(name))
}

/// A message without the place of this folder: clients know no paths.
pub fn told(message: &str, folder: &Path) -> String {
    let place = folder.display().to_string();
    if place.is_empty() {
        return message.into();
    }
    message.replace(&format!("{place}{}", std::path::MAIN_SEPARATOR), "").replace(&place, "its folder")
}

/// A text as part of a file's name on any system.
pub fn harmless(text: &str) -> String {
    let letter = |c: char| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c };
    text.chars().map(letter).collect()
}

/// A name, and the same with a number: `song.wav`, `song (2).wav`, ...
pub fn free_names(name: &str) -> impl Iterator<Item = String> {
    let path = Path::new(name);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let end = path.extension().map(|end| format!(".{}", end.to_string_lossy())).unwrap_or_default();
    (1..=MOST).map(move |n| match n {
        1 => format!("{stem}{end}"),
        n => format!("{stem} ({n}){end}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_recordings_are_names() {
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(checked(name).ok().as_deref(), expected, "{name:?}");
        };
        check("song.flac", Some("song.flac"));
        check("  Pièce (live) №2.WAV ", Some("Pièce (live) №2.WAV"));
        check("what? 1:2.mp3", Some("what_ 1_2.mp3"));
        check(&format!("{}.wav", "x".repeat(196)), Some(&format!("{}.wav", "x".repeat(196))));
        for bad in [
            "",
            ".",
            "..",
            "...",
            "../song.wav",
            "a/b.wav",
            "a\\b.wav",
            "/song.wav",
            "song.wav\0",
            "so\nng.wav",
            ".wav",
            ".hidden.wav",
            "song",
            "song.exe",
            "song.wav.html",
            "song.wav/",
            "C:\\song.wav",
        ] {
            check(bad, None);
        }
        check(&format!("{}.wav", "x".repeat(197)), None);
        check(&"../".repeat(10_000), None);
    }

    #[test]
    fn messages_name_no_places() {
        let folder = Path::new("/home/me/recordings");
        assert_eq!(told("/home/me/recordings/a.wav is damaged", folder), "a.wav is damaged");
        assert_eq!(told("no room in /home/me/recordings", folder), "no room in its folder");
        assert_eq!(told("as it is", Path::new("")), "as it is");
    }

    #[test]
    fn numbers_come_before_the_ending() {
        let names = |name: &str| free_names(name).take(3).collect::<Vec<_>>();
        assert_eq!(names("a.b.wav"), ["a.b.wav", "a.b (2).wav", "a.b (3).wav"]);
        assert_eq!(names("a"), ["a", "a (2)", "a (3)"]);
        assert_ne!(id("a.wav"), id("b.wav"));
    }
}
