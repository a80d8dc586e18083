//! Faults at their places in a file, in the form that `miette` prints.

use super::Source;
use super::reading::Span;
use crate::rules::{Code, Fault, Severity, Subject};
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Bytes before it.
    pub offset: usize,
    /// Bytes that it covers.
    pub length: usize,
    /// What is there.
    pub label: String,
    /// The task that stands there, if it is one or a part of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
}

/// One fault at its place.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The rule.
    pub code: Code,
    /// Whether it prevents the start.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where, first of all where it is to be mended.
    pub at: Vec<Place>,
    #[serde(skip)]
    source: Arc<Source>,
}

/// Everything that is wrong with a graph file, the most basic fault first. Never empty when it is an error.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    name: String,
    items: Vec<Diagnosis>,
}

impl Diagnostics {
    /// Faults with places; without, they are looked up by what the faults are about.
    pub(super) fn new(source: &Arc<Source>, faults: Vec<(Fault, Vec<Span>)>) -> Self {
        let items = faults.into_iter().map(|(fault, spans)| Diagnosis::new(source, fault, spans)).collect();
        Self { name: source.name.clone(), items }
    }

    /// All of them, the most basic first. Any.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnosis> {
        self.items.iter()
    }

    /// How many there are. Any.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none: then there was nothing to report. Any.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The most basic one. Any.
    pub fn first(&self) -> Option<&Diagnosis> {
        self.items.first()
    }

    fn count(&self, severity: Severity) -> usize {
        self.items.iter().filter(|item| item.severity == severity).count()
    }
}

impl Diagnosis {
    fn new(source: &Arc<Source>, fault: Fault, spans: Vec<Span>) -> Self {
        let mut seen = BTreeMap::new();
        let looked_up = fault.at.iter().map(|subject| {
            let nth = seen.entry(subject).and_modify(|nth| *nth += 1).or_insert(0_usize);
            let label = if *nth == 0 { subject.to_string() } else { format!("{subject} again") };
            place(&source.text, source.span(subject, *nth), label, subject.task())
        });
        let at = if spans.is_empty() {
            looked_up.collect()
        } else {
            let task = fault.at.first().and_then(Subject::task);
            spans.into_iter().map(|span| place(&source.text, span, "here".into(), task)).collect()
        };
        let Fault { code, message, help, severity, .. } = fault;
        Self { code, severity, message, help: help.filter(|help| !help.is_empty()), at, source: Arc::clone(source) }
    }
}

fn place(text: &str, span: Span, label: String, task: Option<&str>) -> Place {
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    // A mark on nothing would not be seen: it covers the character there, or the last one.
    let mut end = span.end.min(text.len()).max(start);
    if end == start {
        match text[start..].chars().next() {
            Some(next) => end += next.len_utf8(),
            None => start -= text.chars().next_back().map_or(0, char::len_utf8),
        }
    }
    let before = &text[..start];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Place {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        offset: start,
        length: end - start,
        label,
        task: task.map(str::to_owned),
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let many = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        write!(f, "{}: ", self.name)?;
        match (errors, warnings) {
            (0, warnings) => write!(f, "{}", many(warnings, "warning"))?,
            (errors, 0) => write!(f, "{}", many(errors, "error"))?,
            (errors, warnings) => write!(f, "{} and {}", many(errors, "error"), many(warnings, "warning"))?,
        }
        // One fault says itself; of several, the list below them tells.
        let [only] = self.items.as_slice() else { return Ok(()) };
        match only.at.first() {
            Some(place) => write!(f, ": {only} (line {}, column {})", place.line, place.column),
            None => write!(f, ": {only}"),
        }
    }
}

impl std::error::Error for Diagnostics {}

impl miette::Diagnostic for Diagnostics {
    fn severity(&self) -> Option<miette::Severity> {
        Some(if self.count(Severity::Error) > 0 { miette::Severity::Error } else { miette::Severity::Warning })
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        Some(Box::new(self.items.iter().map(|item| item as &dyn miette::Diagnostic)))
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnosis {}

impl miette::Diagnostic for Diagnosis {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_deref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.source.text.is_empty()).then_some(self.source.as_ref())
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.source.text.is_empty() {
            return None;
        }
        let label = |place: &Place| LabeledSpan::new(Some(place.label.clone()), place.offset, place.length);
        Some(Box::new(self.at.iter().map(label)))
    }
}

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let found = self.text.read_span(span, before, after)?;
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            found.data(),
            *found.span(),
            found.line(),
            found.column(),
            found.line_count(),
        )))
    }
}
