//! Recordings, separations and slices, on the owner of the tests.

use super::*;
use crate::studio::SampleSpec;
use ripieno_files::wav::{Encoding, WavSpec, WavWriter};
use ripieno_types::SampleRate;
use ripieno_web::Intake;
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// A tone of so many frames at 44.1 kHz, with its right side half as loud, as the bytes of a WAV file.
fn song(frames: usize) -> Vec<u8> {
    let left: Vec<f32> = (0..frames).map(|n| (n as f32 * 0.05).sin() * 0.5).collect();
    let right: Vec<f32> = left.iter().map(|sample| sample * 0.5).collect();
    let spec = WavSpec { rate: SampleRate::CD, channels: 2, encoding: Encoding::F32 };
    let mut writer = WavWriter::new(Cursor::new(Vec::new()), spec).unwrap();
    writer.write(&[&left, &right]).unwrap();
    writer.finish().unwrap().0.into_inner()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

impl Stage {
    fn shelf(&self) -> PathBuf {
        self.folder.path().join("recordings")
    }

    fn begin(&mut self, name: &str) -> Result<Box<dyn Intake>, Refusal> {
        self.ask(|reply| Request::Upload(name.into(), reply))
    }

    /// Lets everything happen while something else is done elsewhere.
    fn while_others<T: Send>(&mut self, work: impl FnOnce() -> T + Send) -> T {
        std::thread::scope(|scope| {
            let other = scope.spawn(work);
            while !other.is_finished() {
                self.turn(Duration::from_millis(5));
            }
            other.join().unwrap()
        })
    }

    /// Brings a recording as the server does.
    fn bring(&mut self, name: &str, bytes: &[u8]) -> Result<Recording, Refusal> {
        let mut intake = self.begin(name)?;
        let brought = self.while_others(move || {
            bytes.chunks(10_000).try_for_each(|part| intake.write(part))?;
            intake.finish()
        });
        self.check();
        brought
    }

    fn start(&mut self, kind: &str, params: Value) -> Result<Operation, Refusal> {
        self.ask(|reply| Request::StartOperation(NewOperation { op_type: kind.into(), params }, reply))
    }

    /// Lets an operation come to its end.
    fn end(&mut self, id: &str) -> Operation {
        let over = |owner: &Owner| {
            let op = owner.operations.one(id).unwrap();
            !matches!(op.status, OperationStatus::Pending | OperationStatus::Running)
        };
        self.until(over);
        self.owner().operations.one(id).unwrap()
    }

    fn done(&mut self, kind: &str, params: Value) -> Value {
        let id = self.start(kind, params).unwrap().id;
        let op = self.end(&id);
        assert_eq!((op.status, &op.error), (OperationStatus::Done, &None));
        op.result.unwrap()
    }

    fn recordings(&mut self) -> std::collections::BTreeMap<String, Recording> {
        self.ask(Request::Recordings).unwrap()
    }
}

#[test]
fn what_is_brought_is_kept_under_a_name_of_its_own() {
    let mut stage = Stage::new("");
    let bytes = song(44_100);
    let first = stage.bring("song.wav", &bytes).unwrap();
    assert_eq!((first.name.as_str(), first.seconds, first.rate, first.channels), ("song.wav", 1.0, 44_100, 2));
    assert_eq!((first.bytes, first.stems.len()), (bytes.len() as u64, 0));
    let second = stage.bring("song.wav", &bytes).unwrap();
    assert_eq!(second.name, "song (2).wav");
    assert_ne!(first.id, second.id);
    assert_eq!(stage.recordings().into_values().map(|it| it.name).collect::<std::collections::BTreeSet<_>>().len(), 2);
    assert_eq!(std::fs::read(stage.shelf().join("song (2).wav")).unwrap(), bytes);
    // What is none leaves nothing, and says why without a path.
    for (bytes, word) in
        [(&b"no sound"[..], "no recording"), (b"", "empty"), (&song(0), "no sound"), (&bytes[..20], "")]
    {
        let why = stage.bring("bad.wav", bytes).unwrap_err();
        assert!(matches!(&why, Refusal::Invalid(text) if text.contains(word) && !text.contains("/tmp")), "{why:?}");
    }
    for name in ["../song.wav", "a/b.wav", "..", "", "song.txt", ".wav", "a\0.wav", &format!("{}.wav", "x".repeat(300))]
    {
        assert!(matches!(stage.begin(name), Err(Refusal::Invalid(_))), "{name:?}");
    }
    // Nor does one that is given up.
    let mut given_up = stage.begin("late.wav").unwrap();
    given_up.write(&bytes[..1_000]).unwrap();
    drop(given_up);
    assert_eq!(names(&stage.shelf()), ["song (2).wav", "song.wav"]);
}

#[test]
fn what_lies_there_is_found_and_what_is_gone_is_gone() {
    let mut stage = Stage::new("");
    let id = stage.bring("song.wav", &song(4_410)).unwrap().id;
    let shelf = stage.shelf();
    let copy = |to: &str| std::fs::copy(shelf.join("song.wav"), shelf.join(to)).unwrap();
    copy("by hand.WAV");
    copy(".hidden.wav");
    copy("notes.txt");
    std::fs::create_dir_all(shelf.join("song.wav.stems")).unwrap();
    copy("song.wav.stems/voice.wav");
    std::fs::create_dir(shelf.join("folder.wav")).unwrap();
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"), shelf.join("broken.flac")).unwrap();
    let found = stage.recordings();
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(
        found[&id].stems.iter().map(|stem| (&*stem.name, &*stem.file)).collect::<Vec<_>>(),
        [("voice", "voice.wav")]
    );
    assert_eq!(stage.copy["recordings"][&id]["stems"][0]["seconds"], 0.1, "told to who follows");
    std::fs::remove_file(shelf.join("by hand.WAV")).unwrap();
    std::fs::remove_file(shelf.join("song.wav.stems/voice.wav")).unwrap();
    assert_eq!(stage.recordings()[&id].stems, []);
    assert_eq!(stage.copy["recordings"].as_object().unwrap().len(), 1);
    // A start finds the same, under the same id.
    let folder = std::mem::replace(&mut stage.folder, tempfile::tempdir().unwrap());
    drop(stage);
    let mut again = Stage::open(folder);
    again.until(|owner| owner.recordings.contains_key(&id));
    assert_eq!(again.copy["recordings"][&id]["name"], "song.wav");
}

#[test]
fn outlines_and_tickets_are_of_what_is_there() {
    let mut stage = Stage::new("");
    let id = stage.bring("song.wav", &song(44_100)).unwrap().id;
    let peaks = |stage: &mut Stage, recording: &str, stem: Option<&str>| {
        let (recording, stem) = (recording.to_owned(), stem.map(str::to_owned));
        stage.ask(|reply| Request::Peaks { recording, stem, buckets: 10, reply })
    };
    let outline = peaks(&mut stage, &id, None).unwrap();
    assert_eq!((outline.buckets, outline.seconds), (10, 1.0));
    // The mean of both sides.
    assert!(outline.max.iter().all(|high| (0.37..=0.375).contains(high)), "{outline:?}");
    assert!(outline.min.iter().all(|low| (-0.375..=-0.37).contains(low)), "{outline:?}");
    let ticket = |stage: &mut Stage, id: &str, stem: Option<&str>| {
        let (id, wish) = (id.to_owned(), TicketWish { stem: stem.map(str::to_owned) });
        stage.ask(|reply| Request::Ticket(id, wish, reply))
    };
    let url = ticket(&mut stage, &id, None).unwrap().url;
    assert!(url.starts_with("/files/") && url.ends_with("/song.wav"), "{url}");
    assert_eq!(ticket(&mut stage, &id, None).unwrap().url, url);
    for (id, stem) in [("nobody", None), ("../song.wav", None), (&*id, Some("voice")), (&*id, Some("../../studio"))] {
        assert!(matches!(peaks(&mut stage, id, stem), Err(Refusal::Unknown(_))), "{id} {stem:?}");
        assert!(matches!(ticket(&mut stage, id, stem), Err(Refusal::Unknown(_))), "{id} {stem:?}");
    }
}

#[test]
fn a_recording_is_planned_separated_and_taken_away() {
    let mut stage = Stage::new("");
    let id = stage.bring("song.wav", &song(100_000)).unwrap().id;
    let wish = json!({"recording": id, "model": "builtin:identity", "max_len_s": 0.5, "overlap_s": 0.1});
    let plan = |stage: &mut Stage, wish: &Value| {
        let wish = serde_json::from_value(wish.clone()).unwrap();
        stage.ask(|reply| Request::PlanSeparation(Box::new(wish), reply))
    };
    let planned = plan(&mut stage, &wish).unwrap();
    assert!(planned.plan.chunks > 4 && planned.segments.len() as u64 == planned.plan.chunks, "{planned:?}");
    assert!(planned.memory_bytes > 0 && planned.plan.chunk_frames <= 22_050, "{planned:?}");
    for (key, value, word) in [
        ("model", json!("/etc/passwd"), "GET /api/models"),
        ("model", json!("builtin:none"), "builtin:hpss"),
        ("overlap_s", json!(0.5), "overlap_s"),
        ("window", json!("square"), "window"),
    ] {
        let mut wrong = wish.clone();
        wrong[key] = value;
        let why = plan(&mut stage, &wrong).unwrap_err();
        assert!(matches!(&why, Refusal::Invalid(text) if text.contains(word)), "{key}: {why:?}");
    }
    assert_eq!(names(&stage.shelf()), ["song.wav"], "a plan writes nothing");

    let result = stage.done("separate", wish.clone());
    assert_eq!((&result["recording"], &result["stems"]), (&json!(id), &json!(["target", "residual"])));
    let stems = stage.recordings()[&id].stems.clone();
    assert_eq!(stems.iter().map(|stem| &*stem.name).collect::<Vec<_>>(), ["residual", "target"]);
    let folder = stage.shelf().join("song.wav.stems");
    let peak =
        |name: &str| crate::serve::recordings::Outlines::default().of(&folder.join(name)).unwrap().peaks(1).max[0];
    assert!((peak("target.wav") - 0.375).abs() < 0.001 && peak("residual.wav") == 0.0);
    // The same again is there already; another wish has names of its own, and nothing is overwritten.
    let before = std::fs::metadata(folder.join("target.wav")).unwrap().modified().unwrap();
    assert_eq!(stage.done("separate", wish.clone())["stems"], json!(["target", "residual"]));
    assert_eq!(std::fs::metadata(folder.join("target.wav")).unwrap().modified().unwrap(), before);
    let described = json!({"recording": id, "model": "builtin:bands", "description": "bass", "container": "flac"});
    assert_eq!(stage.done("separate", described)["stems"], json!(["bass", "bass rest"]));
    let finer = json!({"recording": id, "model": "builtin:identity"});
    assert_eq!(stage.done("separate", finer)["stems"], json!(["target (2)", "residual (2)"]));
    assert_eq!(stage.recordings()[&id].stems.len(), 6);

    stage.ask(|reply| Request::DeleteRecording(id.clone(), reply)).unwrap();
    assert_eq!(names(&stage.shelf()), [""; 0]);
    assert_eq!(stage.copy["recordings"], json!({}));
    assert!(matches!(stage.ask(|reply| Request::DeleteRecording(id.clone(), reply)), Err(Refusal::Unknown(_))));
    assert!(matches!(stage.start("separate", wish), Err(Refusal::Unknown(_))));
}

#[test]
fn separations_wait_for_each_other_and_can_be_cancelled_where_they_are() {
    let mut stage = Stage::new("");
    let id = stage.bring("song.wav", &song(10_000)).unwrap().id;
    for (params, word) in [
        (json!({"recording": id, "max_len_s": -1}), "max_len_s"),
        (json!({"recording": id, "colour": "red"}), "colour"),
        (json!({"recording": id, "anchors": [["+", 2, 1]]}), "anchor 0"),
        (json!([]), "fit"),
    ] {
        let why = stage.start("separate", params).unwrap_err();
        assert!(matches!(&why, Refusal::Invalid(text) if text.contains(word)), "{why:?}");
    }
    // The bench is taken: what is begun first stays at it, what follows waits.
    let bench = stage.owner().bench.clone();
    let held = bench.lock().unwrap();
    let wish = |seed: u64| json!({"recording": id, "model": "builtin:identity", "seed": seed});
    let first = stage.start("separate", wish(1)).unwrap().id;
    let second = stage.start("separate", wish(2)).unwrap().id;
    let third = stage.start("separate", wish(3)).unwrap().id;
    assert_eq!(stage.start("separate", wish(2)).unwrap().id, second, "the same is not begun twice");
    let begun = first.clone();
    stage.until(move |owner| owner.operations.one(&begun).unwrap().status == OperationStatus::Running);
    let status = |stage: &mut Stage, id: &str| stage.owner().operations.one(id).unwrap().status;
    assert_eq!(status(&mut stage, &second), OperationStatus::Pending);
    let busy = stage.ask(|reply| Request::DeleteRecording(id.clone(), reply));
    assert!(matches!(&busy, Err(Refusal::Conflict(text)) if text.contains("separate")), "{busy:?}");
    let cancelled = stage.ask(|reply| Request::CancelOperation(second.clone(), reply)).unwrap();
    assert_eq!(cancelled.status, OperationStatus::Cancelled, "what waits ends at once");
    stage.ask(|reply| Request::CancelOperation(first.clone(), reply)).unwrap();
    assert_eq!(status(&mut stage, &first), OperationStatus::Running, "what is under way ends when it can");
    drop(held);
    assert_eq!(stage.end(&first).status, OperationStatus::Cancelled);
    assert_eq!(stage.end(&third).status, OperationStatus::Done);
    assert_eq!(status(&mut stage, &second), OperationStatus::Cancelled);
    assert_eq!(stage.recordings()[&id].stems.len(), 2, "what was cancelled has left no stems");
}

#[test]
fn a_slice_becomes_a_pad_in_one_step() {
    let mut stage = Stage::new("# mine\n");
    let id = stage.bring("Song.wav", &song(100_000)).unwrap().id;
    let slice = |more: Value| {
        let mut slice = json!({"recording": id, "start_s": 0.5, "end_s": 0.75, "preset": "Drums", "note": 16});
        merge::apply(&mut slice, more);
        slice
    };
    for (more, is_unknown) in [
        (json!({"end_s": 0.5}), false),
        (json!({"end_s": 0.25}), false),
        (json!({"start_s": -1}), false),
        (json!({"end_s": 61}), false),
        (json!({"note": 128}), false),
        (json!({"note": "x"}), false),
        (json!({"preset": "Nobody's"}), true),
        (json!({"recording": "nobody"}), true),
        (json!({"stem": "voice"}), true),
    ] {
        let why = stage.start("slice", slice(more.clone())).unwrap_err();
        assert_eq!(matches!(why, Refusal::Unknown(_)), is_unknown, "{more}: {why:?}");
    }
    let samples = stage.folder.path().join("samples");
    let late = stage.start("slice", slice(json!({"start_s": 100, "end_s": 101}))).unwrap().id;
    assert!(stage.end(&late).error.is_some_and(|why| why.contains("ends before")), "beyond the end");
    assert_eq!(names(&samples), [""; 0]);

    let steps = stage.owner().history().undo;
    let result = stage.done("slice", slice(json!({"label": "Hit: it/1"})));
    assert_eq!(result, json!({"sample": "Hit_ it_1", "preset": "Drums", "note": 16}));
    assert_eq!(names(&samples), ["Hit_ it_1.wav"]);
    let entry = |stage: &mut Stage| {
        let model = stage.owner().studio.model();
        let preset = model.preset(Kind::Pad, "Drums").unwrap();
        preset.entries.iter().find(|entry| entry.at.source == "note:16" || entry.at.source == "16").cloned()
    };
    let given = entry(&mut stage).unwrap();
    assert_eq!((given.label.as_str(), given.action.unwrap().kind.as_str()), ("Hit: it/1", "sample"));
    assert_eq!(stage.owner().history().undo, steps + 1);
    let kept = crate::serve::recordings::Outlines::default().of(&samples.join("Hit_ it_1.wav")).unwrap().peaks(100);
    assert_eq!((kept.seconds, kept.max[0] < 0.375, kept.max[50] > 0.34), (0.25, true, true));
    // Without a label it is called as the recording, and nothing of the first is lost.
    assert_eq!(stage.done("slice", slice(json!({"note": 17})))["sample"], "Song");
    assert_eq!(stage.done("slice", slice(json!({"note": 17})))["sample"], "Song (2)");
    assert_eq!(names(&samples), ["Hit_ it_1.wav", "Song (2).wav", "Song.wav"]);
    assert!(std::fs::read_to_string(stage.folder.path().join("studio.toml")).unwrap().starts_with("# mine"));
    // Back, and forth again.
    (0..3).for_each(|_| _ = stage.ask(Request::Undo).unwrap());
    assert_ne!(entry(&mut stage).and_then(|entry| entry.action).map(|action| action.kind).as_deref(), Some("sample"));
    assert_eq!(stage.owner().studio.model().samples, []);
    stage.ask(Request::Redo).unwrap();
    let back = SampleSpec { name: "Hit_ it_1".into(), path: "samples/Hit_ it_1.wav".into() };
    assert_eq!(stage.owner().studio.model().samples, [back]);
}

#[test]
fn models_are_named_without_places() {
    let mut stage = Stage::new("");
    let models = stage.ask(Request::Models).unwrap();
    let known: Vec<&str> = models.built_in.iter().map(|model| model.reference.as_str()).collect();
    assert!(known.contains(&"builtin:hpss") && known.contains(&"builtin:identity"), "{known:?}");
    assert!(models.built_in.iter().all(|model| !model.stems.is_empty()));
}
