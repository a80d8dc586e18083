//! Which part of a file is wanted: the header `Range` (RFC 9110, 14.2).

/// What to send of so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of it.
    Whole,
    /// From the first to the last, both included.
    Span { first: u64, last: u64 },
    /// There is no such part.
    None,
}

/// The part that a header names. What is no range of bytes is as if it were not there, and so are several at once: a server
/// may answer with the whole.
pub(crate) fn wanted(header: Option<&str>, length: u64) -> Part {
    let span = header.and_then(|header| header.trim().strip_prefix("bytes=")).filter(|spans| !spans.contains(','));
    let Some((first, last)) = span.and_then(|span| span.trim().split_once('-')) else { return Part::Whole };
    match (number(first), number(last)) {
        (Some(None), Some(Some(count))) => match count.min(length) {
            0 => Part::None,
            count => Part::Span { first: length - count, last: length - 1 },
        },
        (Some(Some(first)), Some(last)) if last.is_none_or(|last| last >= first) => match length.checked_sub(1) {
            Some(end) if first <= end => Part::Span { first, last: last.map_or(end, |last| last.min(end)) },
            _ => Part::None,
        },
        _ => Part::Whole,
    }
}

/// A number of digits alone, the greatest there is if it is greater; nothing for no digits at all. Not a number otherwise.
fn number(text: &str) -> Option<Option<u64>> {
    if text.is_empty() {
        return Some(None);
    }
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| Some(text.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_or_left_out() {
        let check = |header: &str, length: u64, expected: Part| {
            assert_eq!(wanted(Some(header), length), expected, "{header} of {length}");
        };
        let span = |first, last| Part::Span { first, last };
        assert_eq!(wanted(None, 10), Part::Whole);
        check("bytes=0-0", 10, span(0, 0));
        check("bytes=2-", 10, span(2, 9));
        check("bytes=2-5", 10, span(2, 5));
        check("bytes=2-500", 10, span(2, 9));
        check("bytes=2-99999999999999999999999", 10, span(2, 9));
        check("bytes=-3", 10, span(7, 9));
        check("bytes=-300", 10, span(0, 9));
        for none in ["bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99999999999999999999999-"] {
            check(none, 10, Part::None);
        }
        check("bytes=0-", 0, Part::None);
        check("bytes=-1", 0, Part::None);
        for odd in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-2",
            "bytes=a-b",
            "bytes=0x1-2",
            "bytes=+1-2",
            "bytes=1 - 2",
            "lines=1-2",
            "bytes=0-1,3-4",
            "bytes=--1",
            "\u{fffd}",
        ] {
            check(odd, 10, Part::Whole);
        }
    }
}
