//! Recordings of `ripieno serve`: brought, planned, separated by a worker, downloaded by ticket, and played from a pad.

use ripieno_tests::process::stereo;
use ripieno_tests::recording::{load, save};
use ripieno_tests::serve::Serve;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

/// Brings a made-up song of so many frames at 44.1 kHz: its id and its bytes.
fn bring(serve: &Serve, name: &str, frames: usize) -> (String, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("song.wav");
    save(&path, 44_100, 2, frames);
    let bytes = fs::read(path).unwrap();
    let (code, answer) = serve.upload(name, &bytes);
    assert_eq!(code, 200, "{answer}");
    (answer["id"].as_str().unwrap().to_owned(), bytes)
}

fn begin(serve: &Serve, kind: &str, params: Value) -> String {
    let op = serve.done("POST", "/api/ops/start", json!({"op_type": kind, "params": params}));
    format!("/api/ops/{}", op["id"].as_str().unwrap())
}

fn is_over(op: &Value) -> bool {
    op["status"] != "pending" && op["status"] != "running"
}

fn done(serve: &Serve, kind: &str, params: Value) -> Value {
    let over = serve.until(&begin(serve, kind, params), is_over);
    assert_eq!(over["status"], "done", "{over}");
    over["result"].clone()
}

fn stems(serve: &Serve, name: &str) -> PathBuf {
    serve.folder().path().join("recordings").join(format!("{name}.stems"))
}

