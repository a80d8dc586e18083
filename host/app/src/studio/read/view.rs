//! A table as it is read: every value checked where it stands, every mistake kept with its place, every key that nobody asked
//! for told.

use crate::studio::error::Notice;
use serde_json::{Map, Number, Value};
use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};
use toml_edit::{Item, TableLike};

/// What was found while reading: places are bytes of the text.
#[derive(Debug, Default)]
pub struct Findings {
    errors: RefCell<Vec<(Option<usize>, String)>>,
    warnings: RefCell<Vec<(Option<usize>, String)>>,
}

impl Findings {
    /// A mistake: the text is refused.
    pub fn error(&self, at: Option<usize>, cause: impl Into<String>) {
        self.errors.borrow_mut().push((at, cause.into()));
    }

    /// Something odd.
    pub fn warn(&self, at: Option<usize>, cause: impl Into<String>) {
        self.warnings.borrow_mut().push((at, cause.into()));
    }

    /// True once there is a mistake.
    pub fn is_refused(&self) -> bool {
        !self.errors.borrow().is_empty()
    }

    /// Mistakes and oddities in the order of the text.
    pub fn told(self, text: &str) -> (Vec<Notice>, Vec<Notice>) {
        let tell = |mut found: Vec<(Option<usize>, String)>| {
            found.sort_by_key(|(at, _)| *at);
            found.into_iter().map(|(at, cause)| Notice::at(text, at, cause)).collect()
        };
        (tell(self.errors.into_inner()), tell(self.warnings.into_inner()))
    }
}

/// One table.
pub struct View<'d> {
    table: &'d dyn TableLike,
    at: Option<usize>,
    findings: &'d Findings,
    known: RefCell<Vec<&'static str>>,
}

impl<'d> View<'d> {
    /// A table that begins at a place.
    pub fn new(table: &'d dyn TableLike, span: Option<Range<usize>>, findings: &'d Findings) -> Self {
        Self { table, at: span.map(|span| span.start), findings, known: RefCell::default() }
    }

    /// Where it begins.
    pub fn at(&self) -> Option<usize> {
        self.at
    }

