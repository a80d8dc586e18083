//! Bytes at any place of a file, a page at a time.

use std::io::{self, Read, Seek, SeekFrom};
use symphonia::core::io::{MediaSource, MediaSourceStream};

/// What a recording may be read from.
pub trait Bytes: Read + Seek + Send + Sync {}

impl<T: Read + Seek + Send + Sync> Bytes for T {}

/// Bytes that are fetched together at first: a header costs no more.
const LEAST_PAGE: usize = 1 << 12;
/// Bytes that are fetched together at most, once a file is read from place to place.
const MOST_PAGE: usize = 1 << 16;

/// A file with the page around the place that was looked at last. Pages grow as it is read on and on. What is added to the
/// file after it was opened is not seen.
pub(super) struct Input {
    bytes: Box<dyn Bytes>,
    /// Bytes that were there when it was opened.
    length: u64,
    page: Vec<u8>,
    page_at: u64,
    /// Bytes that are fetched next, if no more are asked for.
    stride: usize,
}

impl Input {
    pub(super) fn new(mut bytes: Box<dyn Bytes>) -> io::Result<Self> {
        let length = bytes.seek(SeekFrom::End(0))?;
        Ok(Self { bytes, length, page: Vec::new(), page_at: 0, stride: LEAST_PAGE })
    }

    /// Bytes in all.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Up to `length` bytes from `offset` on: fewer only where the file ends.
    pub(super) fn at(&mut self, offset: u64, length: usize) -> io::Result<&[u8]> {
        let available = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let length = length.min(available);
        let page_end = self.page_at + self.page.len() as u64;
        if offset < self.page_at || offset + length as u64 > page_end {
            let reads_on = !self.page.is_empty() && (self.page_at..=page_end).contains(&offset);
            self.stride = if reads_on { (2 * self.stride).min(MOST_PAGE) } else { LEAST_PAGE };
            self.fetch(offset, length.max(self.stride.min(available)))?;
        }
        let start = (offset - self.page_at) as usize;
        let end = (start + length).min(self.page.len());
        Ok(&self.page[start.min(end)..end])
    }

    /// Exactly `N` bytes from `offset` on, if there are so many.
    pub(super) fn array<const N: usize>(&mut self, offset: u64) -> io::Result<Option<[u8; N]>> {
        Ok(self.at(offset, N)?.try_into().ok())
    }

    fn fetch(&mut self, offset: u64, length: usize) -> io::Result<()> {
        self.page.resize(length, 0);
        self.page_at = offset;
        let mut filled = 0;
        self.bytes.seek(SeekFrom::Start(offset))?;
        while filled < length {
            match self.bytes.read(&mut self.page[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.page.clear();
                    return Err(error);
                }
            }
        }
        // The file has become shorter since it was opened.
        self.page.truncate(filled);
        Ok(())
    }

    /// The same bytes from `start` on, as the container library wants them.
    pub(super) fn into_stream(self, start: u64) -> io::Result<MediaSourceStream<'static>> {
        let mut rest = Rest { bytes: self.bytes, start, length: self.length.saturating_sub(start), position: 0 };
        rest.seek(SeekFrom::Start(0))?;
        Ok(MediaSourceStream::new(Box::new(rest), Default::default()))
    }
}

/// A file from some place on.
struct Rest {
    bytes: Box<dyn Bytes>,
    start: u64,
    length: u64,
    position: u64,
}

impl Read for Rest {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(self.position)).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let read = self.bytes.read(&mut buffer[..wanted])?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for Rest {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        let position = position.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        let absolute = self.start.checked_add(position).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        self.bytes.seek(SeekFrom::Start(absolute))?;
        self.position = position;
        Ok(position)
    }
}

impl MediaSource for Rest {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length)
    }
}
