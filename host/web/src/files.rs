//! Files by ticket: whole or in parts, played or saved, never held in memory as a whole unless they lie there.
//!
//! tower-http's `ServeFile` would do the half of it: it knows paths alone, and what is rendered for a page lies in memory.

use crate::api::{Asked, Of};
use crate::door::Door;
use crate::range::{self, Part};
use crate::refused::{No, Reason};
use crate::tickets::{Content, encoded};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::time::{Instant, UNIX_EPOCH};
use tokio::task::spawn_blocking;

/// Bytes that are read at once.
const BLOCK: usize = 128 * 1024;

/// What a file is, by its name's ending. All else is bytes, whatever is in it: nothing here is run.
const KINDS: &[(&str, &[&str])] = &[
    ("audio/wav", &["wav", "rf64", "bw64", "w64"]),
    ("audio/flac", &["flac"]),
    ("audio/mpeg", &["mp3"]),
    ("audio/ogg", &["ogg", "oga", "opus"]),
    ("audio/mp4", &["m4a", "mp4"]),
    ("audio/aiff", &["aif", "aiff", "aifc"]),
];

/// How a file is wanted.
#[derive(Debug, Deserialize)]
pub(crate) struct How {
    /// There if it is to be saved rather than played.
    download: Option<String>,
}

/// Serves the file of a ticket.
pub(crate) async fn serve(
    State(door): State<Arc<Door>>,
    Of((ticket, name)): Of<(String, String)>,
    Asked(how): Asked<How>,
    headers: HeaderMap,
) -> Result<Response, No> {
    let gone = || {
        let message = "there is no such file, or its address has expired; ask for another";
        No::new(Reason::Unknown, StatusCode::NOT_FOUND, message)
    };
    let content = door.tickets.show(&ticket, &name, Instant::now()).ok_or_else(gone)?;
    let opened = spawn_blocking(move || Opened::new(content)).await.map_err(|_| gone())?.map_err(|_| gone())?;
    let (length, mark) = (opened.length, opened.mark.clone());
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let is_same = text(header::IF_RANGE).is_none_or(|known| known == mark);
    let part = range::wanted(text(header::RANGE).filter(|_| is_same), length);
    let mut response = match part {
        Part::Whole => opened.body(0, length).into_response(),
        Part::Span { first, last } => {
            let mut response = opened.body(first, last - first + 1).into_response();
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            response
        }
        Part::None => {
            No::new(Reason::Malformed, StatusCode::RANGE_NOT_SATISFIABLE, "the file has no such part").into_response()
        }
    };
    let told = response.headers_mut();
    let mut tell = |name: HeaderName, value: String| {
        // What is no header's value cannot come from numbers and encoded names.
        HeaderValue::try_from(value).map(|value| told.insert(name, value)).is_ok()
    };
    tell(header::ACCEPT_RANGES, "bytes".into());
    match part {
        Part::None => _ = tell(header::CONTENT_RANGE, format!("bytes */{length}")),
        Part::Whole => _ = tell(header::CONTENT_LENGTH, length.to_string()),
        Part::Span { first, last } => {
            tell(header::CONTENT_LENGTH, (last - first + 1).to_string());
            tell(header::CONTENT_RANGE, format!("bytes {first}-{last}/{length}"));
        }
    }
    if part != Part::None {
        tell(header::ETAG, mark);
        tell(header::CONTENT_TYPE, kind(&name).into());
        let how = if how.download.is_some() { "attachment" } else { "inline" };
        tell(header::CONTENT_DISPOSITION, format!("{how}; filename*=UTF-8''{}", encoded(&name)));
    }
    Ok(response)
}

fn kind(name: &str) -> &'static str {
    let end = Path::new(name).extension().and_then(|end| end.to_str()).unwrap_or_default();
    let found = KINDS.iter().find(|(_, ends)| ends.iter().any(|known| known.eq_ignore_ascii_case(end)));
    found.map_or("application/octet-stream", |(kind, _)| kind)
}

/// A file to be read from.
struct Opened {
    source: Source,
    length: u64,
    /// What tells it from another that has its name later.
    mark: String,
}

enum Source {
    File(File),
    Memory(Bytes),
}

impl Opened {
    /// Blocks.
    fn new(content: Content) -> io::Result<Self> {
        match content {
            Content::Memory(bytes) => {
                Ok(Self { length: bytes.len() as u64, source: Source::Memory(bytes), mark: "\"memory\"".into() })
            }
            Content::File(path) => {
                // To open a pipe would wait for its other end.
                if !path.metadata()?.is_file() {
                    return Err(io::ErrorKind::InvalidInput.into());
                }
                let file = File::open(path)?;
                let about = file.metadata()?;
                let changed = about.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
                let mark = format!("\"{:x}-{:x}\"", about.len(), changed.as_nanos());
                Ok(Self { source: Source::File(file), length: about.len(), mark })
            }
        }
    }

    /// So many bytes from there on. A file that turns out to be shorter breaks the answer off, which tells.
    fn body(self, first: u64, count: u64) -> Body {
        match self.source {
            Source::Memory(bytes) => Body::from(bytes.slice(first as usize..(first + count) as usize)),
            Source::File(file) => {
                Body::from_stream(stream::try_unfold((file, first, count), |(file, at, left)| async move {
                    if left == 0 {
                        return Ok(None);
                    }
                    let block = spawn_blocking(move || read(file, at, left)).await.map_err(io::Error::other)??;
                    let (file, bytes) = block;
                    let taken = bytes.len() as u64;
                    Ok::<_, io::Error>(Some((bytes, (file, at + taken, left - taken))))
                }))
            }
        }
    }
}

/// The next block. Blocks.
fn read(mut file: File, at: u64, left: u64) -> io::Result<(File, Bytes)> {
    let mut block = vec![0; left.min(BLOCK as u64) as usize];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut block)?;
    Ok((file, block.into()))
}
