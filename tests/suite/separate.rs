//! `ripieno separate` as a user runs it: stems, reports, batches, plans, refusals.

use crate::cli::{Run, names, run};
use ripieno_tests::models;
use ripieno_tests::recording::{load, save};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

fn separate(folder: &Path, words: &[&str]) -> Run {
    run(folder, &[&["separate"], words].concat())
}

fn put(path: &Path, bytes: &[u8]) {
    File::create(path).unwrap().write_all(bytes).unwrap();
}

#[test]
fn a_recording_comes_back_from_a_worker_as_from_this_process() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let song = save(&folder.join("song.wav"), 44_100, 2, 100_000);
    let words = ["song.wav", "-m", "builtin:identity", "-d", "everything", "--max-len-s", "0.5", "--json"];
    let [worker, here] = [&["--out-dir", "worker"][..], &["--out-dir", "here", "--in-process"]].map(|more| {
        let run = separate(folder, &[&words, more].concat());
        run.clean();
        run.json()
    });
    for report in [&worker, &here] {
        let file = &report["files"][0];
        assert_eq!((&report["failed"], &file["status"], &file["frames"]), (&json!(0), &json!("ok"), &json!(100_000)));
        assert_eq!(file["engine"], "built in");
    }
    for (part, index) in [("target", 0), ("residual", 1)] {
        let [a, b] = [&worker, &here].map(|report| report["files"][0]["stems"][index].clone());
        assert_eq!((&a["part"], &a["sha256"]), (&json!(part), &b["sha256"]), "{a} {b}");
        let [a, b] = ["worker", "here"].map(|at| fs::read(folder.join(at).join(format!("song_{part}.wav"))).unwrap());
        assert!(a == b, "{part} differs");
    }
    let (rate, channels, target) = load(&folder.join("worker/song_target.wav"));
    assert_eq!((rate, channels, target.len()), (44_100, 2, song.len()));
    let (_, _, residual) = load(&folder.join("worker/song_residual.wav"));
    assert!(song.iter().zip(target.iter().zip(&residual)).all(|(mix, (target, residual))| *mix == target + residual));
    assert_eq!(names(folder), ["here", "song.wav", "worker"]);
    assert_eq!(names(&folder.join("worker")), ["song_residual.wav", "song_target.wav"]);
}

#[test]
fn a_description_finds_its_model() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    save(&folder.join("song.wav"), 44_100, 2, 30_000);
    let drums = separate(folder, &["song.wav", "-d", "drums"]);
    assert_eq!((drums.code, &*drums.stderr), (Some(0), ""), "{drums:?}");
    assert!(drums.stdout.contains("song_target.wav") && drums.stdout.contains("builtin:hpss"), "{drums:?}");
    let voice = separate(folder, &["song.wav", "-d", "vocals", "--force"]);
    assert!(voice.code == Some(0) && voice.stdout.contains("builtin:center"), "{voice:?}");
    let all = separate(folder, &["song.wav", "--format", "flac", "--depth", "i16"]);
    assert!(all.stdout.contains("song_harmonic.flac") && all.stdout.contains("song_percussive.flac"), "{all:?}");
    separate(folder, &["song.wav", "-d", "a passing submarine"]).refused(2, &["submarine", "percussive"]);
    let wrong = ["song.wav", "-m", "builtin:hpss", "-d", "vocals", "--out-dir", "none"];
    separate(folder, &wrong).refused(2, &["builtin:center"]);
    assert_eq!(
        names(folder),
        ["song.wav", "song_harmonic.flac", "song_percussive.flac", "song_residual.wav", "song_target.wav"]
    );
}

#[test]
fn what_is_there_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    save(&folder.join("song.wav"), 44_100, 1, 5_000);
    put(&folder.join("song_target.wav"), b"mine");
    let words = ["song.wav", "-m", "builtin:identity"];
    separate(folder, &words).refused(1, &["song_target.wav", "--force"]);
    let report = separate(folder, &[&words[..], &["--json"]].concat());
    assert_eq!((report.code, &report.json()["files"][0]["error"]["code"]), (Some(1), &json!("output_exists")));
    assert_eq!(fs::read(folder.join("song_target.wav")).unwrap(), b"mine");
    assert_eq!(names(folder), ["song.wav", "song_target.wav"]);
    assert_eq!(separate(folder, &[&words[..], &["--force"]].concat()).code, Some(0));
    assert_eq!(load(&folder.join("song_target.wav")).2.len(), 5_000);
    // Not even by force: the recording itself.
    let own = ["song.wav", "-m", "builtin:identity", "--name", "{stem}.{ext}", "--force"];
    assert_eq!(separate(folder, &own).code, Some(2));
    let own = ["song.wav", "-m", "builtin:identity", "-d", "x", "--out-target", "song.wav", "--force"];
    assert_ne!(separate(folder, &own).code, Some(0));
    assert_eq!(load(&folder.join("song.wav")).2.len(), 5_000);
}

