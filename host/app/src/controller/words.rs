//! MIDI messages in words.

/// What a message means. Any.
pub fn message_text(bytes: &[u8]) -> String {
    let channel = bytes.first().map_or(0, |status| (status & 0x0F) + 1);
    match *bytes {
        [0x80..=0x8F, note, _] | [0x90..=0x9F, note, 0] => format!("note {note} off, channel {channel}"),
        [0x90..=0x9F, note, velocity] => format!("note {note} on, velocity {velocity}, channel {channel}"),
        [0xA0..=0xAF, note, value] => format!("note {note} pressure {value}, channel {channel}"),
        [0xB0..=0xBF, number, value] => format!("controller {number} is {value}, channel {channel}"),
        [0xC0..=0xCF, program, ..] => format!("program {program}, channel {channel}"),
        [0xD0..=0xDF, value, ..] => format!("pressure {value}, channel {channel}"),
        [0xE0..=0xEF, low, high] => {
            format!("pitch {}, channel {channel}", (i32::from(high) << 7 | i32::from(low)) - 8192)
        }
        [0xF0, ..] => format!("system exclusive, {} bytes", bytes.len()),
        _ => "system".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_in_words() {
        for (bytes, text) in [
            (&[0x90, 60, 100][..], "note 60 on, velocity 100, channel 1"),
            (&[0x91, 60, 0], "note 60 off, channel 2"),
            (&[0xB9, 48, 7], "controller 48 is 7, channel 10"),
            (&[0xE0, 0, 64], "pitch 0, channel 1"),
            (&[0xC0, 5], "program 5, channel 1"),
            (&[0xF0, 1, 0xF7], "system exclusive, 3 bytes"),
            (&[0xFA], "system"),
            (&[], "system"),
        ] {
            assert_eq!(message_text(bytes), text);
        }
    }
}
