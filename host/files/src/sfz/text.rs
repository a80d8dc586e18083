//! Bytes of a file as text, and a cursor over it that knows line and column.

use super::report::Place;
use std::borrow::Cow;

/// Bytes as text: UTF-8 with or without its mark, else Latin-1 (the second value is true then).
pub fn decode(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()), true),
    }
}

/// Letters of opcodes' names, before variables are filled in.
pub fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$'
}

/// Spaces within a line.
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0x0B | 0x0C)
}

fn is_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Where in a text the reader is.
#[derive(Debug)]
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
    file: u32,
    line: u32,
    /// Where the column was last counted, and what it is there.
    counted: (usize, u32),
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str, file: u32) -> Self {
        Self { text, at: 0, file, line: 1, counted: (0, 1) }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// The next byte, which belongs to a character that begins there.
    pub fn peek(&self) -> Option<u8> {
        self.byte(self.at)
    }

    /// True if this follows.
    pub fn sees(&self, what: &str) -> bool {
        self.text.as_bytes()[self.at..].starts_with(what.as_bytes())
    }

    /// The place of the next character.
    pub fn place(&mut self) -> Place {
        let (from, column) = self.counted;
        let between = self.text.as_bytes()[from..self.at].iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        self.counted = (self.at, column + between as u32);
        Place { file: self.file, line: self.line, column: self.counted.1 }
    }

    /// Goes on to `at`, which is not behind. Line ends in between are counted.
    fn go(&mut self, at: usize) {
        while let Some(byte) = self.byte(self.at).filter(|_| self.at < at) {
            self.at += 1;
            // CR LF is one end, as are CR and LF alone.
            if byte == b'\n' || byte == b'\r' && self.byte(self.at) != Some(b'\n') {
                self.line += 1;
                self.counted = (self.at, 1);
            }
        }
    }

    /// Steps over so many bytes, of which none ends a line.
    pub fn skip(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.text.len());
    }

    /// The characters that follow as long as their bytes are wanted.
    pub fn take(&mut self, is_wanted: impl Fn(u8) -> bool) -> &'a str {
        let bytes = &self.text.as_bytes()[self.at..];
        let length = bytes.iter().position(|byte| !is_wanted(*byte)).unwrap_or(bytes.len());
        let taken = &self.text[self.at..self.at + length];
        self.at += length;
        taken
    }

    /// Steps over spaces within the line.
    pub fn skip_spaces(&mut self) {
        self.take(is_space);
    }

    /// Steps over white space and comments. False if a comment is never closed.
    pub fn skip_blank(&mut self) -> bool {
        loop {
            let bytes = &self.text.as_bytes()[self.at..];
            let blank = bytes.iter().position(|byte| !byte.is_ascii_whitespace() && !is_space(*byte));
            self.go(self.at + blank.unwrap_or(bytes.len()));
            if self.sees("//") {
                self.take(|byte| !is_end(byte));
            } else if self.sees("/*") {
                match self.text[self.at + 2..].find("*/") {
                    Some(end) => self.go(self.at + 2 + end + 2),
                    None => {
                        self.go(self.text.len());
                        return false;
                    }
                }
            } else {
                return true;
            }
        }
    }

    /// The rest of the line up to a comment.
    pub fn rest(&mut self) -> &'a str {
        let from = self.at;
        while self.peek().is_some_and(|byte| !is_end(byte)) && !self.sees("//") && !self.sees("/*") {
            self.at += 1;
        }
        self.text[from..self.at].trim()
    }

    /// The value of an opcode: it may hold spaces, so it ends where another opcode, a header, a directive, a comment or the
    /// line's end follows.
    pub fn value(&mut self) -> &'a str {
        self.skip_spaces();
        let from = self.at;
        while let Some(byte) = self.peek() {
            if is_end(byte) || byte == b'<' || self.sees("//") || self.sees("/*") {
                break;
            }
            if !is_space(byte) {
                self.at += 1;
                continue;
            }
            let end = self.at;
            self.skip_spaces();
            let behind = self.at;
            let is_opcode = !self.take(is_name).is_empty() && self.peek() == Some(b'=');
            self.at = behind;
            if is_opcode || self.sees("#define") || self.sees("#include") {
                return &self.text[from..end];
            }
        }
        self.text[from..self.at].trim_end()
    }
}
