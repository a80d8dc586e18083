//! Requests against servers that answer, redirect, dawdle, flood or hang.

use super::*;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

/// A server on this computer that answers each connection in a thread of its own. Returns its address and the requests
/// it gets: first line, headers in lower case, body.
fn serve(answer: fn(&mut TcpStream, &str) -> std::io::Result<()>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let address = listener.local_addr().expect("it is bound").to_string();
    let (requests, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let requests = requests.clone();
            std::thread::spawn(move || {
                let mut stream = stream?;
                let request = read(&mut stream)?;
                // The test may have heard enough.
                let _ = requests.send(request.clone());
                answer(&mut stream, &request)
            });
        }
    });
    (address, told)
}

fn read(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    let mut size = 0;
    reader.read_line(&mut request)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.to_lowercase();
        if let Some(length) = line.strip_prefix("content-length:") {
            size = length.trim().parse().unwrap_or(0);
        }
        if line.trim().is_empty() {
            break;
        }
        request += &line;
    }
    let mut body = vec![0; size];
    reader.read_exact(&mut body)?;
    Ok(request + &String::from_utf8_lossy(&body))
}

fn request(address: &str, path: &str) -> HttpRequest {
    HttpRequest { timeout_ms: 20_000, ..HttpRequest::get(format!("http://{address}{path}")) }
}

fn send(request: &HttpRequest) -> Result<String, String> {
    request.check().expect("it is well-formed");
    HttpClient.send(request, 0x8000, &Cancel::default()).map_err(|fault| fault.to_string())
}

fn ok(stream: &mut TcpStream, _: &str) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello")
}

