//! The sound of `ripieno serve`: effects, instruments, settings of the card, and that a pad is really heard.

use ripieno_tests::measure::{cents, pitch_hz};
use ripieno_tests::process::stereo;
use ripieno_tests::serve::{Serve, store};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

#[test]
fn effects_are_set_told_and_kept() {
    let serve = Serve::start("# mine\n");
    let mut page = serve.socket();
    let fx = serve.done("PATCH", "/api/piano/fx", json!({"reverb": {"mix": 0.25}, "delay.mix": 0.5}));
    assert_eq!((&fx["reverb.mix"], &fx["delay.mix"]), (&json!(0.25), &json!(0.5)));
    let told = [page.event("fx.param_changed"), page.event("fx.param_changed")];
    assert!(told.contains(&json!({"target": "reverb.mix", "value": 0.25})), "{told:?}");
    assert_eq!(page.state["fx"]["reverb.mix"], 0.25);
    serve.refused(404, "PATCH", "/api/piano/fx", json!({"reverb.size": 0.5}));
    serve.refused(400, "PATCH", "/api/piano/fx", json!({"reverb.mix": 1.5}));
    serve.refused(400, "PATCH", "/api/piano/fx", json!({"delay.mix": 0.1, "reverb.mix": "loud"}));
    assert_eq!(serve.get("/api/piano/fx")["delay.mix"], 0.5, "refused as a whole");
    // Kept a moment later, or at the end.
    serve.done("PATCH", "/api/piano/fx", json!({"pan": 0.75}));
    let folder = serve.stop();
    let text = std::fs::read_to_string(folder.path().join("studio.toml")).unwrap();
    assert!(text.starts_with("# mine") && text.contains("\"reverb.mix\" = 0.25") && text.contains("0.75"), "{text}");
}

#[test]
fn an_instrument_that_cannot_be_opened_leaves_the_old_one_playing() {
    let serve = Serve::start("[[instruments]]\nname = \"Broken\"\npath = \"broken.sf2\"\n");
    let instruments = serve.get("/api/piano/instruments");
    let names = instruments["instruments"].as_array().unwrap();
    assert!(names.contains(&json!("organ")) && names.contains(&json!("Broken")), "{instruments}");
    assert!(!instruments.to_string().contains('/'), "no paths: {instruments}");
    let mut page = serve.socket();
    serve.done("POST", "/api/piano/instrument", json!({"name": "Organ"}));
    assert_eq!(page.event("piano.instrument_changed")["success"], true);
    serve.refused(404, "POST", "/api/piano/instrument", json!({"name": "Bagpipe"}));
    let reason = serve.refused(500, "POST", "/api/piano/instrument", json!({"name": "Broken"}));
    assert!(!reason.contains('/'), "{reason}");
    assert_eq!(serve.get("/api/piano/instruments")["current"], "organ");
    let again = Serve::again(serve.stop(), &["--null-audio", "--midi", "none"], |_| {});
    assert_eq!(again.get("/api/piano/instruments")["current"], "organ");
}

#[test]
fn settings_of_the_card_are_checked_applied_then_saved() {
    let serve = Serve::start("");
    let audio = "/api/settings/piano_audio";
    for wrong in [
        json!({"sample_rate": 12}),
        json!({"block_size": 0}),
        json!({"latency_mode": "tiny"}),
        json!({"max_polyphony": 0}),
        json!({"master_volume": 1.5}),
    ] {
        let (code, answer) = serve.ask("PUT", audio, Some(wrong.clone()));
        assert_eq!((code, &answer["ok"], &answer["applied"]), (400, &json!(false), &json!(false)), "{wrong}: {answer}");
        assert!(answer["reason"].is_string(), "{answer}");
        assert!(!serve.studio().exists(), "{wrong} was saved");
    }
    // The word that the audio library of old did not know.
    serve.done("PUT", audio, json!({"latency_mode": "medium", "sample_rate": 44100, "max_polyphony": 16}));
    serve.until("/api/telemetry/current", |t| t["sound"]["rate"] == 44100 && t["sound"]["polyphony"] == 16);
    let again = Serve::again(serve.stop(), &["--null-audio", "--midi", "none"], |_| {});
    again.until("/api/telemetry/current", |t| t["sound"]["rate"] == 44100 && t["sound"]["is_running"] == true);
    // Back with the document, sound included.
    again.done("POST", "/api/undo", Value::Null);
    again.until("/api/telemetry/current", |t| t["sound"]["rate"] == 48000);
}

