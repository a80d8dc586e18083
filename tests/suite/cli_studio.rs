//! `ripieno studio`: what is wrong is told with its place, what was is put back, what people come from is brought along.

use crate::cli::{names, run};
use ripieno_files::atomic::{AtomicFile, Existing};
use std::fs;
use std::io::Write;
use std::path::Path;

fn put(folder: &Path, name: &str, text: &str) {
    let mut file = AtomicFile::create(&folder.join(name), Existing::Replace).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.commit().unwrap();
}

#[test]
fn a_studio_is_checked_and_mistakes_have_places() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    put(folder, "good.toml", "version = 1\nodd = 3\n[[panels]]\ntype = \"pad\"\nactive = true\n");
    let good = run(folder, &["studio", "check", "good.toml"]);
    good.clean();
    assert_eq!(
        good.stdout,
        "good.toml:2:1: warning: `odd` is unknown here; it is kept and does nothing\n\
         good.toml: 1 panels, 1 active, 0 presets\n"
    );
    let json = run(folder, &["studio", "check", "good.toml", "--json"]).json();
    assert_eq!((json["ok"].as_bool(), json["warnings"][0]["line"].as_u64()), (Some(true), Some(2)), "{json}");

    put(folder, "bad.toml", "[[panels]]\ntype = \"drum\"\n[[pad_presets]]\nname = \"/\"\n");
    let bad = run(folder, &["studio", "check", "bad.toml"]);
    assert_eq!(bad.code, Some(3), "{bad:?}");
    assert!(bad.stdout.starts_with("bad.toml:2:8: error: \"drum\" is no kind of panel"), "{bad:?}");
    assert!(bad.stdout.contains("\nbad.toml:4:8: error: "), "{bad:?}");
    assert!(bad.stderr.starts_with("error: bad.toml line 2, column 8"), "{bad:?}");
    let json = run(folder, &["studio", "check", "bad.toml", "--json"]).json();
    assert_eq!((json["ok"].as_bool(), json["errors"].as_array().unwrap().len()), (Some(false), 2), "{json}");

    run(folder, &["studio", "check", "none.toml"]).refused(3, &["none.toml", "does not exist"]);
    run(folder, &["studio", "check", "."]).refused(3, &["cannot be read"]);
    run(folder, &["studio"]).code.filter(|code| *code == 2).unwrap();
    assert_eq!(names(folder), ["bad.toml", "good.toml"], "to check is to write nothing");
}

#[test]
fn an_older_version_is_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    put(folder, "studio.toml", "[[panels]\n");
    put(folder, "studio.toml.1", "[[panels]]\ntype = 3\n");
    put(folder, "studio.toml.2", "version = 1\n# the good one\n");
    let broken = run(folder, &["studio", "check", "studio.toml"]);
    assert!(broken.stderr.contains("hint: version 2 is good; `ripieno studio restore 2`"), "{broken:?}");
    let listed = run(folder, &["studio", "versions", "studio.toml"]);
    listed.clean();
    assert!(listed.stdout.starts_with("1  20 bytes, broken: line 2, column 8"), "{listed:?}");
    assert!(listed.stdout.ends_with("2  27 bytes, good\n"), "{listed:?}");
    let json = run(folder, &["studio", "versions", "studio.toml", "--json"]).json();
    assert_eq!(json["versions"][1]["number"], 2);
    let restore = |words: &[&str]| run(folder, &[&["studio", "restore", "--studio", "studio.toml"], words].concat());
    restore(&["1"]).refused(3, &["line 2, column 8"]);
    restore(&["5"]).refused(3, &["no version 5"]);
    assert_eq!(restore(&["6"]).code, Some(2));
    restore(&[]).clean();
    assert_eq!(fs::read_to_string(folder.join("studio.toml")).unwrap(), "version = 1\n# the good one\n");
    assert_eq!(fs::read_to_string(folder.join("studio.toml.1")).unwrap(), "[[panels]\n");
    run(folder, &["studio", "check", "studio.toml"]).clean();
}

#[test]
fn an_old_configuration_is_imported_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let config = "[[pad_presets]]\nname = \"Old\"\n[[pad_presets.pads]]\nnote = 16\n\
                  action = { type = \"keystroke\", keys = \"ctrl+c\" }\n";
    put(folder, "config.toml", config);
    put(folder, "settings.json", "{\"panel_presets\": {\"bankA\": \"Old\"}, \"midi_master_cap\": 1}");
    let words = ["studio", "import", "config.toml", "--settings", "settings.json"];
    let first = run(folder, &words);
    first.clean();
    for word in [
        "taken over: the preset \"Old\" with 1 controls",
        "four panels",
        "left: the setting \"midi_master_cap\"",
        "studio.toml is written",
    ] {
        assert!(first.stdout.contains(word), "{word}: {first:?}");
    }
    let json = run(folder, &["studio", "check", "studio.toml", "--json"]).json();
    assert_eq!((json["counts"]["panels"].as_u64(), json["counts"]["active"].as_u64()), (Some(4), Some(4)), "{json}");
    run(folder, &words).refused(1, &["studio.toml exists already", "--force"]);
    let again = run(folder, &[&words[..], &["--force", "--json"]].concat());
    again.clean();
    assert_eq!(again.json()["studio"], "studio.toml");
    put(folder, "broken.toml", "[x\n");
    run(folder, &["studio", "import", "broken.toml", "--out", "new.toml"]).refused(3, &["broken.toml line 1"]);
    run(folder, &["studio", "import", "none.toml", "--out", "new.toml"]).refused(3, &["does not exist"]);
    assert!(!folder.join("new.toml").exists());
}
