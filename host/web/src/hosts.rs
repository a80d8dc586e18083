//! The names under which the server may be addressed, and the pages that may speak to it.
//!
//! A page of a stranger may have its own name point here (DNS rebinding), so a request is believed only if it is addressed to
//! a name of this list; and what a page sends bears its origin, which has to be one of ours, port and all.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// A host and its port as headers name them, in lower case, without a trailing dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authority {
    host: String,
    port: Option<u16>,
}

impl Authority {
    /// Nothing but `name`, `name:port`, `1.2.3.4:port` or `[::1]:port`.
    pub fn parse(text: &str) -> Option<Self> {
        let (host, port) = if let Some(rest) = text.strip_prefix('[') {
            let (address, port) = rest.split_once(']')?;
            let address: Ipv6Addr = address.parse().ok()?;
            (literal(IpAddr::V6(address)), port)
        } else {
            let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            let name = name.strip_suffix('.').unwrap_or(name);
            let fits = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
            if name.is_empty() || !name.chars().all(fits) {
                return None;
            }
            (name.to_ascii_lowercase(), port)
        };
        let port = match port.strip_prefix(':') {
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => Some(digits.parse().ok()?),
            None if port.is_empty() => None,
            _ => return None,
        };
        Some(Self { host, port })
    }
}

/// An address as it stands in a `Host` header.
fn literal(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// The allow-list.
#[derive(Clone, Debug)]
pub(crate) struct Hosts {
    /// Always ours.
    own: Vec<String>,
    /// Named by whoever runs the server; perhaps behind a proxy with a port and a certificate of its own.
    named: Vec<Authority>,
    port: u16,
}

impl Hosts {
    /// The list of a server that listens here. The name that cannot be one is given back.
    pub fn new(bound: SocketAddr, named: &[String]) -> Result<Self, String> {
        let mut own = vec!["localhost".into(), "127.0.0.1".into(), "[::1]".into()];
        if !bound.ip().is_unspecified() {
            own.push(literal(bound.ip()));
        }
        let named = named.iter().map(|name| Authority::parse(name).ok_or_else(|| name.clone()));
        Ok(Self { own, named: named.collect::<Result<_, _>>()?, port: bound.port() })
    }

    /// True if a request that came in on the address `local` may be addressed so.
    pub fn allows(&self, host: &Authority, local: IpAddr) -> bool {
        let ours = host.port.is_none_or(|port| port == self.port) && self.is_own(host, local);
        ours || self
            .named
            .iter()
            .any(|name| name.host == host.host && host.port.is_none_or(|port| port == name.port.unwrap_or(self.port)))
    }

    /// True if a page of this origin may speak to us.
    pub fn owns(&self, origin: &str, local: IpAddr) -> bool {
        let (secure, authority) = match (origin.strip_prefix("http://"), origin.strip_prefix("https://")) {
            (Some(rest), _) => (false, rest),
            (None, Some(rest)) => (true, rest),
            _ => return false,
        };
        let Some(page) = Authority::parse(authority) else { return false };
        let port = page.port.unwrap_or(if secure { 443 } else { 80 });
        let ours = !secure && port == self.port && self.is_own(&page, local);
        // A proxy that was named without a port is at the usual one, or at ours.
        ours || self.named.iter().any(|name| {
            name.host == page.host && name.port.map_or(page.port.is_none() || port == self.port, |named| named == port)
        })
    }

    fn is_own(&self, host: &Authority, local: IpAddr) -> bool {
        self.own.contains(&host.host) || host.host == literal(local.to_canonical())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(bound: &str) -> Hosts {
        let named = ["studio.local".to_string(), "Band.example.:9000".to_string()];
        Hosts::new(bound.parse().expect("an address"), &named).expect("names")
    }

    #[track_caller]
    fn host(text: &str, allowed: bool) {
        let local = "10.0.0.5".parse().expect("an address");
        let host = Authority::parse(text);
        assert_eq!(host.is_some_and(|host| hosts("0.0.0.0:8741").allows(&host, local)), allowed, "{text}");
    }

    #[track_caller]
    fn origin(text: &str, own: bool) {
        let local = "127.0.0.1".parse().expect("an address");
        assert_eq!(hosts("127.0.0.1:8741").owns(text, local), own, "{text}");
    }

    #[test]
    fn only_our_names_are_ours() {
        for text in ["localhost:8741", "LocalHost:8741", "localhost.:8741", "localhost", "127.0.0.1:8741", "[::1]:8741"]
        {
            host(text, true);
        }
        for text in
            ["[0:0:0:0:0:0:0:1]:8741", "10.0.0.5:8741", "studio.local:8741", "studio.local", "band.example:9000"]
        {
            host(text, true);
        }
        for text in ["", ".", ":8741", "localhost:", "localhost:80", "localhost:08741x", "localhost:+8741"] {
            // An empty port is no port, as browsers read it; then the name decides.
            host(text, false);
        }
        for text in ["evil.com", "localhost.evil.com:8741", "evil.localhost:8741", "localhost..:8741", "127.1:8741"] {
            host(text, false);
        }
        for text in ["0.0.0.0:8741", "10.0.0.6:8741", "2130706433:8741", "[::]:8741", "[::1", "::1", "[::1]8741"] {
            host(text, false);
        }
        for text in ["user@localhost:8741", "localhost/:8741", "localhost:8741/", "local host", "localhost,evil.com"] {
            host(text, false);
        }
        for text in
            ["localhost:8741:8741", "band.example:8741", "studio.local:9000", "localhost:65536", "l\u{f6}calhost"]
        {
            host(text, false);
        }
    }

    #[test]
    fn only_our_pages_are_ours() {
        for text in ["http://localhost:8741", "http://127.0.0.1:8741", "http://[::1]:8741", "http://studio.local:8741"]
        {
            origin(text, true);
        }
        for text in
            ["https://studio.local", "http://studio.local", "http://band.example:9000", "https://band.example:9000"]
        {
            origin(text, true);
        }
        for text in ["null", "", "http://", "localhost:8741", "http://localhost", "http://localhost:3000", "file://"] {
            origin(text, false);
        }
        for text in [
            "https://localhost:8741",
            "http://localhost:8741/",
            "http://localhost.evil.com:8741",
            "ws://localhost:8741",
        ] {
            origin(text, false);
        }
        for text in
            ["http://10.0.0.5:8741", "http://evil.com", "http://localhost:8741@evil.com", "http://band.example:8741"]
        {
            origin(text, false);
        }
    }

    #[test]
    fn a_name_that_is_none_is_named() {
        let bound = "127.0.0.1:1".parse().expect("an address");
        assert_eq!(Hosts::new(bound, &["http://x".into()]).err(), Some("http://x".into()));
    }
}
