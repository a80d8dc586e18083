//! Asking a running pipeline through its socket, as it should be and as it should not.
#![cfg(unix)]

mod support;

use ripieno_pipeline::control::{Client, ControlError, Found};
use ripieno_pipeline::{DType, Pipeline, Running, Status};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::Duration;
use support::{count, running::counting, until};

fn served(name: &str) -> (Running, Found) {
    let mut pipeline = Pipeline::new(name).with_registry(counting());
    pipeline.add_stream("a", &[], DType::I32, 8).unwrap();
    pipeline.add_stream("b", &[2], DType::F32, 8).unwrap();
    pipeline.add_event("go", 0).unwrap();
    pipeline.add_task("source", &[], &[("out", "a")], &[("go", "go")], count).unwrap();
    pipeline.add_kind("steps", "steps", [], &[("in", "a")], &[], &[]).unwrap();
    let idle = |ports: &mut ripieno_pipeline::Ports| Ok(ports.writer::<f32>("out")?.write(&[0.5, -1.0])?);
    pipeline.add_toggleable("burst", "go", &[], &[("out", "b")], &[("go", "go")], idle).unwrap();
    pipeline
        .add_task("sink", &[("in", "b")], &[], &[], |ports: &mut ripieno_pipeline::Ports| {
            let mut reader = ports.reader::<f32>("in")?;
            while reader.read()?.is_some() {}
            Ok(())
        })
        .unwrap();
    let running = pipeline.compile().unwrap().start().unwrap();
    running.serve().unwrap();
    let found = Client::find().into_iter().find(|found| found.name == name && found.pid == running.pid()).unwrap();
    (running, found)
}

#[test]
fn everything_can_be_asked() {
    let (running, found) = served("asked");
    let mut client = Client::open(&found.socket).unwrap();
    assert!(Client::connect(running.pid()).is_ok());
    let status = client.status().unwrap();
    assert_eq!((status.version, status.name.as_str(), status.pid), (Status::VERSION, "asked", running.pid()));
    assert_eq!(client.ask("name", Value::Null).unwrap(), "asked");
    assert_eq!(client.ask("signal", json!({ "event": "go" })).unwrap(), Value::Null);
    until(|| running.status().streams[1].published == 1);
    assert_eq!(client.ask("graph", Value::Null).unwrap()["text"], Value::Null, "it has functions");
    let tap = client.ask("tap", json!({ "stream": "a", "elements": 1 })).unwrap();
    assert_eq!((tap["dtype"].as_str(), tap["values"][0].as_f64()), (Some("i32"), tap["sequence"].as_f64()), "{tap}");
    let later = client.ask("tap", json!({ "stream": "a" })).unwrap();
    assert!(later["sequence"].as_u64() > tap["sequence"].as_u64());
    assert!(client.ask("prometheus", Value::Null).unwrap().as_str().unwrap().contains("ripieno_stream_frames_total"));
    client.ask("stop", Value::Null).unwrap();
    running.wait().unwrap();
    assert!(client.status().is_ok(), "its figures stay until it is dropped");
    drop(running);
    assert!(client.status().is_err() && !found.socket.exists());
    assert!(Client::find().iter().all(|other| other.socket != found.socket));
}

#[test]
fn graphs_of_kinds_are_reloaded_as_text() {
    let mut registry = counting();
    registry.add(support::running::Count);
    let mut pipeline = Pipeline::new("kinds").with_registry(registry);
    pipeline.add_stream("a", &[], DType::I32, 8).unwrap();
    pipeline.add_kind("source", "count", [], &[], &[("out", "a")], &[]).unwrap();
    pipeline.add_kind("steps", "steps", [], &[("in", "a")], &[], &[]).unwrap();
    let running = pipeline.compile().unwrap().start().unwrap();
    running.serve().unwrap();
    let found = Client::find().into_iter().find(|found| found.name == "kinds" && found.pid == running.pid()).unwrap();
    let mut client = Client::open(&found.socket).unwrap();
    let text = client.ask("graph", Value::Null).unwrap()["text"].as_str().unwrap().to_owned();
    assert!(client.ask("reload", json!({ "text": text })).unwrap()["replaced_tasks"].as_array().unwrap().is_empty());
    let changed = text.replace("frames = 8", "frames = 16");
    assert_ne!(text, changed);
    let changes = client.ask("reload", json!({ "text": changed })).unwrap();
    assert_eq!(changes["replaced_streams"], json!(["a"]), "{changes}");
    assert!(client.ask("reload", json!({ "text": "streams = 3" })).is_err());
    assert_eq!(running.status().streams[0].frames, 16);
}

#[test]
fn refusals_say_why() {
    let (running, found) = served("refused");
    let mut client = Client::open(&found.socket).unwrap();
    let mut check = |ask: &str, with: Value, part: &str| {
        let error = client.ask(ask, with).unwrap_err();
        assert!(matches!(&error, ControlError::Refused(text) if text.contains(part)), "{ask}: {error}");
    };
    check("dance", Value::Null, "unknown variant `dance`");
    check("set", json!({ "task": "steps", "param": "label", "value": "x" }), "it has none");
    check("set", json!({ "task": "nobody", "param": "x", "value": 1 }), "there is no task 'nobody'");
    check("signal", json!({ "event": "nothing" }), "there is no event 'nothing'");
    check("tap", json!({ "stream": "nothing" }), "there is no stream 'nothing'");
    check("tap", json!({ "stream": "a", "elements": -1 }), "invalid value");
    check("status", json!({ "more": 1 }), "unknown field `more`");
    assert!(matches!(Client::connect(u32::MAX), Err(ControlError::NotRunning(u32::MAX))));
    assert!(client.ask("tap", json!({ "stream": "b" })).unwrap().is_null(), "nothing came for a second");
    drop(running);
}

