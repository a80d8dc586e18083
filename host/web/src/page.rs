//! The pages, built in: markup, code and style are files of their own, so that nothing inline has to be allowed.
//!
//! The page itself is made by its own build (`page/`), which may not have run; then the plain one, which needs none, is
//! shown in its place and says how to have the other.

use crate::api::unknown;
use crate::config::Scope;
use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flate2::read::GzDecoder;
use std::borrow::Cow;
use std::fmt::Write;
use std::io::Read;

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const IMAGE: &str = "image/svg+xml";

const PLAIN: &str = include_str!("../plain/index.html");
const PIPELINE: &str = include_str!("../plain/pipeline.html");

/// Path, type and text of each file of the plain pages.
const FILES: [(&str, &str, &str); 4] = [
    ("/plain/app.js", SCRIPT, include_str!("../plain/app.js")),
    ("/plain/pipeline.js", SCRIPT, include_str!("../plain/pipeline.js")),
    ("/plain/style.css", STYLE, include_str!("../plain/style.css")),
    ("/plain/icon.svg", IMAGE, include_str!("../plain/icon.svg")),
];

/// What the page's build has left, every file compressed by gzip. Without optimisation it is read from the disk as it is now.
#[derive(rust_embed::Embed)]
#[folder = "dist/page"]
#[allow_missing = true]
struct Built;

/// What in the page's markup stands for a number that is used once: style sheets with it may be put in by the page's code.
const NONCE: &str = "%NONCE%";
/// Bytes of such a number.
const NONCE_BYTES: usize = 16;

/// The files' routes.
pub(crate) fn routes(scope: Scope) -> Router {
    let mut plain = vec![("/pipeline", HTML, PIPELINE)];
    let home = match scope {
        Scope::Studio => {
            plain.push(("/plain", HTML, PLAIN));
            Router::new()
                .route("/", get(home))
                .route("/icon.svg", get(|headers: HeaderMap| built("icon.svg".into(), IMAGE, false, headers)))
                .route("/assets/{file}", get(asset))
        }
        Scope::Pipeline => {
            plain.push(("/", HTML, PIPELINE));
            Router::new()
        }
    };
    plain
        .into_iter()
        .chain(FILES)
        .fold(home, |router, (path, kind, text)| router.route(path, get(move || text_of(kind, text))))
}

async fn text_of(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, kind)], text)
}

/// The page, with a policy that lets its own code bring style sheets, and media that it has been given.
async fn home() -> Response {
    let Some(markup) = Built::get("index.html.gz").and_then(|file| text(&file.data)) else {
        return text_of(HTML, PLAIN).await.into_response();
    };
    let mut bytes = [0; NONCE_BYTES];
    // Without randomness there is no such number, and such style sheets are not let in.
    let nonce = getrandom::fill(&mut bytes).map_or_else(|_| String::new(), |()| hex(&bytes));
    let style = if nonce.is_empty() { String::new() } else { format!(" 'nonce-{nonce}'") };
    let policy = format!(
        "default-src 'self'; style-src 'self'{style}; img-src 'self' data: blob:; media-src 'self' blob:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    );
    let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let headers = [(CONTENT_TYPE, HeaderValue::from_static(HTML)), (CONTENT_SECURITY_POLICY, policy)];
    (headers, markup.replace(NONCE, &nonce)).into_response()
}

/// Code, style and pictures. Their names change with what is in them.
async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let kind = match name.rsplit('.').next() {
        Some("js") => SCRIPT,
        Some("css") => STYLE,
        Some("svg") => IMAGE,
        _ => "application/octet-stream",
    };
    built(format!("assets/{name}"), kind, true, headers).await
}

/// A built file, as it is stored if the client takes that.
async fn built(path: String, kind: &'static str, is_fixed: bool, asked: HeaderMap) -> Response {
    let Some(file) = Built::get(&format!("{path}.gz")) else {
        return unknown().await.into_response();
    };
    let mut headers = HeaderMap::new();
    let put = |headers: &mut HeaderMap, name: HeaderName, value| headers.insert(name, HeaderValue::from_static(value));
    put(&mut headers, CONTENT_TYPE, kind);
    put(&mut headers, VARY, "accept-encoding");
    if is_fixed {
        put(&mut headers, CACHE_CONTROL, "private, max-age=31536000, immutable");
    }
    if takes_gzip(&asked) {
        put(&mut headers, CONTENT_ENCODING, "gzip");
        let stored = match file.data {
            Cow::Borrowed(stored) => Bytes::from_static(stored),
            Cow::Owned(stored) => stored.into(),
        };
        return (headers, stored).into_response();
    }
    match text(&file.data) {
        Some(text) => (headers, text).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let all = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(',')).any(|coding| {
        let mut words = coding.split(';').map(str::trim);
        matches!(words.next(), Some("gzip" | "*"))
            && !words.any(|word| matches!(word, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn text(stored: &[u8]) -> Option<String> {
    let mut text = String::new();
    GzDecoder::new(stored).read_to_string(&mut text).ok().map(|_| text)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        for (said, takes) in [
            ("gzip", true),
            ("br, gzip;q=0.5", true),
            ("*", true),
            ("br", false),
            ("gzip;q=0", false),
            ("gzip; q=0.0, br", false),
            ("", false),
        ] {
            let headers = [(header::ACCEPT_ENCODING, HeaderValue::from_static(said))].into_iter().collect();
            assert_eq!(takes_gzip(&headers), takes, "{said}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
