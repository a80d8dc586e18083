//! Values of opcodes: numbers, keys, words.

/// A number at the front of a text, and true if nothing else follows it.
pub fn number(text: &str) -> Option<(f64, bool)> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let mut end = sign + digits(sign);
    if bytes.get(end) == Some(&b'.') {
        end += 1 + digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if sign <= bytes.len() && digits(sign) > 0 {
            end = sign + digits(sign);
        }
    }
    let number: f64 = text[..end].parse().ok().filter(|number: &f64| number.is_finite())?;
    Some((number, end == text.len()))
}

/// A key by number or by name, C4 being 60: any whole number, so that -1 may stand for none.
pub fn key(text: &str) -> Option<(f64, bool)> {
    if let Some((number, is_all)) = number(text) {
        return Some((number.trunc(), is_all && number.fract() == 0.0));
    }
    let mut letters = text.chars();
    let step = match letters.next()?.to_ascii_lowercase() {
        'c' => 0,
        'd' => 2,
        'e' => 4,
        'f' => 5,
        'g' => 7,
        'a' => 9,
        'b' => 11,
        _ => return None,
    };
    let mut rest = letters.as_str();
    let mut accidental = 0;
    for (sign, shift) in [("#", 1), ("♯", 1), ("b", -1), ("♭", -1)] {
        if let Some(behind) = rest.strip_prefix(sign) {
            (rest, accidental) = (behind, shift);
            break;
        }
    }
    let octave: i8 = rest.parse().ok().filter(|octave| (-2..=10).contains(octave))?;
    Some((f64::from(12 * (i32::from(octave) + 1) + step + accidental), true))
}

/// The steps from one name to another: letters put in, left out, exchanged or swapped; `None` above `limit`.
pub fn distance(from: &str, to: &str, limit: usize) -> Option<usize> {
    let (from, to) = (from.as_bytes(), to.as_bytes());
    if from.len().abs_diff(to.len()) > limit {
        return None;
    }
    let (mut past, mut before): (Vec<usize>, Vec<usize>) = (vec![0; to.len() + 1], (0..=to.len()).collect());
    for (n, &a) in from.iter().enumerate() {
        let mut now = vec![n + 1; to.len() + 1];
        for (m, &b) in to.iter().enumerate() {
            now[m + 1] = (before[m] + usize::from(a != b)).min(before[m + 1] + 1).min(now[m] + 1);
            if n > 0 && m > 0 && a == to[m - 1] && from[n - 1] == b {
                now[m + 1] = now[m + 1].min(past[m - 1] + 1);
            }
        }
        if now.iter().all(|steps| *steps > limit) {
            return None;
        }
        (past, before) = (before, now);
    }
    Some(before[to.len()]).filter(|steps| *steps <= limit)
}
