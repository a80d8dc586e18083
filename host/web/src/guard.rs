//! What a request has to be before anybody looks at where it goes: addressed to us, from a page of ours, plain, authorized.

use crate::Token;
use crate::hosts::{Authority, Hosts};
use crate::refused::{No, Reason};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use std::net::IpAddr;

/// Headers that ask for another method than the request has.
const OVERRIDES: [&str; 3] = ["x-http-method", "x-http-method-override", "x-method-override"];
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Refuses what is not addressed to us, not from us, or not plain. `local` is the address that the connection came in on.
pub(crate) fn check(parts: &Parts, hosts: &Hosts, local: IpAddr, uri_bytes: usize) -> Result<(), No> {
    host(parts, hosts, local)?;
    if parts.uri.path_and_query().is_some_and(|path| path.as_str().len() > uri_bytes) {
        return Err(No::new(Reason::Size, StatusCode::URI_TOO_LONG, "the path is too long"));
    }
    origin(parts, hosts, local)?;
    if OVERRIDES.iter().any(|name| parts.headers.contains_key(*name)) {
        return Err(No::malformed("a request's method is its method: leave the override header out"));
    }
    path(parts.uri.path())
}

/// One `Host`, of the list; where the request line names a host too, that as well.
fn host(parts: &Parts, hosts: &Hosts, local: IpAddr) -> Result<(), No> {
    let said = single(&parts.headers, &header::HOST)
        .map_err(|()| No::new(Reason::Host, StatusCode::BAD_REQUEST, "more than one host header"))?
        .ok_or_else(|| No::new(Reason::Host, StatusCode::BAD_REQUEST, "no host header"))?;
    let ours = |text: &str| Authority::parse(text).is_some_and(|host| hosts.allows(&host, local));
    if ours(said) && parts.uri.authority().is_none_or(|authority| ours(authority.as_str())) {
        return Ok(());
    }
    Err(No::new(
        Reason::Host,
        StatusCode::FORBIDDEN,
        "this server does not answer to that name; open it as localhost, or allow the name where it is started",
    ))
}

/// An `Origin`, where there is one, of ours; and where a browser says that a stranger's page asks, only the page itself may
/// be opened. A browser names the origin of every socket.
fn origin(parts: &Parts, hosts: &Hosts, local: IpAddr) -> Result<(), No> {
    let foreign = || {
        let message = "another page may not use this server; open the server's own";
        Err(No::new(Reason::Origin, StatusCode::FORBIDDEN, message))
    };
    match single(&parts.headers, &header::ORIGIN) {
        Ok(Some(origin)) if !hosts.owns(origin, local) => return foreign(),
        Ok(Some(_)) => {}
        Ok(None) if parts.uri.path() == "/ws" && parts.headers.contains_key(SEC_FETCH_MODE) => return foreign(),
        Ok(None) => {}
        Err(()) => return foreign(),
    }
    let path = parts.uri.path();
    let inside = path.starts_with("/api") || path.starts_with("/files/") || path == "/ws";
    match single(&parts.headers, &SEC_FETCH_SITE) {
        Ok(None | Some("same-origin" | "none")) => Ok(()),
        Ok(Some(_)) if !inside => Ok(()),
        _ => foreign(),
    }
}

/// No segment that could be taken for more than a name. Nothing here is a file; this keeps it so whatever comes.
pub(crate) fn path(path: &str) -> Result<(), No> {
    let plain = path.split('/').all(|segment| {
        decode(segment).is_some_and(|name| {
            name != "." && name != ".." && !name.chars().any(|c| c == '/' || c == '\\' || c.is_control())
        })
    });
    if path.starts_with('/') && plain {
        return Ok(());
    }
    Err(No::malformed("the path has a part that cannot be a name"))
}

/// A segment with its `%xx` made bytes, once; nothing if they are broken or no text.
fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let mut digit = || rest.next().and_then(|d| char::from(d).to_digit(16));
            (digit()? * 16 + digit()?) as u8
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}

