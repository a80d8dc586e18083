//! The whole text: headers, directives, and which opcode goes where.

mod header;
mod instrument;

use super::define::{Definitions, Filled, NAME};
use super::emit::{Emitter, Shift};
use super::folder::{CLIMB, Folder, Missing};
use super::limits::Limits;
use super::region::Sound;
use super::report::{NoteKind, Place, Report};
use super::text::{Cursor, decode, is_name};
use super::{Labels, Sfz, SfzError};
use header::Header;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Reads a text and what it includes.
pub struct Reader<'a> {
    folder: &'a dyn Folder,
    limits: &'a Limits,
    report: Report,
    definitions: Definitions,
    /// Bytes read, repeats counted, and without repeats.
    bytes: usize,
    distinct: usize,
    includes: usize,
    /// The files that were read.
    known: HashSet<String>,
    /// The files that are being read, the innermost last.
    open: Vec<String>,
    /// Where the present header stands, and which of all it is.
    header: Header,
    header_place: Place,
    header_count: u32,
    levels: header::Levels,
    emitter: Emitter,
    /// `default_path` so far.
    path: String,
    shift: Shift,
    offsets: [i32; 4],
    starts: BTreeMap<u16, f32>,
    curves: BTreeMap<u16, BTreeMap<u16, f32>>,
    curve: (Option<u16>, BTreeMap<u16, f32>),
    labels: Labels,
    /// What was found out about names that are unknown.
    unknown: HashMap<String, String>,
    /// Entries that headers copied from those above.
    copied: usize,
}

impl<'a> Reader<'a> {
    pub fn new(folder: &'a dyn Folder, limits: &'a Limits) -> Self {
        Self {
            folder,
            limits,
            report: Report::default(),
            definitions: Definitions::default(),
            bytes: 0,
            distinct: 0,
            known: HashSet::new(),
            includes: 0,
            open: Vec::new(),
            header: Header::None,
            header_place: Place::default(),
            header_count: 0,
            levels: header::Levels::new(),
            emitter: Emitter::default(),
            path: String::new(),
            shift: Shift::default(),
            offsets: [0; 4],
            starts: BTreeMap::new(),
            curves: BTreeMap::new(),
            curve: (None, BTreeMap::new()),
            labels: Labels::default(),
            unknown: HashMap::new(),
            copied: 0,
        }
    }

    /// Reads the instrument's own file and all that belongs to it.
    pub fn read(mut self, name: &str) -> Result<Sfz, SfzError> {
        let bytes = self.folder.read(name, self.limits.text)?;
        self.file(name, bytes);
        self.finish_header();
        self.emitter.settle_usual();
        self.emitter.settle_curves(&self.curves, &mut self.report);
        self.emitter.settle_controls(&self.starts, &mut self.report);
        let files = self.find_samples();
        if self.emitter.regions.is_empty() {
            return Err(SfzError::Empty(Box::new(self.report)));
        }
        self.labels.sort();
        Ok(Sfz {
            report: self.report,
            labels: self.labels,
            files,
            tables: self.emitter.tables,
            regions: self.emitter.regions,
        })
    }

    fn note(&mut self, place: Place, kind: NoteKind, message: impl Into<String>) {
        self.report.note(place, kind, message.into());
    }

    /// Bytes of text that may still come.
    fn room(&self) -> usize {
        let repeats = Limits::REPEATS_FLOOR.saturating_add(Limits::REPEATS.saturating_mul(self.distinct));
        self.limits.text.min(repeats.max(self.distinct)).saturating_sub(self.bytes)
    }

    /// Bytes that the tables may have.
    fn allowed(&self) -> usize {
        self.limits.tables.saturating_add(Limits::TABLES.saturating_mul(self.distinct))
    }

    /// One file from its first byte to its last.
    fn file(&mut self, name: &str, mut bytes: Vec<u8>) {
        let number = self.report.files.len() as u32;
        self.report.files.push(name.into());
        let start = Place { file: number, line: 1, column: 1 };
        if self.known.insert(name.into()) {
            self.distinct += bytes.len();
        }
        let room = self.room();
        if bytes.len() > room {
            bytes.truncate(room);
            self.note(
                start,
                NoteKind::Limit,
                format!("there are more than {} bytes of text: the rest is left out", self.bytes + room),
            );
        }
        self.bytes += bytes.len();
        let (text, is_latin) = decode(&bytes);
        if is_latin {
            self.note(start, NoteKind::Structure, "the text is not UTF-8: it is taken for Latin-1");
        }
        self.open.push(name.to_lowercase());
        self.text(&mut Cursor::new(&text, number));
        self.open.pop();
    }

    fn text(&mut self, cursor: &mut Cursor) {
        loop {
            let place = cursor.place();
            if !cursor.skip_blank() {
                self.note(place, NoteKind::Structure, "a comment is not closed: all behind it is left out");
            }
            let place = cursor.place();
            match cursor.peek() {
                None => return,
                Some(b'<') => self.header(cursor, place),
                Some(b'#') => self.directive(cursor, place),
                Some(byte) if is_name(byte) => self.opcode(cursor, place),
                Some(_) => self.stray(cursor, place),
            }
        }
    }

    /// What is nothing at all, up to the next space.
    fn stray(&mut self, cursor: &mut Cursor, place: Place) {
        let first = cursor.take(|byte| !byte.is_ascii_whitespace() && byte != b'<');
        let message = format!("`{}` is neither a header nor an opcode", super::take::shown(first));
        if first.is_empty() {
            cursor.skip(1);
        }
        self.note(place, NoteKind::Structure, message);
    }

