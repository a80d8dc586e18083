//! Lines of bounded length out of a stream that may have anything in it.

use std::io::{self, BufRead};

/// The longest line that either side reads, in bytes without its end.
pub const MAX_LINE: usize = 1 << 20;

/// What stands between two line ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// All of it.
    Whole(Vec<u8>),
    /// More than is read: told as soon as it is known, the rest is skipped.
    TooLong,
}

/// Cuts a stream into lines, with memory for one of them.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: R,
    most: usize,
    skipping: bool,
}

impl<R: BufRead> Lines<R> {
    pub fn new(input: R, most: usize) -> Self {
        Self { input, most, skipping: false }
    }

    /// The next line; `None` at the stream's end. A last line needs no end. Empty ones are passed over. Blocks.
    pub fn next(&mut self) -> io::Result<Option<Line>> {
        let mut line = Vec::new();
        loop {
            let bytes = match self.input.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if bytes.is_empty() {
                return Ok((!line.is_empty()).then_some(Line::Whole(line)));
            }
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let part = &bytes[..end.unwrap_or(bytes.len())];
            let fits = line.len() + part.len() <= self.most;
            if !self.skipping && fits {
                line.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.input.consume(used);
            if self.skipping {
                self.skipping = end.is_none();
            } else if !fits {
                self.skipping = end.is_none();
                return Ok(Some(Line::TooLong));
            } else if end.is_some() && !line.is_empty() {
                return Ok(Some(Line::Whole(line)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn lines(bytes: &[u8], buffer: usize) -> Vec<String> {
        let mut lines = Lines::new(BufReader::with_capacity(buffer, bytes), 4);
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            all.push(match line {
                Line::Whole(line) => String::from_utf8(line).unwrap(),
                Line::TooLong => "!".into(),
            });
        }
        all
    }

    #[test]
    fn lines_are_cut_and_too_long_ones_skipped() {
        let check = |text: &str, expected: &[&str]| {
            for buffer in 1..9 {
                assert_eq!(lines(text.as_bytes(), buffer), expected, "{text:?} by {buffer}");
            }
        };
        check("", &[]);
        check("\n\n", &[]);
        check("a\nbc\n", &["a", "bc"]);
        check("a\nbc", &["a", "bc"]);
        check("abcd\nabcde\nx\n", &["abcd", "!", "x"]);
        check("abcdefghijklmnop\nx", &["!", "x"]);
        check("abcdefghijklmnop", &["!"]);
        check("abcde\n\nabcde\n", &["!", "!"]);
    }
}