#[test]
fn a_batch_goes_on_after_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("live")).unwrap();
    for name in ["a.wav", "c.wav"] {
        save(&folder.join("live").join(name), 44_100, 2, 4_000);
    }
    put(&folder.join("live/b.wav"), b"no recording at all");
    put(&folder.join("live/notes.txt"), b"buy strings");
    let words = ["live", "-m", "builtin:identity", "--name", "{stem}.{part}.{ext}", "--out-dir", "stems"];
    let batch = separate(folder, &words);
    assert_eq!(batch.code, Some(1), "{batch:?}");
    assert!(batch.stderr.starts_with("error: ") && batch.stderr.contains("b.wav"), "{batch:?}");
    assert!(batch.stdout.ends_with("2 of 3 recordings done\n"), "{batch:?}");
    let stems = ["a.residual.wav", "a.target.wav", "c.residual.wav", "c.target.wav"];
    assert_eq!(names(&folder.join("stems")), stems);
    let again = separate(folder, &[&words[..], &["--force", "--json"]].concat());
    let report = again.json();
    let statuses: Vec<_> =
        report["files"].as_array().unwrap().iter().map(|file| file["status"].as_str().unwrap()).collect();
    assert_eq!((statuses, &report["failed"]), (vec!["ok", "failed", "ok"], &json!(1)));
    assert_eq!(report["files"][1]["error"]["code"], "bad_input");

    let pattern = separate(folder, &["live/[ac].wav", "-m", "builtin:identity", "--dry-run"]);
    assert_eq!(pattern.stdout.matches("builtin:identity").count(), 2, "{pattern:?}");
    separate(folder, &["live/*.ogg"]).refused(3, &["live/*.ogg"]);
    separate(folder, &["nowhere"]).refused(3, &["nowhere"]);
    // No other recording could get round that one.
    let none = separate(folder, &["live", "-m", "models/none", "--json"]);
    let report = none.json();
    assert_eq!((none.code, &report["files"][2]["status"], &report["failed"]), (Some(4), &json!("skipped"), &json!(3)));
}

#[test]
fn a_plan_is_printed_and_nothing_done() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    save(&folder.join("song.wav"), 8_000, 1, 80_000);
    let words = ["song.wav", "-m", "builtin:identity", "--dry-run"];
    let windows = ["--max-len-s", "4", "--overlap-s", "1"];
    let anchors = ["--anchor", "+", "3.5", "5", "--anchor", "-", "9", "99"];
    let dry = separate(folder, &[&words[..], &windows, &anchors, &["--json"]].concat());
    assert_eq!(dry.code, Some(0), "{dry:?}");
    let plan = dry.json();
    let keys: Vec<_> = plan.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["estimate_s", "memory_bytes", "plan", "segments", "warnings"]);
    let figures = json!({"chunk_frames": 32_000, "overlap_frames": 8_000, "step_frames": 24_000, "chunks": 3});
    assert_eq!(plan["plan"], figures, "{plan}");
    let first = json!({
        "index": 0, "start_frame": 0, "end_frame": 32_000, "sent_frames": 32_000, "anchors": [["+", 3.5, 4.0]],
    });
    assert_eq!(plan["segments"][0], first);
    assert_eq!(plan["segments"][1]["anchors"], json!([["+", 0.5, 2.0]]), "{plan}");
    let last = &plan["segments"][2];
    assert_eq!(last["end_frame"], 80_000);
    let start = last["start_frame"].as_f64().unwrap() / 8_000.0;
    assert_eq!(last["anchors"], json!([["-", 9.0 - start, 10.0 - start]]));
    assert!(plan["memory_bytes"].as_u64().unwrap() > 32_000 * 4, "{plan}");
    assert_eq!(plan["warnings"][0]["code"], "anchor_clipped");

    let text = separate(folder, &[&words[..], &windows].concat());
    text.clean();
    assert!(text.stdout.contains("windows  3 of 32000 frames, 8000 shared, one every 24000"), "{text:?}");
    assert_eq!(names(folder), ["song.wav"]);
}

