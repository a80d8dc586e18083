//! Headers: which there are, and what the ones below have from those above.

use super::Reader;
use crate::sfz::draft::Draft;
use crate::sfz::opcode::{Does, Given, Scope};
use crate::sfz::report::{NoteKind, Place};
use crate::sfz::table::{self, Match};
use crate::sfz::take::{self, Taken};
use crate::sfz::text::Cursor;

/// The header that opcodes stand below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// Nothing has come yet.
    None,
    Control,
    Global,
    Master,
    Group,
    Region,
    Curve,
    Effect,
    /// One that nobody knows: what stands below it counts for nothing.
    Unknown,
}

impl Header {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "control" => Self::Control,
            "global" => Self::Global,
            "master" => Self::Master,
            "group" => Self::Group,
            "region" => Self::Region,
            "curve" => Self::Curve,
            "effect" | "midi" => Self::Effect,
            "sample" => Self::Unknown,
            _ => return None,
        })
    }

    fn scope(self) -> Option<Scope> {
        match self {
            Self::Control => Some(Scope::Control),
            Self::Global | Self::Master | Self::Group | Self::Region => Some(Scope::Region),
            Self::Curve => Some(Scope::Curve),
            Self::Effect => Some(Scope::Effect),
            Self::None | Self::Unknown => None,
        }
    }
}

/// What the headers of regions have set so far.
#[derive(Debug)]
pub struct Levels {
    global: Draft,
    master: Option<Box<Draft>>,
    group: Option<Box<Draft>>,
    region: Box<Draft>,
}

impl Levels {
    pub fn new() -> Self {
        Self { global: Draft::new(), master: None, group: None, region: Box::new(Draft::new()) }
    }

    /// What a header of this kind begins with.
    fn begin(&mut self, header: Header) {
        match header {
            Header::Global => *self = Self::new(),
            Header::Master => {
                self.group = None;
                self.master = Some(Box::new(self.global.clone()));
            }
            Header::Group => {
                self.group = None;
                self.group = Some(Box::new(self.above().clone()));
            }
            Header::Region => {
                let draft = self.above().clone();
                *self.region = draft;
            }
            _ => {}
        }
    }

    fn above(&self) -> &Draft {
        self.group.as_deref().or(self.master.as_deref()).unwrap_or(&self.global)
    }

    fn present(&mut self, header: Header) -> Option<&mut Draft> {
        match header {
            Header::Global => Some(&mut self.global),
            Header::Master => self.master.as_deref_mut(),
            Header::Group => self.group.as_deref_mut(),
            Header::Region => Some(&mut self.region),
            _ => None,
        }
    }
}

