//! What a text says of the instrument as a whole, and its curves.

use super::Reader;
use crate::sfz::Labels;
use crate::sfz::emit::Shift;
use crate::sfz::opcode::{Control, Does};
use crate::sfz::report::{NoteKind, Place};
use crate::sfz::table::Match;
use crate::sfz::take::{self, CONTROLLERS, Taken};

/// Most labels of a kind.
const LABELS: usize = 1024;

impl Reader<'_> {
    pub(super) fn control(&mut self, what: Control, known: &Match, name: &str, text: &str, place: Place) {
        let (number, adjusted) = match take::read(known.opcode.takes, name, text) {
            Ok(read) => read,
            Err(why) => return self.note(place, NoteKind::Value, why),
        };
        if let Some(how) = adjusted {
            self.note(place, NoteKind::Adjusted, how);
        }
        let n = known.n[0];
        let mut offset = |which: usize| {
            self.offsets[which] = number as i32;
            let [note, octave, switch, switch_octave] = self.offsets;
            self.shift = Shift { keys: note + 12 * octave, switches: switch + 12 * switch_octave };
        };
        match what {
            Control::DefaultPath => self.path = text.trim().replace('\\', "/"),
            Control::NoteOffset => offset(0),
            Control::OctaveOffset => offset(1),
            Control::SwitchNoteOffset => offset(2),
            Control::SwitchOctaveOffset => offset(3),
            Control::Start(scale) if n < CONTROLLERS => _ = self.starts.insert(n, number as f32 * scale),
            Control::Start(_) => {
                let message = format!("`{name}`: there are controllers 0 to {}", CONTROLLERS - 1);
                self.tell(Taken::Wrong(message), place);
            }
            Control::ControllerName => label(&mut self.labels.controls, n, text),
            Control::KeyName => label(&mut self.labels.keys, n, text),
            Control::Image => {
                if name.eq_ignore_ascii_case("image") {
                    self.labels.image = Some(text.trim().replace('\\', "/"));
                }
            }
        }
    }

    pub(super) fn curve(&mut self, known: &Match, name: &str, text: &str, place: Place) {
        match take::read(known.opcode.takes, name, text) {
            Ok((number, adjusted)) => {
                match known.opcode.does {
                    Does::CurveIndex => self.curve.0 = Some(number as u16),
                    _ if known.n[0] < 128 => _ = self.curve.1.insert(known.n[0], number as f32),
                    _ => self.note(place, NoteKind::Value, format!("`{name}`: a curve has points 0 to 127")),
                }
                if let Some(how) = adjusted {
                    self.note(place, NoteKind::Adjusted, how);
                }
            }
            Err(why) => self.note(place, NoteKind::Value, why),
        }
    }
}

/// A label; one of the same number is replaced.
fn label(labels: &mut Vec<(u8, String)>, number: u16, text: &str) {
    let Some(number) = u8::try_from(number).ok().filter(|number| *number < 128) else { return };
    labels.retain(|(known, _)| *known != number);
    if labels.len() < LABELS {
        labels.push((number, text.into()));
    }
}

impl Labels {
    pub(super) fn sort(&mut self) {
        for labels in [&mut self.controls, &mut self.keys, &mut self.switches] {
            labels.sort();
            labels.dedup_by_key(|(number, _)| *number);
        }
    }
}