#[test]
fn a_slow_change_of_the_sound_delays_nobody_else() {
    let serve = Serve::start("");
    let change = |rate: u32| json!({"sample_rate": rate, "latency_mode": "high"});
    // The device's own fade and start take their time; others are served meanwhile, in the order of their coming.
    let (slow, quick) = std::thread::scope(|scope| {
        let slow = scope.spawn(|| {
            (0..6).for_each(|n| _ = serve.done("PUT", "/api/settings/piano_audio", change(44_100 + 3_900 * (n % 2))));
            std::time::Instant::now()
        });
        let mut quick = 0;
        while !slow.is_finished() {
            serve.get("/api/panels");
            quick += 1;
        }
        (slow.join().unwrap(), quick)
    });
    assert!(quick > 20, "only {quick} answers before {slow:?}");
}

/// A key of the page, held for a while: what was recorded of it, left, and at which rate.
fn heard(serve: &Serve, key: u8) -> (f64, Vec<f32>) {
    let op = serve.done("POST", "/api/ops/start", json!({"op_type": "record", "params": {"seconds": 600}}));
    let path = format!("/api/ops/{}", op["id"].as_str().unwrap());
    serve.until(&path, |op| op["progress"].as_f64() > Some(0.0));
    let on = serve.done("POST", "/api/piano/note", json!({"note": key, "velocity": 110}));
    assert_eq!((&on["ok"], &on["handled"]), (&json!(true), &json!(true)), "{on}");
    serve.until("/api/telemetry/current", |t| t["sound"]["voices"] == 1);
    std::thread::sleep(Duration::from_millis(300));
    serve.done("POST", "/api/piano/note/off", json!({"note": key}));
    serve.until("/api/telemetry/current", |t| t["sound"]["voices"] == 0);
    serve.done("POST", &format!("{path}/cancel"), Value::Null);
    let over = serve.until(&path, |op| op["status"] == "done");
    let name = over["result"]["name"].as_str().unwrap();
    let (rate, left, _) = stereo(&serve.folder().path().join("recordings").join(name));
    (f64::from(rate), left)
}

#[test]
fn a_pad_of_the_page_is_heard() {
    let (_, left) = heard(&Serve::start(""), 60);
    let peak = left.iter().fold(0.0_f32, |peak, sample| sample.abs().max(peak));
    assert!(peak > 0.01, "silence: {peak}");
}

#[test]
fn takes_of_the_same_second_are_all_kept() {
    let serve = Serve::start("");
    let take = || {
        let op = serve.done("POST", "/api/ops/start", json!({"op_type": "record", "params": {"seconds": 0.05}}));
        let over = serve.until(&format!("/api/ops/{}", op["id"].as_str().unwrap()), |op| {
            op["status"] != "running" && op["status"] != "pending"
        });
        assert_eq!(over["status"], "done", "{over}");
        over["result"]["name"].as_str().unwrap().to_owned()
    };
    let names: std::collections::BTreeSet<String> = (0..6).map(|_| take()).collect();
    assert_eq!(names.len(), 6, "{names:?}");
    let kept = std::fs::read_dir(serve.folder().path().join("recordings")).unwrap().count();
    assert_eq!(kept, 6);
}

#[test]
fn a_tuning_is_heard_at_every_rate_and_in_previews() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let map = folder.path().join("up.kbm");
    // Twelve equal steps, the whole a third of a semitone high.
    store(&map, "0\n0\n127\n60\n69\n448.553\n0\n");
    let serve = Serve::again(folder, &["--null-audio", "--midi", "none", "--tuning", map.to_str().unwrap()], |_| {});
    serve.done("POST", "/api/piano/instrument", json!({"name": "sine-piano"}));
    let check = |(rate, left): (f64, Vec<f32>)| {
        let off = cents(pitch_hz(&left, rate, 448.553, 80.0), 448.553);
        assert!(off.abs() < 3.0, "{off} cents off");
    };
    check(heard(&serve, 69));
    serve.done("PUT", "/api/settings/piano_audio", json!({"sample_rate": 44100}));
    serve.until("/api/telemetry/current", |t| t["sound"]["rate"] == 44100 && t["sound"]["is_running"] == true);
    check(heard(&serve, 69));
    let wish = json!({"op_type": "preview", "params": {"instrument": "sine-piano", "key": 69, "seconds": 1.0}});
    let op = serve.done("POST", "/api/ops/start", wish);
    let over = serve.until(&format!("/api/ops/{}", op["id"].as_str().unwrap()), |op| op["status"] == "done");
    let (_, wav) = serve.fetch(over["result"]["url"].as_str().unwrap(), None);
    let mut wav = hound::WavReader::new(wav.as_slice()).unwrap();
    let left = wav.samples::<i16>().step_by(2).map(|sample| f32::from(sample.unwrap()) / 32_768.0).collect();
    check((44_100.0, left));
}
