//! Protocol buffers read from a file without trusting a length: every message ends within the one around it, and bytes
//! that nobody asked for are stepped over, not loaded.

use std::io::{self, BufReader, ErrorKind, Read, Seek};

/// A file whose fields are read one after the other.
pub(super) struct Wire<R> {
    reader: BufReader<R>,
    position: u64,
}

/// What follows a field's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A number.
    Number(u64),
    /// Text, bytes or a message up to this place.
    Until(u64),
}

impl<R: Read + Seek> Wire<R> {
    pub fn new(reader: R) -> Self {
        Self { reader: BufReader::new(reader), position: 0 }
    }

    pub fn position(&self) -> u64 {
        self.position
    }

    /// The next field of a message that ends at `end`, or `None` there. The content of an earlier field must have been
    /// read or skipped.
    pub fn field(&mut self, end: u64) -> io::Result<Option<(u64, Content)>> {
        if self.position >= end {
            return Ok(None);
        }
        let key = self.number(end)?;
        let content = match key & 7 {
            0 => Content::Number(self.number(end)?),
            1 => {
                self.skip_to(self.position.saturating_add(8), end)?;
                Content::Number(0)
            }
            2 => {
                let length = self.number(end)?;
                let until = self.position.checked_add(length).filter(|until| *until <= end);
                Content::Until(until.ok_or_else(|| damage("a length that reaches beyond its message"))?)
            }
            5 => {
                self.skip_to(self.position.saturating_add(4), end)?;
                Content::Number(0)
            }
            _ => return Err(damage("a field of an unknown type")),
        };
        Ok(Some((key >> 3, content)))
    }

    /// Steps over everything up to a place within the message.
    pub fn skip_to(&mut self, place: u64, end: u64) -> io::Result<()> {
        let ahead = place.checked_sub(self.position).filter(|_| place <= end);
        let ahead = ahead.and_then(|ahead| i64::try_from(ahead).ok());
        self.reader.seek_relative(ahead.ok_or_else(|| damage("a field that reaches beyond its message"))?)?;
        self.position = place;
        Ok(())
    }

    /// Text up to a place, at most `most` bytes of it.
    pub fn text(&mut self, until: u64, most: u64) -> io::Result<String> {
        let length = until.saturating_sub(self.position);
        if length > most {
            return Err(damage("a name of more than 64 KiB"));
        }
        let mut bytes = vec![0; length as usize];
        self.reader.read_exact(&mut bytes)?;
        self.position = until;
        String::from_utf8(bytes).map_err(|_| damage("text that is not UTF-8"))
    }

    /// A number of one to ten bytes, seven bits each.
    pub fn number(&mut self, end: u64) -> io::Result<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            if self.position >= end {
                return Err(damage("a number that is cut off"));
            }
            let mut byte = [0];
            self.reader.read_exact(&mut byte)?;
            self.position += 1;
            value |= u64::from(byte[0] & 0x7f) << shift;
            if byte[0] & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(damage("a number of more than ten bytes"))
    }
}

/// Bytes that are no protocol buffer.
pub(super) fn damage(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn check(bytes: &[u8], expected: Result<Vec<(u64, Content)>, ErrorKind>) {
        let end = bytes.len() as u64;
        let mut wire = Wire::new(Cursor::new(bytes));
        let mut fields = Vec::new();
        let read = loop {
            match wire.field(end) {
                Ok(None) => break Ok(fields),
                Ok(Some((number, content))) => {
                    fields.push((number, content));
                    if let Content::Until(until) = content
                        && let Err(error) = wire.skip_to(until, end)
                    {
                        break Err(error.kind());
                    }
                }
                Err(error) => break Err(error.kind()),
            }
        };
        assert_eq!(read, expected, "{bytes:x?}");
    }

    #[test]
    fn fields_are_read_and_lengths_are_not_trusted() {
        check(&[], Ok(vec![]));
        check(&[0x08, 0x96, 0x01], Ok(vec![(1, Content::Number(150))]));
        check(&[0x12, 0x02, 0xff, 0xff, 0x18, 0x01], Ok(vec![(2, Content::Until(4)), (3, Content::Number(1))]));
        check(
            &[0x0d, 0, 0, 0, 0, 0x11, 0, 0, 0, 0, 0, 0, 0, 0],
            Ok(vec![(1, Content::Number(0)), (2, Content::Number(0))]),
        );
        for damaged in [
            &[0x12, 0x03, 0xff][..],
            &[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            &[0x08, 0x80],
            &[0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
            &[0x0b],
            &[0x0d, 0, 0],
        ] {
            check(damaged, Err(ErrorKind::InvalidData));
        }
    }
}