    fn opcode(&mut self, cursor: &mut Cursor, place: Place) {
        let name = cursor.take(is_name);
        cursor.skip_spaces();
        if cursor.peek() != Some(b'=') {
            let message = format!("`{}` is neither a header nor an opcode", super::take::shown(name));
            self.note(place, NoteKind::Structure, message);
            return;
        }
        cursor.skip(1);
        let value = cursor.value();
        let name = self.filled(name, NAME, place);
        let value = self.filled(value, Limits::VALUE, place);
        self.set(&name, &value, place);
    }

    /// A text with its variables filled in.
    fn filled(&mut self, text: &str, limit: usize, place: Place) -> String {
        let budget = Limits::GROWTH_FLOOR + Limits::GROWTH * self.bytes;
        let mut filled = String::new();
        match self.definitions.fill(text, &mut filled, limit, budget) {
            Filled::Whole => {}
            Filled::Unknown => {
                let message = format!("`{}` names a variable that is not defined", super::take::shown(text));
                self.note(place, NoteKind::Value, message);
            }
            Filled::Cut => self.note(place, NoteKind::Limit, "a text is longer than there is room: it is cut"),
        }
        filled
    }

    fn directive(&mut self, cursor: &mut Cursor, place: Place) {
        cursor.skip(1);
        match cursor.take(|byte| byte.is_ascii_alphabetic()) {
            "define" => {
                cursor.skip_spaces();
                let name = cursor.take(is_name);
                cursor.skip_spaces();
                let value = cursor.take(|byte| !byte.is_ascii_whitespace() && byte != b'<');
                let value = value.split("//").next().unwrap_or("");
                let plain = name.strip_prefix('$').unwrap_or("");
                if plain.is_empty() || plain.len() > NAME || plain.contains('$') {
                    self.note(place, NoteKind::Structure, "`#define` needs a name such as $KEY and a value");
                    return;
                }
                let value = self.filled(value, Limits::VALUE, place);
                self.definitions.set(plain, value);
            }
            "include" => {
                cursor.skip_spaces();
                let path = if cursor.peek() == Some(b'"') {
                    cursor.skip(1);
                    let path = cursor.take(|byte| !matches!(byte, b'"' | b'\n' | b'\r'));
                    if cursor.peek() == Some(b'"') {
                        cursor.skip(1);
                    }
                    path
                } else {
                    cursor.rest()
                };
                let path = self.filled(path, Limits::VALUE, place).replace('\\', "/");
                self.include(path.trim(), place);
            }
            other => {
                let message = format!("there is no `#{}`: only #define and #include", super::take::shown(other));
                self.note(place, NoteKind::Structure, message);
            }
        }
    }

    fn include(&mut self, path: &str, place: Place) {
        if self.open.len() > self.limits.depth {
            return self.note(place, NoteKind::Limit, format!("`{path}` is included too deep: it is left out"));
        }
        if self.includes >= self.limits.includes || self.room() == 0 {
            return self.note(place, NoteKind::Limit, "too much is included: the rest is left out");
        }
        self.includes += 1;
        // Paths count from the instrument's folder; some are written from where they stand.
        let beside =
            self.open.last().and_then(|name| name.rsplit_once('/')).map(|(folder, _)| format!("{folder}/{path}"));
        let found = self.folder.find(path, 0).or_else(|why| match (why, &beside) {
            (Missing::Absent, Some(beside)) => self.folder.find(beside, 0).map_err(|_| why),
            _ => Err(why),
        });
        let found = match found {
            Ok(found) => found,
            Err(why) => {
                let message = format!("`{}` is not included: {}", super::take::shown(path), reason(why));
                return self.note(place, NoteKind::Structure, message);
            }
        };
        if self.open.contains(&found.path.to_lowercase()) {
            return self.note(place, NoteKind::Structure, format!("`{}` includes itself: it is left out", found.path));
        }
        match self.folder.read(&found.path, self.room()) {
            Ok(bytes) => self.file(&found.path, bytes),
            Err(error) => self.note(place, NoteKind::Structure, format!("`{}` is not included: {error}", found.path)),
        }
    }

    /// The recordings as they are really called; regions whose recording is missing go.
    fn find_samples(&mut self) -> Vec<String> {
        let wanted = std::mem::take(&mut self.emitter.wanted);
        let mut is_used = vec![false; wanted.len()];
        for region in &self.emitter.regions {
            if let Sound::Recording(number) = region.sound {
                is_used[number as usize] = true;
            }
        }
        let mut files: Vec<String> = Vec::new();
        let mut places: HashMap<String, u32> = HashMap::new();
        let mut found = Vec::with_capacity(wanted.len());
        for (wanted, is_used) in wanted.iter().zip(is_used) {
            if !is_used {
                found.push(None);
                continue;
            }
            found.push(match self.folder.find(&wanted.path, CLIMB) {
                Ok(file) => {
                    if !file.is_exact {
                        let message = format!("`{}` is called `{}`", super::take::shown(&wanted.path), file.path);
                        self.report.note(wanted.place, NoteKind::Path, message);
                    }
                    Some(*places.entry(file.path).or_insert_with_key(|path| {
                        files.push(path.clone());
                        files.len() as u32 - 1
                    }))
                }
                Err(why) => {
                    let message = format!("no recording `{}`: {}", super::take::shown(&wanted.path), reason(why));
                    self.report.note(wanted.place, NoteKind::Sample, message);
                    None
                }
            });
        }
        self.emitter.settle_samples(&found, &mut self.report);
        files
    }
}

fn reason(why: Missing) -> &'static str {
    match why {
        Missing::Absent => "there is no such file",
        Missing::Absolute => "its path begins at the root of a disk; paths count from the instrument's folder",
        Missing::Outside => "it lies outside the instrument's folder",
    }
}