/// What a line of these bytes is answered.
fn raw(found: &Found, bytes: &[u8]) -> String {
    let mut stream = UnixStream::connect(&found.socket).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    // The other side may hang up in the middle.
    let _ = stream.write_all(bytes);
    let mut answer = String::new();
    let _ = BufReader::new(stream).read_line(&mut answer);
    answer
}

#[test]
fn whatever_comes_harms_nothing() {
    let (running, found) = served("hostile");
    let deep = [b"[".repeat(100_000), b"\n".to_vec()].concat();
    let long = b"x".repeat(5 << 20);
    let hostile: [&[u8]; 9] = [
        b"\n",
        b"{}\n",
        b"nonsense\n",
        b"\xff\xfe\x00\n",
        b"{\"ask\":\"status\"\n",
        b"{\"ask\":\"set\",\"task\":\"steps\",\"param\":\"label\",\"value\":{\"a\":[]}}\n",
        b"{\"ask\":\"reload\",\"text\":\"[[[[[[\"}\n",
        &deep,
        &long,
    ];
    for bytes in hostile {
        let answer = raw(&found, bytes);
        assert!(answer.contains("error"), "{:?}: {answer}", &bytes[..bytes.len().min(40)]);
    }
    // Some say nothing, one half a word, and too many come at once.
    let mut crowd: Vec<_> = (0..30).filter_map(|_| UnixStream::connect(&found.socket).ok()).collect();
    crowd[0].write_all(b"{\"ask\":").unwrap();
    let mut last = crowd.pop().unwrap();
    let mut refused = String::new();
    last.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let _ = last.read_to_string(&mut refused);
    assert!(refused.contains("too many"), "{refused}");
    drop(crowd);
    until(|| Client::open(&found.socket).is_ok_and(|mut client| client.status().is_ok()));
    let before = running.status().streams[0].published;
    until(|| running.status().streams[0].published > before);
    running.stop();
    running.wait().unwrap();
}

#[test]
fn sockets_of_the_dead_are_swept() {
    let (running, found) = served("sweeper");
    let mut child = Command::new("true").spawn().unwrap();
    let dead = child.id();
    child.wait().unwrap();
    let stale = found.socket.with_file_name(format!("pipeline-{dead}.sock"));
    drop(std::os::unix::net::UnixListener::bind(&stale).unwrap());
    assert!(stale.exists());
    assert!(Client::find().contains(&found));
    assert!(!stale.exists());
    drop(running);
}

#[test]
fn figures_are_numbered_whole_and_plausible() {
    let mut pipeline = Pipeline::new("figures");
    pipeline.add_stream("a", &[64], DType::F32, 8).unwrap().description = Some("\"quoted\"\nname".into());
    pipeline.add_event("go", 3).unwrap();
    pipeline
        .add_task("source", &[], &[("out", "a")], &[("go", "go")], |ports: &mut ripieno_pipeline::Ports| {
            let mut out = ports.writer::<f32>("out")?;
            while !ports.is_stopping() {
                out.write(&[0.0; 64])?;
            }
            Ok(())
        })
        .unwrap();
    pipeline
        .add_task("sink", &[("in", "a")], &[], &[], move |ports: &mut ripieno_pipeline::Ports| {
            let mut reader = ports.reader::<f32>("in")?;
            let level = ports.gauge("level");
            while reader.read()?.is_some() {
                level.set(0.25);
                ports.pause(Duration::from_micros(300))?;
            }
            Ok(())
        })
        .unwrap();
    let running = pipeline.compile().unwrap().start().unwrap();
    until(|| running.status().uptime_secs > 1.2 && running.status().streams[0].published > 100);
    let status = running.status();
    let stream = &status.streams[0];
    assert!(stream.frames_per_sec > 10.0 && stream.bytes_per_sec == stream.frames_per_sec * 256.0, "{stream:?}");
    assert!(stream.fill > 0.5 && stream.writer.as_deref() == Some("source") && stream.frames == 8, "{stream:?}");
    let (reader, source, sink) = (&stream.readers[0], &status.tasks[0], &status.tasks[1]);
    assert_eq!((reader.task.as_str(), reader.port.as_str(), reader.policy.as_str()), ("sink", "in", "lossless"));
    assert!(reader.latency.count > 0 && reader.latency.p50_us <= reader.latency.max_us, "{reader:?}");
    assert!(source.wait_share > 0.5 && source.frames_out > 100 && source.frames_in == 0, "{source:?}");
    assert!(sink.frames_in > 100 && sink.gauges["level"] == 0.25 && sink.rss_bytes > 100_000, "{sink:?}");
    assert!(source.cpu >= 0.0 && source.cpu < 2.0 && source.pid == std::process::id());
    assert_eq!((status.events[0].pending, status.ends[0].sink.as_str()), (3, "sink"));
    let text = serde_json::to_string(&status).unwrap();
    assert_eq!(serde_json::from_str::<Status>(&text).unwrap(), status);
    assert!(text.starts_with("{\"version\":1,\"name\":\"figures\","));
    for line in status.prometheus().lines() {
        let value = line.rsplit_once("} ").map(|(name, value)| (name.starts_with("ripieno_"), value.parse::<f64>()));
        assert!(line.starts_with("# ") || matches!(value, Some((true, Ok(_)))), "{line}");
    }
    running.stop();
    running.wait().unwrap();
}
