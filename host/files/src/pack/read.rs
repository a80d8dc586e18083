//! From text to pads, one pad at a time: what is wrong with one does not touch the others.

use super::{Issue, LONGEST_TEXT, Layer, MOST_FILES, MOST_PADS, Mode, Pack, PackError, Pad, Velocity};
use toml_edit::{Document, Item, Table, TableLike, Value};

const PAD_KEYS: [&str; 16] = [
    "choke",
    "file",
    "files",
    "gain",
    "label",
    "layers",
    "loop",
    "mode",
    "name",
    "note",
    "order",
    "pan",
    "polyphony",
    "release",
    "tune",
    "velocity",
];
const LAYER_KEYS: [&str; 4] = ["file", "files", "order", "velocity"];
const PACK_KEYS: [&str; 3] = ["name", "pads", "samples"];

pub(super) fn pack(text: &str) -> Result<(Pack, Vec<Issue>), PackError> {
    if text.len() > LONGEST_TEXT {
        return Err(PackError::TooLong);
    }
    let document = Document::parse(text).map_err(|error| PackError::Syntax(error.to_string().trim().into()))?;
    let mut reader = Reader { text, issues: Vec::new() };
    let pack = reader.pack(document.as_table());
    if pack.pads.is_empty() {
        return Err(PackError::Empty(reader.issues));
    }
    Ok((pack, reader.issues))
}

struct Reader<'a> {
    text: &'a str,
    issues: Vec<Issue>,
}

/// What is wrong with a value.
type Wrong = String;

impl Reader<'_> {
    fn report(&mut self, at: Option<std::ops::Range<usize>>, message: impl Into<String>) {
        let before = self.text.get(..at.map_or(0, |at| at.start)).unwrap_or(self.text);
        self.issues
            .push(Issue { line: 1 + before.bytes().filter(|byte| *byte == b'\n').count(), message: message.into() });
    }

    fn pack(&mut self, table: &Table) -> Pack {
        self.unknown(table, &PACK_KEYS, "pack");
        let name = self.read(table, "name", text).unwrap_or_default();
        let mut pads = Vec::new();
        for key in ["pads", "samples"] {
            let Some(item) = table.get(key) else { continue };
            if item.as_array_of_tables().is_none() && item.as_array().is_none() {
                self.report(item.span(), format!("`{key}` is no list of tables: write [[{key}]]"));
            }
            for pad in tables(item) {
                if pads.len() == MOST_PADS {
                    self.report(
                        span(pad),
                        format!("a pack has at most {MOST_PADS} pads: this and all further ones are left out"),
                    );
                    break;
                }
                match self.pad(pad) {
                    Ok(pad) => pads.push(pad),
                    Err(wrong) => self.report(span(pad), format!("{wrong}: the pad is left out")),
                }
            }
        }
        Pack { name, pads }
    }

    fn pad(&mut self, table: &dyn TableLike) -> Result<Pad, Wrong> {
        self.unknown(table, &PAD_KEYS, "pad");
        let note = table.get("note").ok_or("a pad needs `note`, a key 0 to 127 or a name such as C2")?;
        let note = key(note)?;
        let layers = self.layers(table)?;
        let is_gated = self.read(table, "mode", mode).unwrap_or_default();
        Ok(Pad {
            note,
            label: self.read(table, "label", text).or_else(|| self.read(table, "name", text)).unwrap_or_default(),
            gain_db: self.read(table, "gain", |item| within(item, -60.0..=24.0)).unwrap_or(0.0),
            pan: self.read(table, "pan", |item| within(item, -100.0..=100.0)).unwrap_or(0.0),
            tune_cents: 100.0 * self.read(table, "tune", |item| within(item, -48.0..=48.0)).unwrap_or(0.0),
            choke: self.read(table, "choke", group),
            mode: is_gated,
            repeats: self.read(table, "loop", flag).unwrap_or(false),
            release_secs: self.read(table, "release", |item| within(item, 0.0..=60.0)).unwrap_or(0.03),
            polyphony: self.read(table, "polyphony", |item| within(item, 0.0..=64.0)).unwrap_or(0.0) as u8,
            // With layers a range stands there, in each layer.
            velocity: self.read(table, "velocity", velocity).unwrap_or_default(),
            layers,
        })
    }

    fn layers(&mut self, table: &dyn TableLike) -> Result<Vec<Layer>, Wrong> {
        let Some(item) = table.get("layers") else {
            let files = files(table)?;
            let is_random = self.read(table, "order", order).unwrap_or(false);
            return Ok(vec![Layer { velocities: [1, 127], files, is_random }]);
        };
        let (mut layers, mut count): (Vec<Layer>, _) = (Vec::new(), 0);
        for layer in tables(item) {
            self.unknown(layer, &LAYER_KEYS, "layer");
            let is_random = self.read(layer, "order", order).unwrap_or(false);
            let read = files(layer).and_then(|files| Ok((files, layer.get("velocity").map_or(Ok([1, 127]), range)?)));
            match read {
                Ok((files, _)) if count + files.len() > MOST_FILES => {
                    self.report(span(layer), format!("a pad has at most {MOST_FILES} files: the layer is left out"));
                }
                Ok((files, velocities)) => {
                    count += files.len();
                    layers.push(Layer { velocities, files, is_random });
                }
                Err(wrong) => self.report(span(layer), format!("{wrong}: the layer is left out")),
            }
        }
        if layers.is_empty() { Err("none of its layers can sound".into()) } else { Ok(layers) }
    }

    /// A value that may be left out; a wrong one is reported and left out too.
    fn read<T>(&mut self, table: &dyn TableLike, name: &str, read: impl Fn(&Item) -> Result<T, Wrong>) -> Option<T> {
        let item = table.get(name)?;
        match read(item) {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.report(item.span(), format!("`{name}` {wrong}: it is left out"));
                None
            }
        }
    }

    fn unknown(&mut self, table: &dyn TableLike, known: &[&str], what: &str) {
        for (name, item) in table.iter().filter(|(name, _)| !known.contains(name)) {
            self.report(item.span(), format!("a {what} has no `{name}`; there are {}", known.join(", ")));
        }
    }
}