/// The numbers of the program that people come from, by its formulas.
#[test]
fn patchbays_windows_are_planned_where_wished() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (frames, len, overlap) in
        [(80_000, 4.0, Some(1.0)), (80_001, 2.5, None), (33_000, 1.0625, Some(0.3)), (8_000, 4.0, Some(1.0))]
    {
        save(&folder.join("song.wav"), 8_000, 1, frames);
        let (len_text, overlap_text) = (len.to_string(), overlap.unwrap_or(2.0).to_string());
        let mut words = vec!["song.wav", "-m", "builtin:identity", "--dry-run", "--json", "--compat", "patchbay"];
        words.extend(["--max-len-s", &len_text]);
        if overlap.is_some() {
            words.extend(["--overlap-s", &overlap_text]);
        }
        let plan = separate(folder, &words).json();
        let chunk = (len * 8_000.0_f64).round_ties_even() as usize;
        let shared = (overlap.unwrap_or(2.0) * 8_000.0_f64).round_ties_even() as usize;
        let step = chunk - shared;
        let chunks = 1 + frames.saturating_sub(chunk).div_ceil(step);
        let figures = json!({"chunk_frames": chunk, "overlap_frames": shared, "step_frames": step, "chunks": chunks});
        // A recording within one window is planned as just that.
        assert!(plan["plan"] == figures || frames < chunk, "{frames} {len} {overlap:?}: {}", plan["plan"]);
        let segments = plan["segments"].as_array().unwrap();
        assert_eq!(segments.len(), chunks);
        for (index, segment) in segments.iter().enumerate() {
            let (start, end) = (index * step, (index * step + chunk).min(frames));
            let expected = json!({
                "index": index, "start_frame": start, "end_frame": end, "sent_frames": end - start, "anchors": [],
            });
            assert_eq!(*segment, expected, "{frames} {len} {overlap:?}");
        }
    }
}

#[test]
fn anchors_come_from_the_line_a_file_or_beside_the_recording() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    save(&folder.join("song.wav"), 8_000, 1, 40_000);
    let found = |words: &[&str]| {
        let base = ["song.wav", "-m", "builtin:identity", "--dry-run", "--json"];
        let plan = separate(folder, &[&base[..], words].concat()).json();
        (plan["segments"][0]["anchors"].clone(), plan["warnings"].as_array().unwrap().len())
    };
    assert_eq!(found(&[]), (json!([]), 0));
    put(
        &folder.join("song.anchors.json"),
        br#"{"version":1,"anchors":[{"sign":"+","start_s":1.0,"end_s":2.5},{"sign":"?"}]}"#,
    );
    // One warning is of the entry that is none, the other that the identity takes no anchors.
    assert_eq!(found(&[]), (json!([["+", 1.0, 2.5]]), 2));
    put(&folder.join("own.json"), br#"[["-",0.5,1]]"#);
    assert_eq!(found(&["--anchors", "own.json"]), (json!([["-", 0.5, 1.0]]), 1));
    assert_eq!(
        found(&["--anchors", "own.json", "--anchor", "+", "0", "0.25"]).0,
        json!([["-", 0.5, 1.0], ["+", 0.0, 0.25]])
    );
    let refuse = |words: &[&str], code: i32, part: &str| {
        separate(folder, &[&["song.wav", "-m", "builtin:identity"], words].concat()).refused(code, &[part]);
    };
    refuse(&["--anchor", "+", "2", "1"], 2, "--anchor 0: an anchor from 2 s to 1 s is no span");
    refuse(&["--anchor", "x", "1", "2"], 2, "the sign must be + or -");
    refuse(&["--anchor", "+", "1"], 2, "--anchor");
    refuse(&["--anchors", "none.json"], 3, "none.json");
    refuse(&["--anchor-mode", "everywhere"], 2, "prepend_nearest");
    assert_eq!(names(folder), ["own.json", "song.anchors.json", "song.wav"]);
}

#[test]
fn settings_that_make_no_job_are_usage() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    save(&folder.join("song.wav"), 8_000, 1, 8_000);
    save(&folder.join("song2.wav"), 8_000, 1, 8_000);
    let check = |words: &[&str], part: &str| {
        separate(folder, &[&["song.wav", "-m", "builtin:identity"], words].concat()).refused(2, &[part]);
    };
    check(&["--max-len-s", "1", "--overlap-s", "1"], "overlap_s");
    check(&["--max-len-s", "0"], "max_len_s");
    check(&["--max-len-s", "nan"], "a number of seconds");
    check(&["--format", "flac", "--depth", "f32"], "depth");
    check(&["--name", "{stem}.wav"], "name");
    check(&["--name", "{part}/../../x"], "name");
    check(&["--threads", "0"], "--threads");
    check(&["--stems", "drums,bass"], "drums");
    check(&["song2.wav", "--out-target", "t.wav"], "out_target");
    assert_eq!(names(folder), ["song.wav", "song2.wav"]);
}