/// True if the request shows the token; false if it shows nothing.
///
/// # Errors
///
/// It shows something else.
pub(crate) fn authorized(headers: &HeaderMap, token: Option<&Token>) -> Result<bool, No> {
    let Some(token) = token else { return Ok(true) };
    let wrong = || Err(no_token("the token is wrong; take the link that the server printed"));
    match single(headers, &header::AUTHORIZATION) {
        Ok(None) => Ok(false),
        Ok(Some(said)) => match said.split_once(' ') {
            Some((scheme, said)) if scheme.eq_ignore_ascii_case("bearer") && token.is(said.trim()) => Ok(true),
            _ => wrong(),
        },
        Err(()) => wrong(),
    }
}

pub(crate) fn no_token(message: &str) -> No {
    No::new(Reason::Token, StatusCode::UNAUTHORIZED, message)
}

/// True for a body that is said to be JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    is_said_to_be(headers, "application/json")
}

/// True for a body that is said to be bytes of any kind: no page of a stranger can send one unasked.
pub(crate) fn is_bytes(headers: &HeaderMap) -> bool {
    is_said_to_be(headers, "application/octet-stream")
}

fn is_said_to_be(headers: &HeaderMap, kind: &str) -> bool {
    let Ok(Some(said)) = single(headers, &header::CONTENT_TYPE) else { return false };
    said.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(kind))
}

/// The header's value, if there is one; an error if there are several or it is no text.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
        _ => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    #[track_caller]
    fn check(uri: &str, headers: &[(&str, &str)], expected: Option<(Reason, u16)>) {
        let mut request = Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        let local = "127.0.0.1".parse().expect("an address");
        let hosts = Hosts::new("127.0.0.1:80".parse().expect("an address"), &[]).expect("no names");
        let found = super::check(&parts, &hosts, local, 100).err().map(|no| (no.reason, no.status.as_u16()));
        assert_eq!(found, expected, "{uri} {headers:?}");
    }

    #[test]
    fn only_what_is_ours_passes() {
        let host = ("host", "localhost");
        check("/api/panels", &[host], None);
        check("/api/panels", &[], Some((Reason::Host, 400)));
        check("/api/panels", &[host, host], Some((Reason::Host, 400)));
        check("/api/panels", &[("host", "evil.com")], Some((Reason::Host, 403)));
        check("http://evil.com/api/panels", &[host], Some((Reason::Host, 403)));
        check("http://127.0.0.1/api/panels", &[host], None);
        check(&format!("/{}", "x".repeat(100)), &[host], Some((Reason::Size, 414)));
        check("/api/panels", &[host, ("origin", "http://localhost")], None);
        check("/api/panels", &[host, ("origin", "null")], Some((Reason::Origin, 403)));
        check("/ws", &[host, ("sec-fetch-mode", "websocket")], Some((Reason::Origin, 403)));
        check("/ws", &[host], None);
        for (site, path, passes) in [
            ("same-origin", "/api/state", true),
            ("none", "/api/state", true),
            ("cross-site", "/", true),
            ("cross-site", "/api/state", false),
            ("cross-site", "/files/a/b.wav", false),
            ("same-site", "/ws", false),
        ] {
            check(path, &[host, ("sec-fetch-site", site)], (!passes).then_some((Reason::Origin, 403)));
        }
        check("/", &[host, ("x-http-method-override", "DELETE")], Some((Reason::Malformed, 400)));
    }

    #[test]
    fn a_path_is_names() {
        for (text, plain) in [
            ("/", true),
            ("/api/presets/My%20Preset/pads/cc14:1", true),
            ("/api/presets/%C3%A4", true),
            ("/api/presets/100%25", true),
            ("/a/../b", false),
            ("/a/./b", false),
            ("/a/%2e%2e/b", false),
            ("/a/%2E./b", false),
            ("/a%2fb", false),
            ("/a%5cb", false),
            ("/a\\b", false),
            ("/a%00", false),
            ("/a%0d%0ab", false),
            ("/a%7f", false),
            ("/a%ff", false),
            ("/a%2", false),
            ("/a%zz", false),
            ("a", false),
            ("*", false),
        ] {
            assert_eq!(path(text).is_ok(), plain, "{text}");
        }
    }
}