/// The tables of `[[name]]` or of `name = [{ ... }]`.
fn tables(item: &Item) -> Vec<&dyn TableLike> {
    if let Some(list) = item.as_array_of_tables() {
        return list.iter().map(|table| table as &dyn TableLike).collect();
    }
    let inline = item.as_array().into_iter().flat_map(|list| list.iter());
    inline.filter_map(Value::as_inline_table).map(|table| table as &dyn TableLike).collect()
}

fn span(table: &dyn TableLike) -> Option<std::ops::Range<usize>> {
    table.iter().next().and_then(|(name, item)| table.key(name).and_then(toml_edit::Key::span).or(item.span()))
}

fn text(item: &Item) -> Result<String, Wrong> {
    item.as_str().map(|text| text.trim().chars().take(200).collect()).ok_or_else(|| "is no text".into())
}

fn flag(item: &Item) -> Result<bool, Wrong> {
    item.as_bool().ok_or_else(|| "is neither true nor false".into())
}

fn number(item: &Item) -> Option<f64> {
    item.as_float().or_else(|| item.as_integer().map(|whole| whole as f64)).filter(|number| number.is_finite())
}

fn within(item: &Item, range: std::ops::RangeInclusive<f64>) -> Result<f32, Wrong> {
    let number = number(item).filter(|number| range.contains(number));
    number.map(|number| number as f32).ok_or_else(|| format!("is no number from {} to {}", range.start(), range.end()))
}

fn group(item: &Item) -> Result<String, Wrong> {
    match item.as_integer() {
        Some(number) => Ok(number.to_string()),
        None => text(item).map(|name| name.to_lowercase()).map_err(|_| "is neither a name nor a number".into()),
    }
}

fn mode(item: &Item) -> Result<Mode, Wrong> {
    match item.as_str() {
        Some("one-shot" | "one_shot" | "oneshot") => Ok(Mode::OneShot),
        Some("gate") => Ok(Mode::Gate),
        _ => Err("is neither \"one-shot\" nor \"gate\"".into()),
    }
}

