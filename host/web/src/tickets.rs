//! Addresses of single files, for those who cannot show a token: media elements and downloads. Nobody can guess one; it is
//! good for an hour after its last use, and gone with the server.

use crate::request::Refusal;
use crate::shape::Ticket;
use axum::body::Bytes;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a ticket is good after its last use.
const GOOD: Duration = Duration::from_secs(3_600);
/// Tickets at once: one more and the one that was used longest ago ends.
const AT_ONCE: usize = 256;
/// Bytes at once of files that lie in memory: more and those that were used longest ago end.
const IN_MEMORY: usize = 64 << 20;
/// Random bytes of a ticket.
const RANDOM: usize = 16;

/// The tickets of a server. Clones share them: who issues, and who serves.
#[derive(Clone, Debug, Default)]
pub struct Tickets(Arc<Mutex<Book>>);

/// What a ticket stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// A file of the computer.
    File(PathBuf),
    /// A file that is nowhere else.
    Memory(Bytes),
}

impl Content {
    fn memory(&self) -> usize {
        match self {
            Self::File(_) => 0,
            Self::Memory(bytes) => bytes.len(),
        }
    }
}

#[derive(Debug)]
struct Entry {
    name: String,
    content: Content,
    used: Instant,
}

#[derive(Debug, Default)]
struct Book(HashMap<String, Entry>);

impl Tickets {
    /// An address for a file, which is looked for whenever somebody comes with it. `name` is what it is called there and
    /// what it is saved as; its ending says what it is. The same file has one address for as long as that is good. Any.
    ///
    /// # Errors
    ///
    /// The system gives no random numbers.
    pub fn file(&self, path: impl Into<PathBuf>, name: &str) -> Result<Ticket, Refusal> {
        self.issue(Content::File(path.into()), name, Instant::now())
    }

    /// An address for bytes that are kept in memory until it ends. Any.
    ///
    /// # Errors
    ///
    /// They are more than all that may be kept so, 64 MiB, or the system gives no random numbers.
    pub fn bytes(&self, bytes: Vec<u8>, name: &str) -> Result<Ticket, Refusal> {
        if bytes.len() > IN_MEMORY {
            return Err(Refusal::Failed(format!("{} bytes are too many to be kept in memory", bytes.len())));
        }
        self.issue(Content::Memory(bytes.into()), name, Instant::now())
    }

    fn issue(&self, content: Content, name: &str, now: Instant) -> Result<Ticket, Refusal> {
        let name = plain(name);
        let mut book = self.lock();
        book.forget(now);
        let known = book.0.iter_mut().find(|(_, entry)| entry.name == name && entry.content == content);
        if let Some((ticket, entry)) = known {
            entry.used = now;
            return Ok(address(ticket, &name));
        }
        let mut random = [0; RANDOM];
        getrandom::fill(&mut random)
            .map_err(|error| Refusal::Failed(format!("the system gives no random numbers: {error}")))?;
        let ticket: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        book.make_room(content.memory());
        let address = address(&ticket, &name);
        book.0.insert(ticket, Entry { name, content, used: now });
        Ok(address)
    }

