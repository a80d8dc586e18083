//! Records that anybody may have written, and models that are not what they are called.

use crate::support::*;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use ripieno_farm::record::{ModelRef, Record, Standing};
use ripieno_farm::{Bucket, FarmErrorKind, JobQueue, Manner};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A record as it is written, of a model with files.
fn sample() -> Vec<u8> {
    let (farm, folder) = (in_process(), tempfile::tempdir().unwrap());
    let mut job = job(&song(folder.path(), "song.wav", 1, 100));
    job.model = model();
    let id = submit(&farm, &job, WHOLE).id;
    let mut bytes = farm.read(&format!("job.{id}")).unwrap().unwrap().value;
    let output = json!([{ "part": "vocals", "name": "a.wav", "object": "o", "bytes": 1, "sha256": "00" }]);
    let mut value: Value = serde_json::from_slice(&bytes).unwrap();
    value["outputs"] = output;
    bytes = value.to_string().into_bytes();
    Record::from_bytes(&bytes).unwrap();
    bytes
}

fn model() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/models/gain").display().to_string()
}

/// Reads it, and what it says to do; whatever is read stays in its folder.
fn read(bytes: &[u8]) -> bool {
    let Ok(record) = Record::from_bytes(bytes) else { return false };
    let _ = record.job();
    let home = PathBuf::from("/home");
    for name in record.outputs.iter().map(|output| &output.name).chain([&record.input.name]) {
        assert_eq!(home.join(name).parent(), Some(home.as_path()), "{name:?} leads elsewhere");
    }
    true
}

#[test]
fn records_of_any_bytes_are_read_or_refused() {
    let sample = sample();
    let length = sample.len();
    let mutation = prop::collection::vec((0..length, any::<u8>(), 0_u8..4), 1..6);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(3_000));
    runner
        .run(&mutation, |changes| {
            let mut bytes = sample.clone();
            for (place, byte, kind) in changes {
                let place = place.min(bytes.len().saturating_sub(1));
                match kind {
                    0 if !bytes.is_empty() => bytes[place] = byte,
                    1 => bytes.truncate(place),
                    2 => bytes.insert(place, byte),
                    _ => drop(bytes.drain(place..(place + usize::from(byte)).min(bytes.len()))),
                }
            }
            read(&bytes);
            Ok(())
        })
        .unwrap();
    let mut runner = TestRunner::new(ProptestConfig::with_cases(1_500));
    runner
        .run(&prop::collection::vec(any::<u8>(), 0..300), |bytes| {
            read(&bytes);
            Ok(())
        })
        .unwrap();
    assert!(!read(&[b'['; 100_000]), "deep nests are refused");
}

#[test]
fn fields_of_any_value_are_read_or_refused() {
    let sample: Value = serde_json::from_slice(&sample()).unwrap();
    let names: Vec<String> = sample.as_object().unwrap().keys().cloned().collect();
    let numbers = [json!(-1), json!(1e308), json!(u64::MAX), json!(0.5), json!(null)];
    let texts = ["", "..", "../../etc", "/etc/passwd", "a\0b", "C:\\x", "é", "."].map(Value::from);
    let shapes =
        [json!([]), json!({}), json!([[[]]]), json!({ "files": { "hash": "..", "entry": "..", "files": [] } })];
    let values: Vec<Value> = numbers.into_iter().chain(texts).chain(shapes).collect();
    let mut runs = 0;
    for name in &names {
        for value in &values {
            let mut changed = sample.clone();
            changed[name] = value.clone();
            read(changed.to_string().as_bytes());
            for inner in sample[name].as_object().into_iter().flat_map(serde_json::Map::keys) {
                let mut changed = sample.clone();
                changed[name][inner] = value.clone();
                read(changed.to_string().as_bytes());
                runs += 1;
            }
            runs += 1;
        }
    }
    assert!(runs > 400, "{runs}");
}

#[test]
fn names_that_lead_out_of_their_folder_are_refused() {
    let sample: Value = serde_json::from_slice(&sample()).unwrap();
    for wrong in ["..", ".", "", "../x", "/x", "a/b", "a\\b", "C:x", "a\0"] {
        for place in ["/input/name", "/id", "/outputs/0/name"] {
            // Outputs may lie in folders of their own.
            if (place, wrong) == ("/outputs/0/name", "a/b") {
                continue;
            }
            let mut changed = sample.clone();
            *changed.pointer_mut(place).unwrap() = wrong.into();
            let error = Record::from_bytes(changed.to_string().as_bytes()).unwrap_err();
            assert_eq!(error.kind, FarmErrorKind::Corrupt, "{place} {wrong:?}");
        }
    }
    for wrong in ["..", "a/../b", "/x", "a//b", "C:x"] {
        for place in ["/model/files/hash", "/model/files/entry", "/model/files/files/0/name"] {
            let mut changed = sample.clone();
            *changed.pointer_mut(place).unwrap() = wrong.into();
            assert!(Record::from_bytes(changed.to_string().as_bytes()).is_err(), "{place} {wrong:?}");
        }
    }
}

#[test]
fn records_do_not_say_what_is_each_machines_own() {
    let mut value: Value = serde_json::from_slice(&sample()).unwrap();
    let own = json!({
        "ort_lib": "/x/evil.so", "out_dir": "/etc", "out_target": "/etc/passwd", "out_residual": "/etc/shadow",
        "force": true, "resume": true, "threads": 4,
    });
    value["settings"].as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    let job = Record::from_bytes(value.to_string().as_bytes()).unwrap().job().unwrap();
    assert_eq!((job.ort_lib, job.out_dir, job.out_target, job.out_residual), (None, None, None, None));
    assert_eq!((job.force, job.resume, job.threads), (false, false, None));
}

#[test]
fn models_are_what_their_hash_says() {
    let (farm, folder) = (in_process(), tempfile::tempdir().unwrap());
    let mut job = job(&song(folder.path(), "song.wav", 1, 100));
    job.model = model();
    let id = submit(&farm, &job, Manner { tries: 1, ..WHOLE }).id;
    let ModelRef::Files { hash, files, .. } = record(&farm, &id).model else { panic!("a model with files") };
    let home = folder.path().join("models").join(&hash);
    let run = || {
        step(&mut worker(&farm, Puppet::idle(), "w", folder.path()));
        let record = record(&farm, &id);
        (record.standing, record.error.unwrap_or_default())
    };

    // Other bytes in the bucket.
    let name = format!("model/{hash}/{}", files[0].name);
    farm.put(&name, files[0].bytes, &mut vec![b'#'; files[0].bytes as usize].as_slice()).unwrap();
    let (standing, error) = run();
    assert_eq!(standing, Standing::Failed);
    assert!(error.contains(&name) && error.contains("damaged"), "{error}");
    let left: Vec<_> = std::fs::read_dir(folder.path().join("models")).unwrap().flatten().collect();
    assert!(left.is_empty(), "nothing is half there: {left:?}");

    // Stored anew, by submitting it again.
    assert!(submit(&farm, &job, WHOLE).new);
    assert_eq!(run(), (Standing::Done, String::new()));
    assert!(home.is_dir());

    // Another model in its folder on this machine.
    write(&home.join(&files[0].name), b"something else");
    job.seed = 1;
    let other = submit(&farm, &job, Manner { tries: 1, ..WHOLE }).id;
    step(&mut worker(&farm, Puppet::idle(), "w", folder.path()));
    let error = record(&farm, &other).error.unwrap();
    assert!(error.contains("remove the folder") && error.contains(&hash), "{error}");
}