fn order(item: &Item) -> Result<bool, Wrong> {
    match item.as_str() {
        Some("round-robin") => Ok(false),
        Some("random") => Ok(true),
        _ => Err("is neither \"round-robin\" nor \"random\"".into()),
    }
}

fn velocity(item: &Item) -> Result<Velocity, Wrong> {
    match item.as_str() {
        Some("linear") => return Ok(Velocity::Linear),
        Some("soft") => return Ok(Velocity::Soft),
        Some("hard") => return Ok(Velocity::Hard),
        Some("fixed") => return Ok(Velocity::Fixed),
        _ => {}
    }
    let points = item.as_array().filter(|points| (2..=128).contains(&points.len()));
    let gain = |value: &Value| within(&Item::Value(value.clone()), 0.0..=1.0).ok();
    let points = points.and_then(|points| points.iter().map(gain).collect::<Option<Vec<f32>>>());
    points
        .map(Velocity::Points)
        .ok_or_else(|| "is none of linear, soft, hard, fixed, nor a list of 2 to 128 gains from 0 to 1".into())
}

fn range(item: &Item) -> Result<[u8; 2], Wrong> {
    let bound = |value: &Value| value.as_integer().filter(|bound| (1..=127).contains(bound)).map(|bound| bound as u8);
    let pair: Option<Vec<u8>> = item.as_array().and_then(|pair| pair.iter().map(bound).collect());
    match pair.as_deref() {
        Some(&[low, high]) if low <= high => Ok([low, high]),
        _ => Err("`velocity` of a layer is no range such as [1, 64]".into()),
    }
}

fn files(table: &dyn TableLike) -> Result<Vec<String>, Wrong> {
    let files = match (table.get("file"), table.get("files")) {
        (Some(file), None) => vec![text(file).map_err(|wrong| format!("`file` {wrong}"))?],
        (None, Some(files)) => {
            let list = files.as_array().filter(|list| (1..=MOST_FILES).contains(&list.len()));
            let list: Option<Vec<String>> =
                list.and_then(|list| list.iter().map(|file| file.as_str().map(str::to_owned)).collect());
            list.ok_or_else(|| format!("`files` is no list of 1 to {MOST_FILES} names"))?
        }
        (Some(_), Some(_)) => return Err("`file` and `files` exclude each other".into()),
        (None, None) => return Err("a recording is missing: give `file` or `files`".into()),
    };
    files.into_iter().map(|file| inside(&file)).collect()
}

/// A path that stays below the pack's folder, with `/` between its parts.
fn inside(file: &str) -> Result<String, Wrong> {
    let parts: Vec<&str> = file.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".").collect();
    let is_absolute = file.starts_with(['/', '\\']) || file.get(1..2) == Some(":");
    if is_absolute || parts.is_empty() || parts.iter().any(|part| *part == ".." || part.contains('\0')) {
        return Err(format!("`{}` does not lie in the pack's folder", file.escape_debug()));
    }
    Ok(parts.join("/"))
}

/// A MIDI key by number or by name; C4 is 60.
fn key(item: &Item) -> Result<u8, Wrong> {
    let wrong = || "`note` is no key from 0 to 127, nor a name from C-1 to G9 such as F#2".to_owned();
    let number = match (item.as_integer(), item.as_str()) {
        (Some(number), _) => number,
        (_, Some(name)) => named_key(name.trim()).ok_or_else(wrong)?,
        _ => return Err(wrong()),
    };
    u8::try_from(number).ok().filter(|number| *number < 128).ok_or_else(wrong)
}

fn named_key(name: &str) -> Option<i64> {
    let (letter, rest) = name.split_at_checked(1)?;
    let step = match letter {
        "C" | "c" => 0,
        "D" | "d" => 2,
        "E" | "e" => 4,
        "F" | "f" => 5,
        "G" | "g" => 7,
        "A" | "a" => 9,
        "B" | "b" => 11,
        _ => return None,
    };
    let (accidental, octave) = match rest.strip_prefix('#') {
        Some(rest) => (1, rest),
        None => rest.strip_prefix('b').map_or((0, rest), |rest| (-1, rest)),
    };
    let octave: i8 = octave.parse().ok()?;
    Some(12 * (i64::from(octave) + 1) + step + accidental)
}