#[test]
fn what_is_no_recording_is_bad_input() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    save(&folder.join("good.wav"), 44_100, 2, 4_000);
    let good = fs::read(folder.join("good.wav")).unwrap();
    fs::remove_file(folder.join("good.wav")).unwrap();
    let mut no_rate = good.clone();
    no_rate[24..28].fill(0);
    let mut no_channels = good.clone();
    no_channels[22..24].fill(0);
    let cases: [(&str, &[u8]); 7] = [
        ("empty", b""),
        ("text", b"once upon a time"),
        ("head", &good[..20]),
        ("no rate", &no_rate),
        ("no channels", &no_channels),
        ("flac in name", b"fLaC\x00\x00\x00\x22"),
        ("mp3 in name", b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f"),
    ];
    for (name, bytes) in cases {
        let file = format!("{name}.wav");
        put(&folder.join(&file), bytes);
        for more in [&[][..], &["--in-process"]] {
            separate(folder, &[&[&*file, "-m", "builtin:identity"], more].concat()).refused(3, &[&file]);
        }
    }
    separate(folder, &["none.wav"]).refused(3, &["none.wav"]);
    assert_eq!(names(folder).len(), cases.len(), "{:?}", names(folder));
}

#[test]
fn models_that_cannot_be_used_are_named_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    save(&folder.join("song.wav"), 48_000, 2, 4_000);
    let identity = models::folder("identity");
    let made = |name: &str, toml: &str, graph: Option<&[u8]>| {
        fs::create_dir(folder.join(name)).unwrap();
        put(&folder.join(name).join("model.toml"), toml.as_bytes());
        if let Some(graph) = graph {
            put(&folder.join(name).join("model.onnx"), graph);
        }
        name.to_owned()
    };
    let toml = fs::read_to_string(identity.join("model.toml")).unwrap();
    let graph = fs::read(identity.join("model.onnx")).unwrap();
    let committed = |name: &str| models::folder(name).to_str().unwrap().to_owned();
    for (model, code) in [
        (made("no-toml", "kind = [", Some(&graph)), 3),
        (made("no-kind", &toml.replace("waveform", "wavefrom"), Some(&graph)), 3),
        (made("no-graph", &toml, None), 3),
        (made("no-onnx", &toml, Some(b"\xFF\xFF\xFF\xFF no graph")), 3),
        (made("no-name", &toml.replace("\"stems\" }", "\"nobody\" }"), Some(&graph)), 3),
        (made("no-hash", &toml.replace("file =", "sha256 = \"00\"\nfile ="), Some(&graph)), 3),
        (committed("external"), 3),
        (committed("unsupported"), 4),
        ("models/none".into(), 4),
        ("builtin:none".into(), 4),
    ] {
        separate(folder, &["song.wav", "-m", &model, "--engine", "tract"]).refused(code, &[]);
        let check = run(folder, &["model", "check", &model, "--engine", "tract"]);
        assert!(check.code == Some(code) && check.stderr.starts_with("error: "), "{model}: {check:?}");
    }
    let no_library =
        ["song.wav", "-m", &committed("identity"), "--engine", "ort", "--ort-lib", "/nowhere/libonnxruntime.so"];
    separate(folder, &no_library).refused(4, &["/nowhere/libonnxruntime.so"]);
    assert!(
        names(folder).iter().all(|name| !name.starts_with("song_") && !name.contains("part")),
        "{:?}",
        names(folder)
    );
}

#[test]
fn models_are_listed_shown_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let models = models::folder("identity").parent().unwrap().to_str().unwrap().to_owned();
    let list = run(folder, &["model", "list", "--folder", &models, "--json"]).json();
    let reference = |value: &Value| value["reference"].as_str().unwrap().to_owned();
    let built_in: Vec<_> = list["built_in"].as_array().unwrap().iter().map(reference).collect();
    assert!(built_in.contains(&"builtin:hpss".into()) && built_in.contains(&"builtin:center".into()), "{built_in:?}");
    let found: Vec<_> = list["models"].as_array().unwrap().iter().map(reference).collect();
    assert!(found.contains(&"identity".into()) && found.contains(&"prompted".into()), "{found:?}");
    let text = run(folder, &["model", "list", "--folder", &models]);
    text.clean();
    assert!(text.stdout.contains("builtin:hpss") && text.stdout.contains("stems: harmonic, percussive"), "{text:?}");

    let identity = models::folder("identity").to_str().unwrap().to_owned();
    let info = run(folder, &["model", "info", &identity, "--engine", "tract", "--json"]).json();
    assert_eq!(
        (&info["id"], &info["stems"], &info["rate"]),
        (&json!("test-identity"), &json!(["mix"]), &json!(48_000))
    );
    assert!(info["engine"].as_str().unwrap().starts_with("tract"), "{info}");
    let text = run(folder, &["model", "info", "builtin:hpss"]);
    text.clean();
    assert!(text.stdout.contains("harmonic, percussive") && text.stdout.contains("built in"), "{text:?}");
    for model in ["builtin:hpss", &identity] {
        let check = run(folder, &["model", "check", model, "--engine", "tract"]);
        assert_eq!(check.code, Some(0), "{check:?}");
        let json = run(folder, &["model", "check", model, "--engine", "tract", "--json"]);
        assert!(json.code == Some(0) && json.json().is_object(), "{json:?}");
    }
}