impl Reader<'_> {
    /// A header; whatever the one before has to say is complete.
    pub(super) fn header(&mut self, cursor: &mut Cursor, place: Place) {
        cursor.skip(1);
        let name = cursor.take(|byte| !matches!(byte, b'>' | b'<' | b'=') && !byte.is_ascii_whitespace());
        let is_closed = cursor.peek() == Some(b'>');
        if is_closed {
            cursor.skip(1);
        }
        let name = name.to_ascii_lowercase();
        let header = Header::named(&name);
        if !is_closed || header.is_none() {
            let message = format!("there is no header <{}>: what stands below it is left out", take::shown(&name));
            self.note(place, NoteKind::Unknown, message);
        }
        if name == "sample" {
            self.note(place, NoteKind::Unsupported, "<sample>: recordings within a text are not played");
        }
        self.finish_header();
        self.header = if is_closed { header.unwrap_or(Header::Unknown) } else { Header::Unknown };
        self.header_place = place;
        self.header_count = self.header_count.saturating_add(1);
        self.levels.begin(self.header);
        if self.header == Header::Control {
            // Each <control> has a path of its own.
            self.path.clear();
        }
    }

    /// What a header says is complete.
    pub(super) fn finish_header(&mut self) {
        match self.header {
            Header::Region => {
                let allowed = self.allowed();
                let draft = &self.levels.region;
                self.emitter.region(draft, self.shift, self.header_place, allowed, &mut self.report);
                if let (Some(key), Some(label)) = (draft.switch_last, &draft.switch_label) {
                    let key = (i32::from(key) + self.shift.keys + self.shift.switches).clamp(0, 127) as u8;
                    if !self.labels.switches.iter().any(|(known, _)| *known == key) {
                        self.labels.switches.push((key, (**label).into()));
                    }
                }
            }
            Header::Curve => {
                let (number, points) = std::mem::take(&mut self.curve);
                // Without a number it takes the next one.
                let next = self.curves.last_key_value().map_or(OWN_CURVES, |(last, _)| (last + 1).max(OWN_CURVES));
                let number = number.unwrap_or(next);
                if number < CURVES {
                    self.curves.insert(number, points);
                } else {
                    self.note(self.header_place, NoteKind::Limit, "there are 256 curves: this one is left out");
                }
            }
            _ => {}
        }
    }

    /// An opcode with its value.
    pub(super) fn set(&mut self, name: &str, text: &str, place: Place) {
        let Some(scope) = self.header.scope() else {
            if self.header == Header::None {
                self.note(place, NoteKind::Structure, format!("`{}` stands below no header", take::shown(name)));
            }
            return;
        };
        let Some(known) = table::find(name, scope) else { return self.unknown(name, scope, place) };
        match known.opcode.does {
            Does::Lacks(why) => {
                self.note(place, NoteKind::Unsupported, format!("`{}` is not played: {why}", take::shown(name)));
            }
            Does::Keep(_) => self.report.keep(place, name, text),
            Does::Leave(_) => {}
            _ if known.scope != scope => {
                let home = match known.scope {
                    Scope::Control => "<control>",
                    Scope::Curve => "<curve>",
                    _ => "<global>, <master>, <group> or <region>",
                };
                let message = format!("`{}` belongs below {home}: it is left out", take::shown(name));
                self.note(place, NoteKind::Structure, message);
            }
            Does::Control(what) => self.control(what, &known, name, text, place),
            Does::CurveIndex | Does::CurvePoint => self.curve(&known, name, text, place),
            _ => self.region_opcode(&known, name, text, place),
        }
    }

    fn region_opcode(&mut self, known: &Match, name: &str, text: &str, place: Place) {
        let allowed = self.allowed() / size_of::<u64>();
        let Some(draft) = self.levels.present(self.header) else { return };
        if self.copied > allowed {
            let message = "headers inherit more than the text is long: the rest is left out";
            return self.report.note(place, NoteKind::Limit, message.into());
        }
        let given = Given { number: 0.0, text, n: known.n, path: &self.path, header: self.header_count, place };
        let taken = take::take(draft, known, name, given);
        self.copied += std::mem::take(&mut draft.copied);
        self.tell(taken, place);
    }

    /// Reports what came of a value.
    pub(super) fn tell(&mut self, taken: Taken, place: Place) {
        match taken {
            Taken::Whole => {}
            Taken::Adjusted(how) => self.note(place, NoteKind::Adjusted, how),
            Taken::Wrong(why) => self.note(place, NoteKind::Value, why),
            Taken::Beyond(why) => self.note(place, NoteKind::Limit, why),
        }
    }

    fn unknown(&mut self, name: &str, scope: Scope, place: Place) {
        if let Some(message) = self.unknown.get(name) {
            let message = message.clone();
            return self.note(place, NoteKind::Unknown, message);
        }
        if self.unknown.len() >= crate::sfz::Limits::NOTES {
            return self.note(place, NoteKind::Unknown, "and more unknown opcodes");
        }
        let like = table::nearest(name, scope).map(|like| format!(", but there is `{like}`")).unwrap_or_default();
        let message = format!("there is no opcode `{}`{like}", take::shown(name));
        self.unknown.insert(name.into(), message.clone());
        self.note(place, NoteKind::Unknown, message);
    }
}

/// SFZ's own curves, and how many a text may have.
const OWN_CURVES: u16 = 7;
const CURVES: u16 = 256;
