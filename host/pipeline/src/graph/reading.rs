//! Fields of TOML tables with their types, their places and their faults.

use super::fields::{Field, MAX_ENTRIES};
use crate::rules::suggest::{self, shown};
use crate::rules::{Code, Fault, Subject};
use std::collections::BTreeMap;
use std::ops::Range;
use toml_edit::{Item, TableLike, Value};

/// Faults after which reading goes on but collects no more.
const MAX_FAULTS: usize = 100;

/// A place in the text.
pub(super) type Span = Range<usize>;

/// What was found so far: places and faults.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) spans: BTreeMap<Subject, Vec<Span>>,
    pub(super) faults: Vec<(Fault, Vec<Span>)>,
}

/// One table of the file.
pub(super) struct Section<'t> {
    table: &'t dyn TableLike,
    /// What it describes.
    pub(super) subject: Subject,
    /// Where it stands: its header, or its name.
    pub(super) span: Span,
}

impl Reading {
    /// Notes where `subject` stands.
    pub(super) fn place(&mut self, subject: &Subject, span: Span) {
        self.spans.entry(subject.clone()).or_default().push(span);
    }

    /// Notes a fault at a place.
    pub(super) fn fault(&mut self, fault: Fault, span: Span) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push((fault, vec![span]));
        }
    }

    /// A table whose keys are among `fields`; all others are faults.
    pub(super) fn section<'t>(
        &mut self,
        table: &'t dyn TableLike,
        subject: Subject,
        span: Span,
        fields: &[Field],
    ) -> Section<'t> {
        let section = Section { table, subject, span };
        for (key, item) in table.iter() {
            if fields.iter().any(|field| field.key == key) || self.faults.len() >= MAX_FAULTS {
                continue;
            }
            let keys: Vec<&str> = fields.iter().map(|field| field.key).collect();
            let message = format!("unknown key '{}' in {}", shown(key), section.subject);
            let fault = Fault::new(Code::UnknownKey, section.subject.clone(), message);
            let at = section.key_span(key).or(item.span()).unwrap_or_else(|| section.span.clone());
            self.fault(fault.help(suggest::among(key, &keys, "key", "keys")), at);
        }
        for field in fields.iter().filter(|field| field.required && table.get(field.key).is_none()) {
            let message = format!("{} has no {}", section.subject, field.key);
            let help = match field.summary {
                "" => format!("add {} = ...", field.key),
                summary => format!("add {} = ...: {summary}", field.key),
            };
            self.fault(
                Fault::new(Code::FieldMissing, section.subject.clone(), message).help(help),
                section.span.clone(),
            );
        }
        section
    }

    /// The value of `key` as `read` takes it; a fault of type if it takes it not.
    fn value<'t, T>(
        &mut self,
        section: &Section<'t>,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(&'t Item) -> Option<T>,
    ) -> Option<(T, Span)> {
        let item = section.table.get(key)?;
        let span = item.span().or_else(|| section.key_span(key)).unwrap_or_else(|| section.span.clone());
        let subject = section.subject.clone().field(key);
        let Some(value) = read(item) else {
            let message = format!("{key} of {} is {expected}, not {}", section.subject, type_of(item));
            let fault = Fault::new(Code::FieldType, subject, message).help(format!("write {key} as {expected}"));
            self.fault(fault, span);
            return None;
        };
        self.place(&subject, span.clone());
        Some((value, span))
    }

    pub(super) fn text(&mut self, section: &Section<'_>, key: &'static str) -> Option<String> {
        Some(self.value(section, key, "a text in quotes", |item| item.as_str().map(str::to_owned))?.0)
    }

    pub(super) fn bool(&mut self, section: &Section<'_>, key: &'static str) -> Option<bool> {
        Some(self.value(section, key, "true or false", Item::as_bool)?.0)
    }

    /// A whole number of at most `max`.
    pub(super) fn count(&mut self, section: &Section<'_>, key: &'static str, max: u64) -> Option<u64> {
        let (count, span) = self.value(section, key, "a whole number", Item::as_integer)?;
        let valid = u64::try_from(count).ok().filter(|count| *count <= max);
        if valid.is_none() {
            let message = format!("{key} of {} is {count}", section.subject);
            let fault = Fault::new(Code::FieldRange, section.subject.clone().field(key), message);
            self.fault(fault.help(format!("{key} is a whole number from 0 to {max}")), span);
        }
        valid
    }

    /// A finite number above 0.
    pub(super) fn positive(&mut self, section: &Section<'_>, key: &'static str) -> Option<f64> {
        let number = |item: &Item| item.as_float().or_else(|| item.as_integer().map(|integer| integer as f64));
        let (number, span) = self.value(section, key, "a number", number)?;
        if number.is_finite() && number > 0.0 {
            return Some(number);
        }
        let message = format!("{key} of {} is {number}", section.subject);
        let fault = Fault::new(Code::FieldRange, section.subject.clone().field(key), message);
        self.fault(fault.help(format!("{key} is a finite number above 0")), span);
        None
    }

    /// One of some words.
    pub(super) fn word<T: Clone>(
        &mut self,
        section: &Section<'_>,
        key: &'static str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let (text, span) = self.value(section, key, "a text in quotes", Item::as_str)?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let message = format!("{key} of {} cannot be '{}'", section.subject, shown(text));
            let fault = Fault::new(Code::UnknownWord, section.subject.clone().field(key), message);
            self.fault(fault.help(suggest::among(text, &names, "word", "words")), span);
        }
        found.map(|(_, value)| value.clone())
    }

    /// The dimensions of a frame, as far as they are numbers at all.
    pub(super) fn shape(&mut self, section: &Section<'_>, key: &'static str) -> Option<(Vec<usize>, Span)> {
        let dims = |item: &Item| {
            let array = item.as_array().filter(|array| array.len() <= MAX_ENTRIES)?;
            array.iter().map(|value| value.as_integer().map(|dim| usize::try_from(dim).unwrap_or(0))).collect()
        };
        self.value(section, key, "a list of whole numbers", dims)
    }

    /// The entries of a list of tables, or of a list of inline tables.
    pub(super) fn tables<'t>(&mut self, section: &Section<'t>, key: &'static str) -> Vec<(&'t dyn TableLike, Span)> {
        let tables = |item: &'t Item| -> Option<Vec<(&'t dyn TableLike, Option<Span>)>> {
            match item {
                Item::ArrayOfTables(tables) => {
                    Some(tables.iter().map(|table| (table as &dyn TableLike, table.span())).collect())
                }
                Item::Value(Value::Array(array)) => {
                    let table = |value: &'t Value| Some((value.as_inline_table()? as &dyn TableLike, value.span()));
                    array.iter().map(table).collect()
                }
                _ => None,
            }
        };
        let Some((found, span)) = self.value(section, key, "a list of tables", tables) else { return Vec::new() };
        if found.len() > MAX_ENTRIES {
            self.too_many(section.subject.clone().field(key), found.len(), span);
            return Vec::new();
        }
        found.into_iter().map(|(table, at)| (table, at.unwrap_or_else(|| span.clone()))).collect()
    }

    /// The entries of a table of values by name.
    pub(super) fn entries<'t>(&mut self, section: &Section<'t>, key: &'static str) -> Vec<(&'t str, &'t Item, Span)> {
        let Some((table, span)) = self.value(section, key, "a table", Item::as_table_like) else { return Vec::new() };
        if table.len() > MAX_ENTRIES {
            self.too_many(section.subject.clone().field(key), table.len(), span);
            return Vec::new();
        }
        let place = |(name, item): (&'t str, &'t Item)| {
            let key = table.key(name).and_then(toml_edit::Key::span);
            let at = match (key, item.span()) {
                (Some(key), Some(value)) if key.start <= value.end => key.start..value.end,
                (key, value) => key.or(value).unwrap_or_else(|| span.clone()),
            };
            (name, item, at)
        };
        table.iter().map(place).collect()
    }

    fn too_many(&mut self, subject: Subject, count: usize, span: Span) {
        let message = format!("{subject} has {count} entries");
        let fault = Fault::new(Code::TooLarge, subject, message);
        self.fault(
            fault.help(format!("at most {MAX_ENTRIES} are possible: split the graph by export and import")),
            span,
        );
    }
}

impl Section<'_> {
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    fn key_span(&self, key: &str) -> Option<Span> {
        self.table.key(key)?.span()
    }

    /// Where the value of `key` stands, or the section if there is none.
    pub(super) fn at(&self, key: &str) -> Span {
        self.table.get(key).and_then(Item::span).or_else(|| self.key_span(key)).unwrap_or_else(|| self.span.clone())
    }
}

/// What a value is, as a message says it.
pub(super) fn type_of(item: &Item) -> &'static str {
    match item {
        Item::None => "nothing",
        Item::Table(_) | Item::Value(Value::InlineTable(_)) => "a table",
        Item::ArrayOfTables(_) => "a list of tables",
        Item::Value(Value::String(_)) => "a text",
        Item::Value(Value::Integer(_)) => "a whole number",
        Item::Value(Value::Float(_)) => "a number",
        Item::Value(Value::Boolean(_)) => "a truth",
        Item::Value(Value::Datetime(_)) => "a date",
        Item::Value(Value::Array(_)) => "a list",
    }
}
