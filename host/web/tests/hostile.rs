//! What strangers' pages and broken clients send: each is refused as it should be, told of once, and changes nothing.

mod support;

use ripieno_web::{Limits, Reason};
use std::time::Duration;
use support::wire::{Wire, frame, text};
use support::{Rig, TOKEN, until};

/// How a case ends.
enum End {
    /// With these statuses, one an answer.
    Status(&'static [u16]),
    /// The connection closes without a word.
    Closed,
    /// The socket opens and is closed with this code.
    Code(u16),
}

use End::{Closed, Code, Status};

/// Limits that a test can wait for.
fn short() -> Limits {
    let mut limits = Limits::default();
    limits.head_time = Duration::from_millis(300);
    limits.body_time = Duration::from_millis(300);
    limits.auth_time = Duration::from_millis(300);
    limits
}

/// A table of cases and the server that they meet.
struct Table {
    rig: Rig,
    /// `127.0.0.1:port`.
    host: String,
    before: String,
    cases: usize,
    faults: Vec<String>,
}

impl Table {
    async fn start() -> Self {
        let rig = Rig::start(short());
        let mut wire = Wire::connect(rig.addr).await;
        let made = wire.request("POST", "/api/panels", r#"{"type":"pad","title":"Mine"}"#).await;
        assert_eq!(made.json()["instanceId"], "panel-1");
        let (host, before) = (rig.addr.to_string(), rig.studio.stamp().hash);
        Self { rig, host, before, cases: 0, faults: Vec::new() }
    }

    /// A request that would delete the panel, if it were not for what is wrong with it: method and path, then these header
    /// lines and this body. `HOST` and `PORT` stand for the server's own.
    fn head(&self, line: &str, headers: &[&str], body: &str) -> Vec<u8> {
        let mut head = format!("{line} HTTP/1.1\r\n");
        for header in headers {
            head += &format!("{header}\r\n");
        }
        head += "\r\n";
        self.own(&head).into_bytes().into_iter().chain(body.bytes()).collect()
    }

    fn own(&self, text: &str) -> String {
        let port = self.host.rsplit(':').next().expect("a port");
        text.replace("HOST", &self.host).replace("PORT", port)
    }

    /// Sends bytes on a connection of their own and sees to it that they are refused once, for this reason, and have done
    /// nothing.
    async fn check(&mut self, name: &str, bytes: impl AsRef<[u8]>, end: End, reason: Reason) {
        self.cases += 1;
        drop(self.rig.refused());
        let mut wire = Wire::connect(self.rig.addr).await;
        wire.send(bytes).await;
        let found = match end {
            Status(expected) => {
                let mut found = Vec::new();
                for _ in expected {
                    found.extend(wire.answer().await.map(|answer| answer.status));
                }
                (found != expected).then(|| format!("{found:?} instead of {expected:?}"))
            }
            Closed => wire.answer().await.map(|answer| format!("{} instead of an end", answer.status)),
            Code(expected) => {
                let opened = wire.answer().await.map(|answer| answer.status);
                let code = wire.close_code().await;
                (opened != Some(101) || code != Some(expected))
                    .then(|| format!("{opened:?} {code:?} instead of {expected}"))
            }
        };
        self.faults.extend(found.map(|found| format!("{name}: {found}")));
        let mut refused = Vec::new();
        until(&format!("{name} is told of"), || {
            refused.extend(self.rig.refused());
            !refused.is_empty()
        })
        .await;
        if refused != [reason] {
            self.faults.push(format!("{name}: told of as {refused:?} instead of {reason:?}"));
        }
        if self.rig.studio.stamp().hash != self.before {
            self.faults.push(format!("{name}: the state has changed"));
        }
    }

    /// A request that deletes the panel but for these header lines.
    async fn delete(&mut self, name: &str, headers: &[&str], status: &'static [u16], reason: Reason) {
        let bytes = self.head("DELETE /api/panels/panel-1", headers, "");
        self.check(name, bytes, Status(status), reason).await;
    }

    /// A body sent to make a panel, with these header lines beside the right ones.
    async fn post(&mut self, name: &str, headers: &[&str], body: &str, end: End, reason: Reason) {
        let headers = [&["Host: HOST", AUTH], headers].concat();
        let bytes = self.head("POST /api/panels", &headers, body);
        self.check(name, bytes, end, reason).await;
    }

    /// A path with everything else right.
    async fn path(&mut self, path: &str, status: &'static [u16], reason: Reason) {
        let bytes = self.head(&format!("DELETE {path}"), &["Host: HOST", AUTH], "");
        self.check(path, bytes, Status(status), reason).await;
    }

    /// A socket that is opened with these header lines beside the right ones, and what it sends.
    async fn socket(&mut self, name: &str, headers: &[&str], frames: &[u8], end: End, reason: Reason) {
        let headers = [&["Host: HOST"], UPGRADE, headers].concat();
        let mut bytes = self.head("GET /ws", &headers, "");
        bytes.extend(frames);
        self.check(name, bytes, end, reason).await;
    }

    fn finish(self) {
        assert!(self.faults.is_empty(), "of {} cases:\n{}", self.cases, self.faults.join("\n"));
    }
}

const AUTH: &str = "Authorization: Bearer the-token-of-the-tests";
const JSON: &str = "Content-Type: application/json";
const UPGRADE: &[&str] = &[
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

#[tokio::test]
async fn requests_that_are_not_meant_for_us() {
    assert!(AUTH.ends_with(TOKEN));
    let mut t = Table::start().await;
    // Rebound and misspelt names.
    t.delete("no host", &[AUTH], &[400], Reason::Host).await;
    t.delete("two hosts", &["Host: HOST", "Host: HOST", AUTH], &[400], Reason::Host).await;
    t.delete("two hosts, one ours", &["Host: HOST", "Host: evil.com", AUTH], &[400], Reason::Host).await;
    for host in [
        "evil.com",
        "evil.com:PORT",
        "localhost.evil.com:PORT",
        "evil.localhost:PORT",
        "127.0.0.1.evil.com:PORT",
        "127.1:PORT",
        "2130706433:PORT",
        "0.0.0.0:PORT",
        "[::]:PORT",
        "192.168.0.1:PORT",
        "localhost:1",
        "localhost:PORT:PORT",
        "localhost:PORT@evil.com",
        "",
        "localhost, evil.com",
    ] {
        t.delete(host, &[&format!("Host: {host}"), AUTH], &[403], Reason::Host).await;
    }
    let absolute = t.head("DELETE http://evil.com/api/panels/panel-1", &["Host: HOST", AUTH], "");
    t.check("a foreign name in the request line", absolute, Status(&[403]), Reason::Host).await;
    let old = t.own(&format!("DELETE /api/panels/panel-1 HTTP/1.0\r\n{AUTH}\r\n\r\n"));
    t.check("HTTP/1.0 without a host", old, Status(&[400]), Reason::Host).await;
    let tunnel = t.head("CONNECT evil.com:80", &["Host: HOST", AUTH], "");
    t.check("a tunnel", tunnel, Status(&[403]), Reason::Host).await;
    let mut pipelined = t.head("GET /api/panels", &["Host: HOST", AUTH], "");
    pipelined.extend(t.head("DELETE /api/panels/panel-1", &["Host: evil.com", AUTH], ""));
    t.check("a second request on the same connection", pipelined, Status(&[200, 403]), Reason::Host).await;

    // Strangers' pages.
    for origin in [
        "null",
        "http://evil.com",
        "http://localhost",
        "http://localhost:3000",
        "https://localhost:PORT",
        "http://localhost.evil.com:PORT",
        "http://localhost:PORT.evil.com",
        "http://192.168.0.1:PORT",
        "http://evil.com#http://localhost:PORT",
        "file://",
        "",
    ] {
        t.delete(origin, &["Host: HOST", AUTH, &format!("Origin: {origin}")], &[403], Reason::Origin).await;
    }
    let two = ["Host: HOST", AUTH, "Origin: http://HOST", "Origin: http://evil.com"];
    t.delete("two origins", &two, &[403], Reason::Origin).await;
    t.delete("a stranger's image", &["Host: HOST", AUTH, "Sec-Fetch-Site: cross-site"], &[403], Reason::Origin).await;
    t.delete("a neighbour's page", &["Host: HOST", AUTH, "Sec-Fetch-Site: same-site"], &[403], Reason::Origin).await;
    let preflight = ["Host: HOST", "Origin: http://evil.com", "Access-Control-Request-Method: DELETE"];
    let preflight = t.head("OPTIONS /api/panels/panel-1", &preflight, "");
    t.check("a preflight", preflight, Status(&[403]), Reason::Origin).await;

    // Without the token.
    for token in [
        "",
        "Authorization: Bearer",
        "Authorization: Bearer ",
        "Authorization: Bearer wrong-token-of-the-tests",
        "Authorization: Bearer the-token-of-the-test",
        "Authorization: Bearer the-token-of-the-tests-and-more",
        "Authorization: Basic the-token-of-the-tests",
        "Authorization: the-token-of-the-tests",
        "Cookie: token=the-token-of-the-tests",
        "X-Token: the-token-of-the-tests",
    ] {
        // An empty line would end the head.
        let headers: &[&str] = if token.is_empty() { &["Host: HOST"] } else { &["Host: HOST", token] };
        t.delete(token, headers, &[401], Reason::Token).await;
    }
    t.delete("two tokens", &["Host: HOST", AUTH, "Authorization: Bearer x"], &[401], Reason::Token).await;
    let query = t.head("DELETE /api/panels/panel-1?token=the-token-of-the-tests", &["Host: HOST"], "");
    t.check("a token in the query", query, Status(&[401]), Reason::Token).await;
    t.finish();
}

#[tokio::test]
async fn paths_and_methods_that_are_none() {
    let mut t = Table::start().await;
    for path in [
        "/api/../etc/passwd",
        "/api/panels/../panels/panel-1",
        "/api/panels/./panel-1",
        "/api/panels/%2e%2e/panels/panel-1",
        "/api/panels/%2E%2E%2Fpanel-1",
        "/api/x%2fpanels%2fpanel-1",
        "/api/panels/..%5cpanel-1",
        "/api\\panels\\panel-1",
        "/api/panels/panel-1%00",
        "/api/panels/panel-1%0d%0aX:%20y",
        "/api/panels/%ff",
        "/api/panels/%zz",
        "/assets/%2e%2e/Cargo.toml",
    ] {
        t.path(path, &[400], Reason::Malformed).await;
    }
    for path in
        ["/api", "/api/", "//api/panels/panel-1", "/api//panels/panel-1", "/api/panels/panel-1/", "/API/panels/panel-1"]
    {
        t.path(path, &[404], Reason::Unknown).await;
    }
    // Once decoded, and not again.
    t.path("/api/%70anels", &[404], Reason::Unknown).await;
    t.path("/api/state", &[405], Reason::Unknown).await;
    let long = format!("/api/panels/{}", "x".repeat(3_000));
    t.path(&long, &[414], Reason::Size).await;
    let long = t.head(&format!("DELETE /{}", "x".repeat(70_000)), &["Host: HOST", AUTH], "");
    t.check("a path longer than any", long, Status(&[431]), Reason::Size).await;

    for line in ["TRACE /api/panels/panel-1", "BREW /api/panels/panel-1", "PUT /api/panels/panel-1"] {
        let bytes = t.head(line, &["Host: HOST", AUTH], "");
        t.check(line, bytes, Status(&[405]), Reason::Unknown).await;
    }
    for name in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"] {
        let bytes = t.head("POST /api/panels/reconcile", &["Host: HOST", AUTH, &format!("{name}: DELETE")], "");
        t.check(name, bytes, Status(&[400]), Reason::Malformed).await;
    }
    for path in ["/api/panels/panel-1/activate", "/api/panic", "/api/undo", "/api/pads/16/press", "/api/midi/reconnect"]
    {
        let bytes = t.head(&format!("GET {path}"), &["Host: HOST", AUTH], "");
        t.check(path, bytes, Status(&[405]), Reason::Unknown).await;
    }
    t.finish();
}

#[tokio::test]
async fn bodies_and_heads_that_are_too_much() {
    let mut t = Table::start().await;
    let good = r#"{"type":"pad"}"#;
    // What a form of a stranger's page can send without asking.
    for kind in [
        "Content-Type: text/plain",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Type: multipart/form-data; boundary=x",
        "Content-Type: text/json",
        "Content-Type: application/jsonp",
        "Content-Type:",
        "X-Content-Type: application/json",
    ] {
        t.post(kind, &[kind, "Content-Length: 14"], good, Status(&[415]), Reason::Type).await;
    }
    let two = [JSON, "Content-Type: text/plain", "Content-Length: 14"];
    t.post("two types", &two, good, Status(&[415]), Reason::Type).await;

    for (body, what) in [
        ("", "no body"),
        ("{", "half a body"),
        ("nonsense", "no JSON"),
        (r#"{"type":"pad"}}"#, "more than JSON"),
        (r#"{"type":"pad"} {"type":"pad"}"#, "two bodies"),
        (r#"[]"#, "a list"),
        (r#"{"type":"organ"}"#, "another kind"),
        (r#"{"type":"pad","more":1}"#, "an unknown field"),
        (r#"{"type":"pad","type":"pad"}"#, "a field twice"),
        (r#"{"type":"pad","title":1e999}"#, "a number beyond all"),
        ("\u{feff}{}", "a byte order mark"),
    ] {
        let length = format!("Content-Length: {}", body.len());
        t.post(what, &[JSON, &length], body, Status(&[400]), Reason::Malformed).await;
    }
    let deep = "[".repeat(100_000);
    t.post("a deep body", &[JSON, "Content-Length: 100000"], &deep, Status(&[400]), Reason::Malformed).await;
    let deep = format!("{}1{}", r#"{"a":"#.repeat(20_000), "}".repeat(20_000));
    let length = format!("Content-Length: {}", deep.len());
    t.post("a deep object", &[JSON, &length], &deep, Status(&[400]), Reason::Malformed).await;

    t.post("a long body", &[JSON, "Content-Length: 262145"], "", Status(&[413]), Reason::Size).await;
    let huge = [JSON, "Content-Length: 4611686018427387904"];
    t.post("the longest body", &huge, "", Status(&[413]), Reason::Size).await;
    let chunks = format!("40000\r\n{}\r\n1\r\nx\r\n0\r\n\r\n", " ".repeat(0x40000));
    t.post("a long body in chunks", &[JSON, "Transfer-Encoding: chunked"], &chunks, Status(&[413]), Reason::Size).await;
    let endless = "1\r\n{\r\n";
    t.post("chunks without end", &[JSON, "Transfer-Encoding: chunked"], endless, Status(&[408]), Reason::Slow).await;
    t.post("a body that stays away", &[JSON, "Content-Length: 14"], "{", Status(&[408]), Reason::Slow).await;
    t.post("broken chunks", &[JSON, "Transfer-Encoding: chunked"], "zz\r\n{}\r\n", Status(&[400]), Reason::Malformed)
        .await;
    let both = [JSON, "Content-Length: 14", "Content-Length: 15"];
    t.post("two lengths", &both, good, Status(&[400]), Reason::Malformed).await;
    t.post("no length", &[JSON, "Content-Length: -1"], good, Status(&[400]), Reason::Malformed).await;
    let odd = [JSON, "Transfer-Encoding: chunked, gzip"];
    t.post("another coding", &odd, good, Status(&[400]), Reason::Malformed).await;

    let long = format!("X-Long: {}", "x".repeat(20_000));
    t.delete("a long header", &["Host: HOST", AUTH, &long], &[431], Reason::Size).await;
    let many: Vec<String> = (0..100).map(|n| format!("X-{n}: x")).collect();
    let many: Vec<&str> = ["Host: HOST", AUTH].into_iter().chain(many.iter().map(String::as_str)).collect();
    t.delete("many headers", &many, &[431], Reason::Size).await;
    t.delete("a header without a name", &["Host: HOST", AUTH, ": x"], &[400], Reason::Malformed).await;
    t.delete("a header with NUL", &["Host: HOST", AUTH, "X: \0"], &[400], Reason::Malformed).await;
    t.delete("a folded header", &["Host: HOST", AUTH, "X: a\r\n b"], &[400], Reason::Malformed).await;
    t.check("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", Status(&[400]), Reason::Malformed).await;
    t.check("HTTP/0.9", b"DELETE /api/panels/panel-1\r\n\r\n", Status(&[400]), Reason::Malformed).await;
    t.check("half a head", b"DELETE /api/panels/panel-1 HTTP/1.1\r\nHo", Closed, Reason::Slow).await;
    t.finish();
}

#[tokio::test]
async fn sockets_that_are_not_ours() {
    let mut t = Table::start().await;
    let auth = text(r#"{"type":"auth","token":"the-token-of-the-tests"}"#);
    let delete = text(r#"{"type":"request","id":"1","method":"DELETE","path":"/api/panels/panel-1"}"#);
    let then = |first: &[u8], second: &[u8]| [first, second].concat();

    for origin in
        ["Origin: null", "Origin: http://evil.com", "Origin: http://localhost:1", "Origin: http://10.0.0.1:PORT"]
    {
        t.socket(origin, &[origin, AUTH], &delete, Status(&[403]), Reason::Origin).await;
    }
    let browser = ["Sec-Fetch-Mode: websocket", "Sec-Fetch-Site: same-origin", AUTH];
    t.socket("a browser that names no origin", &browser, &delete, Status(&[403]), Reason::Origin).await;
    t.socket("a wrong token", &["Authorization: Bearer x"], &delete, Status(&[401]), Reason::Token).await;
    t.socket("a silent socket", &[], &[], Code(1008), Reason::Token).await;
    t.socket("a request before the token", &[], &then(&delete, &auth), Code(1008), Reason::Token).await;
    let wrong = text(r#"{"type":"auth","token":"the-token-of-the-test"}"#);
    t.socket("a wrong token inside", &[], &then(&wrong, &delete), Code(1008), Reason::Token).await;
    t.socket("binary before the token", &[], &frame(0x82, b"\0\xff"), Code(1008), Reason::Token).await;
    t.socket("binary after it", &[], &then(&auth, &frame(0x82, b"\0\xff")), Code(1003), Reason::Malformed).await;
    t.socket("no text", &[], &then(&auth, &frame(0x81, b"\xff\xfe")), Code(1007), Reason::Malformed).await;
    t.socket("reserved bits", &[], &then(&auth, &frame(0xf1, b"{}")), Code(1002), Reason::Malformed).await;
    t.socket("an unknown frame", &[], &then(&auth, &frame(0x83, b"{}")), Code(1002), Reason::Malformed).await;
    t.socket("no mask", &[], &then(&auth, b"\x81\x02{}"), Code(1002), Reason::Malformed).await;
    t.socket("a long ping", &[], &then(&auth, &frame(0x89, &[0; 126])), Code(1002), Reason::Malformed).await;
    let huge = b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0";
    t.socket("a frame without measure", &[], &then(&auth, huge), Code(1009), Reason::Size).await;
    let part = frame(0x01, &[b' '; 200_000]);
    let rest = frame(0x80, &[b' '; 200_000]);
    t.socket("a long message in parts", &[], &[&auth[..], &part, &rest].concat(), Code(1009), Reason::Size).await;
    let flood = text(r#"{"type":"resync"}"#).repeat(5_000);
    t.socket("a flood", &[], &then(&auth, &flood), Code(1008), Reason::Rate).await;
    let plain = t.head("GET /ws", &["Host: HOST", AUTH], "");
    t.check("no socket at all", plain, Status(&[400]), Reason::Malformed).await;
    let post = t.head("POST /ws", &["Host: HOST", AUTH], "");
    t.check("another method", post, Status(&[405]), Reason::Unknown).await;
    let old = [UPGRADE[0], UPGRADE[1], UPGRADE[3], "Host: HOST", "Sec-WebSocket-Version: 8", AUTH];
    let old = t.head("GET /ws", &old, "");
    t.check("an old version", old, Status(&[400]), Reason::Malformed).await;
    t.finish();
}

#[tokio::test]
async fn too_many_of_everything() {
    let mut limits = short();
    limits.connections = 3;
    limits.sockets = 1;
    limits.requests_per_sec = 5;
    limits.head_time = Duration::from_secs(20);
    let rig = Rig::start(limits);
    let mut wires = Vec::new();
    for _ in 0..3 {
        wires.push(Wire::connect(rig.addr).await);
    }
    // Each has been accepted once it has been answered.
    for wire in &mut wires {
        assert_eq!(wire.request("GET", "/api/panels", "").await.status, 200);
    }
    let mut late = Wire::connect(rig.addr).await;
    assert_eq!(late.answer().await.map(|answer| answer.status), Some(503));
    assert_eq!(rig.refused(), [Reason::Full]);
    let mut answers = 0;
    while wires[0].request("GET", "/api/panels", "").await.status == 200 {
        answers += 1;
        assert!(answers < 100, "no end to it");
    }
    assert_eq!(rig.refused(), [Reason::Rate]);

    tokio::time::sleep(Duration::from_secs(1)).await;
    let upgrade =
        |rig: &Rig| format!("GET /ws HTTP/1.1\r\nHost: {}\r\n{AUTH}\r\n{}\r\n\r\n", rig.addr, UPGRADE.join("\r\n"));
    wires[1].send(upgrade(&rig)).await;
    assert_eq!(wires[1].answer().await.map(|answer| answer.status), Some(101));
    wires[2].send(upgrade(&rig)).await;
    assert_eq!(wires[2].answer().await.map(|answer| answer.status), Some(503));
    assert_eq!(rig.refused(), [Reason::Full]);
    // Who leaves makes room.
    drop(wires.remove(1));
    let mut wire = Wire::connect(rig.addr).await;
    wire.send(upgrade(&rig)).await;
    assert_eq!(wire.answer().await.map(|answer| answer.status), Some(101));
}

#[tokio::test]
async fn a_refusal_tells_no_secrets() {
    let rig = Rig::start(short());
    let mut wire = Wire::connect(rig.addr).await;
    let bytes =
        format!("GET /api/x%1b?token={TOKEN} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {TOKEN}x\r\n\r\n", rig.addr);
    wire.send(bytes).await;
    let answer = wire.answer().await.expect("an answer");
    let refusals = rig.refusals();
    assert_eq!(refusals.len(), 1);
    assert!(!format!("{refusals:?} {answer:?}").contains(TOKEN));
}
