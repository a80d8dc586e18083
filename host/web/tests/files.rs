//! Files by ticket: whole, in parts, to play and to save; nothing without one, and nothing else with one.

mod support;

use ripieno_web::{Limits, Reason};
use std::io::Write;
use support::wire::{Answer, Wire};
use support::{Rig, TOKEN};

const TEXT: &str = "0123456789";

async fn ask(wire: &mut Wire, rig: &Rig, method: &str, url: &str, more: &str) -> Answer {
    // As a media element asks: without a token.
    wire.send(format!("{method} {url} HTTP/1.1\r\nhost: {}\r\n{more}\r\n", rig.addr)).await;
    let answer = if method == "HEAD" { wire.answer_head().await } else { wire.answer().await };
    answer.unwrap_or_else(|| panic!("no answer to {method} {url}"))
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(text.as_bytes()).expect("room");
    file
}

#[tokio::test]
async fn a_file_is_served_whole_and_in_parts() {
    let rig = Rig::start(Limits::default());
    let mut wire = Wire::connect(rig.addr).await;
    let file = file(TEXT);
    let on_disk = rig.tickets.file(file.path(), "Pièce 1.flac").expect("a ticket").url;
    let in_memory = rig.tickets.bytes(TEXT.into(), "Pièce 1.flac").expect("a ticket").url;
    for url in [on_disk, in_memory] {
        let whole = ask(&mut wire, &rig, "GET", &url, "").await;
        assert_eq!((whole.status, whole.body.as_str()), (200, TEXT));
        for (name, value) in [
            ("content-type", "audio/flac"),
            ("accept-ranges", "bytes"),
            ("content-disposition", "inline; filename*=UTF-8''Pi%C3%A8ce%201.flac"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(whole.header(name), Some(value), "{whole:?}");
        }
        let saved = ask(&mut wire, &rig, "GET", &format!("{url}?download"), "").await;
        assert!(saved.header("content-disposition").is_some_and(|how| how.starts_with("attachment;")), "{saved:?}");
        let head = ask(&mut wire, &rig, "HEAD", &url, "").await;
        assert_eq!((head.status, head.header("content-length")), (200, Some("10")));
        for (range, part, told) in [
            ("bytes=0-0", "0", "bytes 0-0/10"),
            ("bytes=4-", "456789", "bytes 4-9/10"),
            ("bytes=-3", "789", "bytes 7-9/10"),
            ("bytes=8-99", "89", "bytes 8-9/10"),
        ] {
            let answer = ask(&mut wire, &rig, "GET", &url, &format!("range: {range}\r\n")).await;
            assert_eq!((answer.status, answer.body.as_str()), (206, part), "{range}");
            assert_eq!(answer.header("content-range"), Some(told), "{range}");
        }
        let head = ask(&mut wire, &rig, "HEAD", &url, "range: bytes=4-\r\n").await;
        assert_eq!((head.status, head.header("content-length")), (206, Some("6")));
        for none in ["bytes=10-", "bytes=-0"] {
            let answer = ask(&mut wire, &rig, "GET", &url, &format!("range: {none}\r\n")).await;
            assert_eq!((answer.status, answer.header("content-range")), (416, Some("bytes */10")), "{none}");
        }
        for odd in ["bytes=5-2", "bytes=0-1,4-5", "lines=0-1", "bytes=\u{e9}"] {
            let answer = ask(&mut wire, &rig, "GET", &url, &format!("range: {odd}\r\n")).await;
            assert_eq!((answer.status, answer.body.as_str()), (200, TEXT), "{odd}");
        }
        // Only a part of the same file goes on with what somebody has of it.
        let mark = whole.header("etag").expect("a mark").to_owned();
        let same = ask(&mut wire, &rig, "GET", &url, &format!("range: bytes=8-\r\nif-range: {mark}\r\n")).await;
        assert_eq!((same.status, same.body.as_str()), (206, "89"));
        let other = ask(&mut wire, &rig, "GET", &url, "range: bytes=8-\r\nif-range: \"other\"\r\n").await;
        assert_eq!((other.status, other.body.as_str()), (200, TEXT));
    }
}

#[tokio::test]
async fn a_long_file_comes_in_blocks_and_an_empty_one_has_no_parts() {
    let rig = Rig::start(Limits::default());
    let mut wire = Wire::connect(rig.addr).await;
    let text: String = (0..1_000_000_u32).map(|n| char::from(b'a' + (n % 23) as u8)).collect();
    let long = file(&text);
    let url = rig.tickets.file(long.path(), "long.wav").expect("a ticket").url;
    assert!(ask(&mut wire, &rig, "GET", &url, "").await.body == text);
    let part = ask(&mut wire, &rig, "GET", &url, "range: bytes=100000-899999\r\n").await;
    assert!(part.body == text[100_000..900_000]);
    let empty = file("");
    let url = rig.tickets.file(empty.path(), "empty").expect("a ticket").url;
    let whole = ask(&mut wire, &rig, "GET", &url, "").await;
    assert_eq!((whole.status, whole.header("content-length")), (200, Some("0")));
    assert_eq!(whole.header("content-type"), Some("application/octet-stream"));
    assert_eq!(ask(&mut wire, &rig, "GET", &url, "range: bytes=0-\r\n").await.status, 416);
}

#[tokio::test]
async fn nothing_else_is_had() {
    let rig = Rig::start(Limits::default());
    let mut wire = Wire::connect(rig.addr).await;
    let kept = file(TEXT);
    let url = rig.tickets.file(kept.path(), "song.wav").expect("a ticket").url;
    let ticket = url.split('/').nth(2).expect("a ticket").to_owned();
    let path = kept.path().display().to_string();
    for (wrong, status) in [
        (format!("/files/{ticket}/other.wav"), 404),
        (format!("/files/{ticket}/"), 404),
        (format!("/files/{ticket}"), 404),
        ("/files/".into(), 404),
        (format!("/files/{}/song.wav", "0".repeat(32)), 404),
        (format!("/files/{}/song.wav", ticket.to_uppercase()), 404),
        (format!("/files/{ticket}/%2e%2e"), 400),
        (format!("/files/{ticket}/../../etc/passwd"), 400),
        (format!("/files/{ticket}/..%2f..%2fetc%2fpasswd"), 400),
        (format!("/files/{ticket}/song.wav%00"), 400),
        (format!("/files/{ticket}/song.wav/more"), 404),
        (format!("/files/{ticket}{path}"), 404),
        (format!("/files{path}"), 404),
        (format!("/files/{}/song.wav", "x".repeat(1_500)), 404),
    ] {
        let answer = ask(&mut wire, &rig, "GET", &wrong, "").await;
        // A ticket in capitals may be none of its own only where it has letters.
        if wrong != url {
            assert_eq!(answer.status, status, "{wrong}: {answer:?}");
        }
    }
    for method in ["POST", "PUT", "DELETE"] {
        let more = format!("authorization: Bearer {TOKEN}\r\ncontent-length: 0\r\n");
        assert_eq!(ask(&mut wire, &rig, method, &url, &more).await.status, 405, "{method}");
    }
    // What is told of it does not tell the ticket.
    assert!(rig.refusals().iter().all(|refused| !refused.what.contains(&ticket)));
    // A page of a stranger that has got hold of one.
    let answer = ask(&mut wire, &rig, "GET", &url, "sec-fetch-site: cross-site\r\n").await;
    assert_eq!((answer.status, rig.refused()), (403, vec![Reason::Origin]));
    // Over a socket there are no files.
    let mut listener = support::listener::Listener::connect(rig.addr).await;
    assert_eq!(listener.request("GET", &url, serde_json::Value::Null).await["code"], 404);
    // A file that has gone is gone, whatever its ticket.
    assert_eq!(ask(&mut wire, &rig, "GET", &url, "").await.status, 200);
    drop(kept);
    let gone = ask(&mut wire, &rig, "GET", &url, "").await;
    assert_eq!(gone.status, 404);
    assert!(!gone.body.contains(&path), "{gone:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_file_is_not_opened() {
    let rig = Rig::start(Limits::default());
    let mut wire = Wire::connect(rig.addr).await;
    for path in ["/dev/zero", "/tmp"] {
        let url = rig.tickets.file(path, "endless.wav").expect("a ticket").url;
        assert_eq!(ask(&mut wire, &rig, "GET", &url, "").await.status, 404, "{path}");
    }
}