    /// What is found goes there.
    pub fn findings(&self) -> &'d Findings {
        self.findings
    }

    /// A value as it is.
    pub fn item(&self, key: &'static str) -> Option<&'d Item> {
        self.known.borrow_mut().push(key);
        self.table.get(key).filter(|item| !item.is_none())
    }

    /// True if there is such a key.
    pub fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(|item| !item.is_none())
    }

    /// Where a value stands.
    pub fn place(&self, key: &str) -> Option<usize> {
        self.table.get(key).and_then(Item::span).map(|span| span.start).or(self.at)
    }

    /// A mistake about a value.
    pub fn error(&self, key: &str, cause: impl Into<String>) {
        self.findings.error(self.place(key), cause);
    }

    fn wrong(&self, key: &str, item: &Item, wanted: &str) {
        self.error(key, format!("`{key}` is {}; {wanted} is wanted", described(item)));
    }

    /// A text.
    pub fn text(&self, key: &'static str) -> Option<String> {
        let item = self.item(key)?;
        let text = item.as_str();
        if text.is_none() {
            self.wrong(key, item, "a text");
        }
        text.map(str::to_owned)
    }

    /// A text that has to be there.
    pub fn needed(&self, key: &'static str) -> String {
        let text = self.text(key);
        if self.table.get(key).is_none() {
            self.findings.error(self.at, format!("`{key}` is missing here"));
        }
        text.unwrap_or_default()
    }

    /// A whole number.
    pub fn int(&self, key: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let item = self.item(key)?;
        let number = item.as_integer().filter(|number| range.contains(number));
        if number.is_none() {
            self.wrong(key, item, &format!("a whole number from {} to {}", range.start(), range.end()));
        }
        number
    }

    /// A number.
    pub fn number(&self, key: &'static str, range: RangeInclusive<f32>) -> Option<f32> {
        let item = self.item(key)?;
        let number = number_of(item).filter(|number| range.contains(number));
        if number.is_none() {
            self.wrong(key, item, &format!("a number from {} to {}", range.start(), range.end()));
        }
        number
    }

    /// Yes or no.
    pub fn flag(&self, key: &'static str) -> Option<bool> {
        let item = self.item(key)?;
        let flag = item.as_bool();
        if flag.is_none() {
            self.wrong(key, item, "true or false");
        }
        flag
    }

    /// Several texts.
    pub fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        let item = self.item(key)?;
        let texts = item.as_array().map(|all| all.iter().map(|one| one.as_str().map(str::to_owned)).collect());
        let texts: Option<Vec<String>> = texts.flatten();
        if texts.is_none() {
            self.wrong(key, item, "an array of texts");
        }
        texts
    }

    /// A table below.
    pub fn table(&self, key: &'static str) -> Option<View<'d>> {
        let item = self.item(key)?;
        let table = item.as_table_like();
        if table.is_none() {
            self.wrong(key, item, "a table");
        }
        table.map(|table| View::new(table, item.span(), self.findings))
    }

    /// Tables below, as `[[key]]` or as an array of inline tables.
    pub fn tables(&self, key: &'static str) -> Vec<View<'d>> {
        let Some(item) = self.item(key) else { return Vec::new() };
        let views: Option<Vec<View<'d>>> = match item {
            Item::ArrayOfTables(tables) => {
                Some(tables.iter().map(|table| View::new(table, table.span(), self.findings)).collect())
            }
            _ => item.as_array().and_then(|all| {
                let each = all.iter().map(|one| one.as_inline_table());
                each.map(|table| table.map(|table| View::new(table, table.span(), self.findings))).collect()
            }),
        };
        if views.is_none() {
            self.wrong(key, item, &format!("a list of tables, each below [[{key}]],"));
        }
        views.unwrap_or_default()
    }

    /// Keys that are read elsewhere.
    pub fn knows(&self, keys: &[&'static str]) {
        self.known.borrow_mut().extend_from_slice(keys);
    }

    /// All values of a table whose keys are free.
    pub fn free(&self) -> Vec<(&'d str, &'d Item)> {
        self.table.iter().filter(|(_, item)| !item.is_none()).collect()
    }

    /// Tells the keys that nobody asked for.
    pub fn done(self) {
        for (key, item) in self.table.iter() {
            if !self.known.borrow().contains(&key) && !item.is_none() {
                let span = self.table.key(key).and_then(|key| key.span());
                let at = span.or_else(|| item.span()).map(|span| span.start).or(self.at);
                self.findings.warn(at, format!("`{key}` is unknown here; it is kept and does nothing"));
            }
        }
    }
}

/// A finite number.
pub fn number_of(item: &Item) -> Option<f32> {
    let number = item.as_float().or_else(|| item.as_integer().map(|n| n as f64))? as f32;
    number.is_finite().then_some(number)
}

/// A value for a message, cut short.
fn described(item: &Item) -> String {
    let kind = item.type_name();
    match item.as_value() {
        Some(value) if !value.is_array() && !value.is_inline_table() => {
            let text = value.clone().decorated("", "").to_string();
            let short: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
            format!("the {kind} {short}")
        }
        _ => format!("of the type {kind}"),
    }
}

/// A value as JSON has it.
pub fn json_of(item: &Item) -> Result<Value, String> {
    let table = |table: &dyn TableLike| {
        let fields: Result<Map<String, Value>, String> =
            table.iter().map(|(key, item)| Ok((key.to_owned(), json_of(item)?))).collect();
        fields.map(Value::Object)
    };
    match item {
        Item::None => Err("there is nothing".into()),
        Item::Table(inner) => table(inner),
        Item::ArrayOfTables(tables) => tables.iter().map(|inner| table(inner)).collect(),
        Item::Value(value) => json_of_value(value),
    }
}

fn json_of_value(value: &toml_edit::Value) -> Result<Value, String> {
    use toml_edit::Value as Toml;
    Ok(match value {
        Toml::String(text) => text.value().as_str().into(),
        Toml::Integer(number) => (*number.value()).into(),
        Toml::Float(number) => match Number::from_f64(*number.value()) {
            Some(number) => number.into(),
            None => return Err(format!("{} is no number", number.value())),
        },
        Toml::Boolean(flag) => (*flag.value()).into(),
        Toml::Datetime(date) => return Err(format!("a date ({}) has no place here", date.value())),
        Toml::Array(all) => all.iter().map(json_of_value).collect::<Result<_, _>>()?,
        Toml::InlineTable(table) => {
            let fields: Result<Map<String, Value>, String> =
                table.iter().map(|(key, value)| Ok((key.to_owned(), json_of_value(value)?))).collect();
            fields?.into()
        }
    })
}