    /// What a ticket stands for, if it is good and of a file of this name.
    pub(crate) fn show(&self, ticket: &str, name: &str, now: Instant) -> Option<Content> {
        let mut book = self.lock();
        book.forget(now);
        let entry = book.0.get_mut(ticket).filter(|entry| entry.name == name)?;
        entry.used = now;
        Some(entry.content.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    /// Forgets what is good no more.
    fn forget(&mut self, now: Instant) {
        self.0.retain(|_, entry| now.saturating_duration_since(entry.used) < GOOD);
    }

    /// Forgets what was used longest ago until there is room for one more with so many bytes.
    fn make_room(&mut self, bytes: usize) {
        while self.0.len() >= AT_ONCE {
            self.forget_oldest(|_| true);
        }
        while bytes > 0 && self.0.values().map(|entry| entry.content.memory()).sum::<usize>() + bytes > IN_MEMORY {
            self.forget_oldest(|entry| entry.content.memory() > 0);
        }
    }

    fn forget_oldest(&mut self, is_meant: impl Fn(&Entry) -> bool) {
        let oldest = self.0.iter().filter(|(_, entry)| is_meant(entry)).min_by_key(|(_, entry)| entry.used);
        if let Some(ticket) = oldest.map(|(ticket, _)| ticket.clone()) {
            self.0.remove(&ticket);
        }
    }
}

/// A name that every door lets through.
fn plain(name: &str) -> String {
    let letter = |c: char| if c.is_control() || "/\\".contains(c) { '_' } else { c };
    let name: String = name.chars().map(letter).collect();
    if name.trim_matches('.').is_empty() { "file".into() } else { name }
}

fn address(ticket: &str, name: &str) -> Ticket {
    Ticket { url: format!("/files/{ticket}/{}", encoded(name)) }
}

/// A text as `%xx` but for letters and digits, for paths and headers.
pub(crate) fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket_of(ticket: &Ticket) -> String {
        ticket.url.split('/').nth(2).expect("a ticket").to_owned()
    }

    #[test]
    fn a_file_has_one_address_until_it_was_not_used_for_an_hour() {
        let tickets = Tickets::default();
        let file = || Content::File("song.wav".into());
        let start = Instant::now();
        let address = tickets.issue(file(), "song 1.wav", start).expect("a ticket");
        assert!(address.url.ends_with("/song%201.wav"), "{address:?}");
        let ticket = ticket_of(&address);
        assert_eq!(ticket.len(), 2 * RANDOM);
        let nearly = GOOD - Duration::from_secs(1);
        assert_eq!(tickets.issue(file(), "song 1.wav", start + nearly), Ok(address.clone()));
        assert_eq!(tickets.show(&ticket, "song 1.wav", start + 2 * nearly), Some(file()));
        assert_eq!(tickets.show(&ticket, "song.wav", start + 2 * nearly), None, "of another name");
        assert_eq!(tickets.show(&ticket, "song 1.wav", start + 2 * nearly + GOOD), None);
        assert_ne!(tickets.issue(file(), "song 1.wav", start + 3 * GOOD), Ok(address));
    }

    #[test]
    fn one_too_many_ends_the_one_used_longest_ago() {
        let tickets = Tickets::default();
        let start = Instant::now();
        let at = |n: usize| start + Duration::from_millis(n as u64);
        let issue = |n: usize| {
            let content = Content::File(n.to_string().into());
            ticket_of(&tickets.issue(content, "a.wav", at(n)).expect("a ticket"))
        };
        let all: Vec<String> = (0..AT_ONCE).map(issue).collect();
        assert!(tickets.show(&all[0], "a.wav", at(AT_ONCE)).is_some());
        issue(AT_ONCE + 1);
        let good = |n: usize| tickets.show(&all[n], "a.wav", at(AT_ONCE + 2)).is_some();
        assert_eq!((good(0), good(1), good(2)), (true, false, true));
    }

    #[test]
    fn memory_is_bounded() {
        let tickets = Tickets::default();
        let third = IN_MEMORY / 3;
        let kept: Vec<String> =
            (0..4_u8).map(|n| ticket_of(&tickets.bytes(vec![n; third], "preview.wav").expect("a ticket"))).collect();
        let file = ticket_of(&tickets.file("song.wav", "song.wav").expect("a ticket"));
        let good = |ticket: &String, name: &str| tickets.show(ticket, name, Instant::now()).is_some();
        assert_eq!(kept.iter().filter(|ticket| good(ticket, "preview.wav")).count(), 3);
        assert!(!good(&kept[0], "preview.wav") && good(&file, "song.wav"));
        assert!(matches!(tickets.bytes(vec![0; IN_MEMORY + 1], "big.wav"), Err(Refusal::Failed(_))));
    }

    #[test]
    fn names_pass_every_door() {
        for (name, expected) in [
            ("..", "file"),
            ("", "file"),
            ("a/b\\c\n.wav", "a_b_c_.wav"),
            ("Schläge & Bässe.flac", "Schl%C3%A4ge%20%26%20B%C3%A4sse.flac"),
        ] {
            let url = Tickets::default().file("x", name).expect("a ticket").url;
            assert!(url.ends_with(&format!("/{expected}")), "{name}: {url}");
            assert!(crate::guard::path(&url).is_ok(), "{url}");
        }
    }
}
