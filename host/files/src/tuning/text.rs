//! Lines and the values at their beginning, as both formats have them.

use super::TextError;

/// Letters of a text that messages repeat.
const QUOTED: usize = 40;

/// The lines of a text that are no comments, with their numbers.
pub struct Lines<'a> {
    rest: Option<&'a [u8]>,
    number: usize,
}

impl<'a> Lines<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        Self { rest: Some(text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text)), number: 0 }
    }

    /// The next line, which may be empty.
    pub fn line(&mut self) -> Option<Line<'a>> {
        loop {
            let rest = self.rest?;
            self.number += 1;
            let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (bytes, after) = rest.split_at(end.unwrap_or(rest.len()));
            self.rest = match after {
                [b'\r', b'\n', rest @ ..] | [b'\r' | b'\n', rest @ ..] => Some(rest).filter(|rest| !rest.is_empty()),
                _ => None,
            };
            if bytes.first() != Some(&b'!') {
                return Some(Line { bytes, number: self.number });
            }
        }
    }

    /// The next line that is not empty.
    pub fn filled(&mut self) -> Option<Line<'a>> {
        std::iter::from_fn(|| self.line()).find(|line| !line.word().is_empty())
    }

    /// The next line that is not empty, which is to hold something.
    pub fn expect(&mut self, what: &str) -> Result<Line<'a>, TextError> {
        self.filled().ok_or_else(|| self.end(format!("the text ends before {what}")))
    }

    /// A problem after the last line.
    pub fn end(&self, problem: String) -> TextError {
        TextError { line: self.number + 1, problem }
    }
}

/// A line.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    pub bytes: &'a [u8],
    number: usize,
}

impl<'a> Line<'a> {
    /// What it begins with, up to the first space.
    pub fn word(&self) -> &'a [u8] {
        let start = self.bytes.trim_ascii_start();
        start.split(u8::is_ascii_whitespace).next().unwrap_or(start)
    }

    /// A whole number within limits.
    pub fn whole(&self, what: &str, least: i64, most: i64) -> Result<i64, TextError> {
        let (digits, _) = number(self.word());
        let value = str::from_utf8(digits).ok().and_then(|digits| digits.parse::<i64>().ok());
        value
            .filter(|value| (least..=most).contains(value))
            .ok_or_else(|| self.wrong(&format!("is not {what}: a whole number from {least} to {most}")))
    }

    /// The line's word and what is wrong with it.
    pub fn wrong(&self, problem: &str) -> TextError {
        TextError { line: self.number, problem: format!("`{}` {problem}", clean(self.word(), QUOTED)) }
    }
}

/// The number that bytes begin with, and the rest: a sign, digits, and a point somewhere among them.
pub fn number(bytes: &[u8]) -> (&[u8], &[u8]) {
    let signs = usize::from(matches!(bytes, [b'+' | b'-', ..]));
    let mut has_point = false;
    let digits = bytes.iter().skip(signs).take_while(|byte| match byte {
        b'.' => !std::mem::replace(&mut has_point, true),
        byte => byte.is_ascii_digit(),
    });
    bytes.split_at(signs + digits.count())
}

/// A number's value; `None` without a digit, or if it is too large for any use.
pub fn value(bytes: &[u8]) -> Option<f64> {
    /// Far beyond every pitch; products of two such numbers are finite.
    const MOST: f64 = 1e9;
    let value: f64 =
        str::from_utf8(bytes).ok().filter(|text| text.bytes().any(|byte| byte.is_ascii_digit()))?.parse().ok()?;
    (value.abs() <= MOST).then_some(value)
}

/// Text as people may see it: UTF-8 if it is that, else Latin-1, without control characters, so many letters at most.
pub fn clean(bytes: &[u8], most: usize) -> String {
    let visible = |letter: &char| !letter.is_control();
    let text: String = match str::from_utf8(bytes) {
        Ok(text) => text.chars().filter(visible).take(most).collect(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).filter(visible).take(most).collect(),
    };
    text.trim().to_owned()
}