#[test]
fn a_request_arrives_as_it_is_written() {
    let (address, requests) = serve(ok);
    assert_eq!(send(&request(&address, "/dim?to=$value")), Ok("200 OK, 5 bytes from 127.0.0.1".into()));
    let got = requests.recv().expect("it has arrived");
    assert!(got.starts_with("GET /dim?to=0.5000 HTTP/1.1\r\n"), "{got}");
    assert!(got.contains("user-agent: ripieno/"), "{got}");
    let post = HttpRequest {
        method: "POST".into(),
        headers: [("X-Key".to_owned(), "k".to_owned())].into(),
        body: Some(r#"{"level": $value}"#.into()),
        ..request(&address, "/")
    };
    assert!(send(&post).is_ok());
    let got = requests.recv().expect("it has arrived");
    assert!(got.starts_with("POST / HTTP/1.1\r\n") && got.contains("x-key: k\r\n"), "{got}");
    assert!(got.ends_with(r#"{"level": 0.5000}"#), "{got}");
    for method in ["HEAD", "PUT", "PATCH", "DELETE"] {
        assert!(send(&HttpRequest { method: method.into(), ..request(&address, "/") }).is_ok(), "{method}");
        assert!(requests.recv().expect("it has arrived").starts_with(method));
    }
}

fn status(stream: &mut TcpStream, request: &str) -> std::io::Result<()> {
    let path = request.split(' ').nth(1).unwrap_or("/");
    match path.trim_start_matches('/') {
        "here" => ok(stream, request),
        "strange" => stream.write_all(b"HTTP/1.1 301 Moved\r\nlocation: \xFFhunter2\r\ncontent-length: 0\r\n\r\n"),
        "round" => stream.write_all(b"HTTP/1.1 302 Found\r\nlocation: /round\r\ncontent-length: 0\r\n\r\n"),
        "moved" => stream.write_all(b"HTTP/1.1 301 Moved\r\nlocation: /here\r\ncontent-length: 0\r\n\r\n"),
        "astray" => stream.write_all(b"HTTP/1.1 301 Moved\r\nlocation: http://[hunter2/\r\ncontent-length: 0\r\n\r\n"),
        code => stream.write_all(format!("HTTP/1.1 {code} Said\r\ncontent-length: 0\r\n\r\n").as_bytes()),
    }
}

#[test]
fn what_the_server_says_decides() {
    let (address, _requests) = serve(status);
    let check = |path: &str, redirects: u8, expected: Result<&str, &str>| {
        let found = send(&HttpRequest { redirects, ..request(&address, path) });
        let starts = match (&found, expected) {
            (Ok(found), Ok(expected)) | (Err(found), Err(expected)) => found.starts_with(expected),
            _ => false,
        };
        assert!(starts, "{path}: {found:?}");
    };
    check("/204", 0, Ok("204 No Content from 127.0.0.1"));
    check("/404", 0, Err("404 Not Found from 127.0.0.1"));
    check("/500", 0, Err("500 Internal Server Error"));
    check("/moved", 0, Err("301 Moved Permanently from 127.0.0.1: allow it with redirects = 1"));
    check("/moved", 1, Ok("200 OK"));
    check("/round", 3, Err("127.0.0.1 redirected more often than redirects = 3"));
    check("/astray", 1, Err("127.0.0.1"));
}

#[test]
fn secrets_of_an_address_are_in_no_message() {
    let (address, _requests) = serve(status);
    let closed = TcpListener::bind("127.0.0.1:0").expect("loopback is there").local_addr().expect("it is bound");
    for (to, path) in [
        (address.as_str(), "/astray"),
        (&address, "/strange"),
        (&address, "/404?key=hunter2"),
        (&closed.to_string(), "/hunter2"),
    ] {
        let found = send(&HttpRequest { redirects: 1, ..request(to, path) });
        let why = found.expect_err("nothing of it works");
        assert!(!why.contains("hunter2"), "{why}");
    }
}

fn hang(stream: &mut TcpStream, _: &str) -> std::io::Result<()> {
    // Until the other end goes.
    stream.read(&mut [0]).map(|_| ())
}

fn drip(stream: &mut TcpStream, _: &str) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    loop {
        stream.write_all(b".")?;
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn endless_headers(stream: &mut TcpStream, _: &str) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
    loop {
        stream.write_all(b"x: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n")?;
    }
}

#[test]
fn time_is_bounded() {
    let check = |server, expected: &str| {
        let (address, _requests) = serve(server);
        let why = send(&HttpRequest { timeout_ms: 300, ..request(&address, "/") }).expect_err("it never ends");
        assert!(why.starts_with(expected), "{why}");
    };
    check(hang, "127.0.0.1 took longer than timeout_ms = 300");
    check(drip, "127.0.0.1 took longer than timeout_ms = 300");
    check(endless_headers, "127.0.0.1 does not keep to HTTP/1.1");
}

fn flood(stream: &mut TcpStream, _: &str) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n")?;
    loop {
        stream.write_all(&[b'x'; 10_000])?;
    }
}

#[test]
fn size_is_bounded() {
    let (address, _requests) = serve(flood);
    assert_eq!(send(&request(&address, "/")), Ok("200 OK, the first 65536 bytes from 127.0.0.1".into()));
}

#[test]
fn waiting_is_interrupted() {
    for server in [hang, drip] {
        let (address, requests) = serve(server);
        let request = HttpRequest { timeout_ms: 60_000, ..request(&address, "/") };
        let cancel = Cancel::default();
        let begin = Instant::now();
        let result = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| HttpClient.send(&request, 0, &cancel));
            requests.recv().expect("it has arrived");
            std::thread::sleep(Duration::from_millis(100));
            cancel.cancel();
            waiting.join().expect("it does not panic")
        });
        assert_eq!(result, Err(Fault::Cancelled));
        assert!(begin.elapsed() < Duration::from_secs(30), "it waited for its own end");
    }
    let cancel = Cancel::default();
    cancel.cancel();
    let late = HttpClient.send(&HttpRequest::get("http://127.0.0.1:9/"), 0, &cancel);
    assert_eq!(late, Err(Fault::Cancelled));
}

/// What a process sees as its proxy is said by its environment, so this test is its own child, told where to ask by
/// this variable.
const ASK: &str = "RIPIENO_TEST_ASK";

#[test]
fn proxies_of_the_environment_are_not_used() {
    if let Ok(address) = std::env::var(ASK) {
        println!("told {:?}", send(&request(&address, "/")));
        return;
    }
    let (address, _requests) = serve(ok);
    let mut child = std::process::Command::new(std::env::current_exe().expect("a program has a path"));
    child.args(["--exact", "http::tests::proxies_of_the_environment_are_not_used", "--nocapture"]).env(ASK, address);
    for name in ["ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"] {
        // Nobody listens there.
        child.env(name, "http://127.0.0.1:1");
    }
    let output = child.env_remove("NO_PROXY").env_remove("no_proxy").output().expect("it can be run");
    let output = String::from_utf8_lossy(&output.stdout);
    assert!(output.contains("told Ok(\"200 OK, 5 bytes from 127.0.0.1\")"), "{output}");
}