#[test]
fn a_song_becomes_stems_and_a_stem_a_pad() {
    let serve = Serve::start("");
    let mut page = serve.socket();
    let (id, bytes) = bring(&serve, "My%20song.wav", 200_000);
    page.event("recordings.changed");
    let recording = page.state["recordings"][&id].clone();
    assert_eq!((&recording["name"], &recording["rate"]), (&json!("My song.wav"), &json!(44_100)), "{recording}");
    let (code, answer) = serve.upload("noise.wav", b"no sound at all");
    assert_eq!(code, 400, "{answer}");
    for name in ["..%2Fsong.wav", "%2e%2e", "a%00.wav", "a%5Cb.wav", "song.txt"] {
        // Refused before it is read: a long body would be cut off, and the answer with it.
        assert_eq!(serve.upload(name, &bytes[..44]).0, 400, "{name}");
    }

    // What it would take, told by a process of its own.
    let wish = json!({"recording": id, "description": "drums", "anchors": [["+", 0.5, 1.5]], "max_len_s": 2});
    let plan = serve.done("POST", "/api/separations/plan", wish.clone());
    assert!(plan["plan"]["chunks"].as_u64() > Some(1) && plan["memory_bytes"].as_u64() > Some(0), "{plan}");
    let told = plan["warnings"].to_string();
    assert!(told.contains("anchors_ignored") && !told.contains("/tmp"), "{told}");
    let submarine = json!({"recording": id, "description": "a passing submarine"});
    assert!(serve.refused(400, "POST", "/api/separations/plan", submarine).contains("submarine"));

    // The stems themselves: true progress, and files that are told of when they are there.
    let path = begin(&serve, "separate", wish);
    let (mut last, mut messages) = (0.0, 0);
    let over = loop {
        let op = page.event("ops.update")["op"].clone();
        let progress = op["progress"].as_f64().unwrap();
        assert!(progress >= last && (progress < 1.0 || is_over(&op)), "{op}");
        last = progress;
        messages += usize::from(op["message"].is_string());
        if is_over(&op) {
            break op;
        }
    };
    assert_eq!(
        (&over["status"], &over["result"]["stems"]),
        (&json!("done"), &json!(["drums", "drums rest"])),
        "{over}"
    );
    assert!(messages > 0 && over["message"].is_null(), "{over}");
    assert_eq!(serve.get(&path)["status"], "done");
    page.agree();
    let names: Vec<&str> = page.state["recordings"][&id]["stems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["drums", "drums rest"]);
    let [drums, rest] = ["drums.wav", "drums rest.wav"].map(|name| stems(&serve, "My song.wav").join(name));
    let mix = serve.folder().path().join("recordings/My song.wav");
    let [mix, target, residual] = [&mix, &drums, &rest].map(|path| load(path).2);
    assert!(
        mix.iter().zip(target.iter().zip(&residual)).all(|(mix, (target, rest))| *mix == target + rest),
        "they add up"
    );

    // By ticket, whole and in part, without a token.
    let ticket = serve.done("POST", &format!("/api/recordings/{id}/ticket"), json!({"stem": "drums"}));
    let url = ticket["url"].as_str().unwrap();
    let kept = fs::read(&drums).unwrap();
    assert!(serve.fetch(url, None) == (200, kept.clone()));
    assert!(serve.fetch(&format!("{url}?download"), Some("bytes=1000-200999")) == (206, kept[1_000..201_000].to_vec()));
    assert_eq!(serve.fetch("/files/00000000000000000000000000000000/My%20song.wav", None).0, 404);
    let outline = serve.get(&format!("/api/recordings/{id}/peaks?stem=drums&buckets=100"));
    assert_eq!((&outline["buckets"], outline["max"].as_array().unwrap().len()), (&json!(100), 100));
    serve.refused(404, "GET", &format!("/api/recordings/{id}/peaks?stem=bass"), Value::Null);
    serve.refused(400, "GET", &format!("/api/recordings/{id}/peaks?buckets=0"), Value::Null);

    // To a pad, and heard at once.
    let slice = json!({"recording": id, "stem": "drums", "start_s": 0, "end_s": 2, "label": "Beat", "preset": "Drums", "note": 16});
    assert_eq!(done(&serve, "slice", slice), json!({"sample": "Beat", "preset": "Drums", "note": 16}));
    let take = begin(&serve, "record", json!({"seconds": 600}));
    serve.until(&take, |op| op["progress"].as_f64() > Some(0.0));
    let pressed = serve.done("POST", "/api/pads/16/press", json!({"velocity": 127}));
    assert_eq!((&pressed["handled"], &pressed["action"]["type"]), (&json!(true), &json!("sample")), "{pressed}");
    std::thread::sleep(std::time::Duration::from_millis(500));
    serve.done("POST", &format!("{take}/cancel"), Value::Null);
    let over = serve.until(&take, is_over);
    let name = over["result"]["name"].as_str().unwrap();
    let (_, left, _) = stereo(&serve.folder().path().join("recordings").join(name));
    let peak = left.iter().fold(0.0_f32, |peak, sample| sample.abs().max(peak));
    assert!(peak > 0.01, "silence: {peak}");
    // The take is a recording like any other.
    let taken = serve.get("/api/recordings");
    assert_eq!(taken[over["result"]["recording"].as_str().unwrap()]["name"], name, "{taken}");

    serve.done("DELETE", &format!("/api/recordings/{id}"), Value::Null);
    assert!(!stems(&serve, "My song.wav").exists());
    assert_eq!(serve.fetch(url, None).0, 404, "a file that is gone is gone, whatever its ticket");
    page.agree();
    serve.stop();
}

/// A song that takes a while.
const LONG: usize = 44_100 * 120;

#[test]
fn a_separation_that_is_stopped_goes_on_where_it_was() {
    let serve = Serve::start("");
    let (id, _) = bring(&serve, "long.wav", LONG);
    let wish = json!({"recording": id, "model": "builtin:hpss", "max_len_s": 1, "overlap_s": 0.1});
    let stopped = begin(&serve, "separate", wish.clone());
    serve.until(&stopped, |op| op["progress"].as_f64() > Some(0.15) || is_over(op));
    serve.refused(409, "DELETE", &format!("/api/recordings/{id}"), Value::Null);
    serve.done("POST", &format!("{stopped}/cancel"), Value::Null);
    let over = serve.until(&stopped, is_over);
    assert_eq!(over["status"], "cancelled", "{over}");
    assert_eq!(serve.get("/api/recordings")[&id]["stems"], json!([]), "nothing half-done shows");

    // Begun again, and the whole server ended in the middle.
    let cut = begin(&serve, "separate", wish.clone());
    serve.until(&cut, |op| op["progress"].as_f64() > Some(0.3) || is_over(op));
    let again = Serve::again(serve.stop(), &["--null-audio", "--midi", "none"], |_| {});
    again.until("/api/recordings", |all| all[&id]["name"] == "long.wav");
    let result = done(&again, "separate", wish);
    assert_eq!(result["stems"], json!(["harmonic", "percussive"]));
    assert!(result["resumed"].as_u64() > Some(20), "{result}");
    let folder = stems(&again, "long.wav");
    let [harmonic, percussive] = ["harmonic.wav", "percussive.wav"].map(|name| load(&folder.join(name)).2.len());
    assert_eq!((harmonic, percussive), (2 * LONG, 2 * LONG));
    assert!(fs::read_dir(&folder).unwrap().all(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        !name.ends_with(".part") && !name.ends_with(".journal")
    }));
    again.stop();
}
