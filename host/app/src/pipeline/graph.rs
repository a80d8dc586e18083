//! `ripieno graph`: files are checked, drawn, laid out and begun, and kinds and rules are looked up. Nothing is started.

use super::load::{faulty, load};
use super::{registry, report};
use crate::cli::{
    GraphCheckOptions, GraphExplainOptions, GraphFmtOptions, GraphKindsOptions, GraphNewOptions, GraphShowOptions,
    GraphVerb, Picture,
};
use crate::{Failure, exit, output, settings};
use ripieno_files::atomic::{AtomicFile, Existing};
use ripieno_pipeline::graph::{self, show};
use ripieno_pipeline::{Checked, Code, DType, Graph, Kind, Param, ParamType, Port};
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

/// The schema of what `--json` prints; raised when a key goes or changes its meaning.
const VERSION: u32 = 1;

/// Carries out the verb.
pub fn run(verb: &GraphVerb) -> Result<(), Failure> {
    match verb {
        GraphVerb::Check(options) => check(options),
        GraphVerb::Show(options) => show(options),
        GraphVerb::Fmt(options) => fmt(options),
        GraphVerb::New(options) => new(options),
        GraphVerb::Kinds(options) => kinds(options),
        GraphVerb::Explain(options) => explain(options),
        GraphVerb::Schema => output::text(&format!("{}\n", graph::schema())),
    }
}

/// What the checks found in one file.
#[derive(Debug, Serialize)]
struct FileReport {
    file: String,
    /// Whether it may start.
    ok: bool,
    faults: Value,
    streams: Value,
    /// Tasks, sources first.
    order: Vec<String>,
    /// The slowest way to each sink.
    latency: Value,
}

fn check(options: &GraphCheckOptions) -> Result<(), Failure> {
    let registry = registry();
    let mut reports = Vec::new();
    for path in &options.graphs {
        let file = path.display().to_string();
        let (diagnostics, checked) = match load(path, &options.settings, &registry) {
            Ok(graph) => match graph.check(&registry) {
                Ok(checked) => (graph.diagnose(&checked.faults), Some(checked)),
                Err(diagnostics) => (diagnostics, None),
            },
            Err(Failure::Graph(diagnostics)) => (*diagnostics, None),
            Err(failure) => return Err(failure),
        };
        if options.json {
            let faults = serde_json::to_value(diagnostics.iter().collect::<Vec<_>>()).unwrap_or_default();
            reports.push(FileReport {
                file,
                ok: checked.is_some(),
                faults,
                streams: streams(checked.as_ref()),
                latency: latency(checked.as_ref()),
                order: checked.map(|checked| checked.order).unwrap_or_default(),
            });
            continue;
        }
        report::tell(&diagnostics);
        match &checked {
            Some(checked) => output::text(&format!("{file}: {}\n", summary(checked)))?,
            None => output::text(&format!("{file}: cannot start\n"))?,
        }
        reports.push(FileReport {
            file,
            ok: checked.is_some(),
            faults: Value::Null,
            streams: Value::Null,
            order: Vec::new(),
            latency: Value::Null,
        });
    }
    if options.json {
        output::json(&json!({ "version": VERSION, "graphs": reports }))?;
    }
    if reports.iter().all(|report| report.ok) { Ok(()) } else { Err(Failure::Told(exit::BAD_INPUT)) }
}

fn streams(checked: Option<&Checked>) -> Value {
    let specs = checked.into_iter().flat_map(|checked| &checked.specs);
    let spec = |(name, spec): (&String, &ripieno_pipeline::FrameSpec)| {
        let spec = json!({ "dtype": spec.dtype(), "shape": spec.shape(), "rate_hz": spec.rate_hz() });
        (name.clone(), spec)
    };
    specs.map(spec).collect::<serde_json::Map<_, _>>().into()
}

fn latency(checked: Option<&Checked>) -> Value {
    let paths = checked.into_iter().flat_map(|checked| &checked.latency);
    paths.map(|path| json!({ "tasks": path.tasks, "secs": path.secs })).collect::<Vec<_>>().into()
}

fn summary(checked: &Checked) -> String {
    let many = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let mut text =
        format!("{} and {} in order", many(checked.order.len(), "task"), many(checked.specs.len(), "stream"));
    let slowest = checked.latency.iter().max_by(|a, b| a.secs.total_cmp(&b.secs));
    if let Some(slowest) = slowest.filter(|slowest| slowest.secs > 0.0) {
        let _ = write!(text, ", {:.1} ms by {} at the least", slowest.secs * 1e3, slowest.tasks.join(" > "));
    }
    match checked.warnings().count() {
        0 => {}
        warnings => _ = write!(text, ", {}", many(warnings, "warning")),
    }
    text
}

fn show(options: &GraphShowOptions) -> Result<(), Failure> {
    let registry = registry();
    let graph = load(&options.graph, &[], &registry)?;
    // A graph with faults is drawn as well: that is when one wants to see it.
    let specs = ripieno_pipeline::rules::check(graph.declaration(), &registry).specs;
    let draw = match options.format {
        Picture::Mermaid => show::mermaid,
        Picture::Dot => show::dot,
        Picture::Svg => show::svg,
    };
    let picture = draw(graph.declaration(), &specs);
    output::text(&format!("{}\n", picture.trim_end()))
}

fn fmt(options: &GraphFmtOptions) -> Result<(), Failure> {
    let mut differing = 0;
    for path in &options.graphs {
        let graph = Graph::load(path).map_err(faulty)?;
        let laid_out = graph::format(&path.display().to_string(), graph.text()).map_err(faulty)?;
        if laid_out == graph.text() {
            continue;
        }
        differing += 1;
        if !options.check {
            replace(path, &laid_out)?;
        }
        output::text(&format!("{}\n", path.display()))?;
    }
    if options.check && differing > 0 { Err(Failure::Told(exit::FAILED)) } else { Ok(()) }
}

fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error| Failure::Output { path: path.into(), error };
    let mut file = AtomicFile::create(path, Existing::Replace).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(|error| failed(error.into()))?;
    file.commit().map_err(failed)
}

/// A graph to begin with.
struct Begin {
    name: &'static str,
    about: &'static str,
    text: &'static str,
}

/// The musical ones; those of any signal are the crate's.
const BEGINNINGS: &[Begin] = &[
    Begin {
        name: "tone",
        about: "a tone, through a meter, into a WAV file",
        text: include_str!("../../graphs/tone.toml"),
    },
    Begin {
        name: "stems",
        about: "a recording, taken apart into WAV files",
        text: include_str!("../../graphs/stems.toml"),
    },
    Begin {
        name: "band",
        about: "a MIDI file, through a synth, effects and a meter, into a WAV file",
        text: include_str!("../../graphs/band.toml"),
    },
    Begin {
        name: "live",
        about: "a MIDI input, through a synth and effects, to the speakers",
        text: include_str!("../../graphs/live.toml"),
    },
];

fn beginnings() -> Vec<Begin> {
    let others = graph::TEMPLATES.iter().map(|it| Begin { name: it.name, about: it.summary, text: it.text });
    let others = others.filter(|other| BEGINNINGS.iter().all(|own| own.name != other.name));
    BEGINNINGS.iter().map(|own| Begin { ..*own }).chain(others).collect()
}

fn new(options: &GraphNewOptions) -> Result<(), Failure> {
    let all = beginnings();
    if options.list {
        if options.json {
            let templates: Vec<Value> =
                all.iter().map(|it| json!({ "name": it.name, "about": it.about, "text": it.text })).collect();
            return output::json(&json!({ "version": VERSION, "templates": templates }));
        }
        let text: String = all.iter().map(|it| format!("{:<12} {}\n", it.name, it.about)).collect();
        return output::text(&text);
    }
    let wanted = options.template.as_deref().unwrap_or(BEGINNINGS[0].name);
    match all.iter().find(|it| it.name.eq_ignore_ascii_case(wanted.trim())) {
        Some(found) => output::text(found.text),
        None => {
            let names: Vec<&str> = all.iter().map(|it| it.name).collect();
            Err(unknown("template", wanted, &names))
        }
    }
}

fn unknown(what: &str, wanted: &str, names: &[&str]) -> Failure {
    let meant = settings::closest(wanted, names.iter().copied());
    let meant = meant.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
    Failure::Usage(format!("there is no {what} `{wanted}`{meant}\nhint: there are {}", names.join(", ")))
}

fn kinds(options: &GraphKindsOptions) -> Result<(), Failure> {
    let registry = registry();
    if let Some(wanted) = &options.kind {
        let Some(kind) = registry.kind(wanted.trim()) else {
            let names: Vec<&str> = registry.iter().map(|kind| kind.name()).collect();
            return Err(unknown("kind", wanted, &names));
        };
        return if options.json { output::json(&told(kind)) } else { output::text(&described(kind)) };
    }
    if options.json {
        let kinds: Vec<Value> = registry.iter().map(told).collect();
        return output::json(&json!({ "version": VERSION, "kinds": kinds }));
    }
    let text: String = registry.iter().map(|kind| format!("{:<16} {}\n", kind.name(), kind.summary())).collect();
    output::text(&text)
}

fn told(kind: &Arc<dyn Kind>) -> Value {
    let port = |port: &Port| {
        json!({
            "name": port.name, "dtypes": port.dtypes, "optional": port.optional, "many": port.many,
            "summary": port.summary,
        })
    };
    let param = |param: &Param| {
        let (of, default, range) = typed(&param.of);
        json!({
            "name": param.name, "type": of, "default": default, "range": range, "unit": param.unit,
            "live": param.live, "summary": param.summary,
        })
    };
    json!({
        "name": kind.name(),
        "summary": kind.summary(),
        "inputs": kind.inputs().iter().map(port).collect::<Vec<_>>(),
        "outputs": kind.outputs().iter().map(port).collect::<Vec<_>>(),
        "params": kind.params().iter().map(param).collect::<Vec<_>>(),
        "gauges": kind.gauges(),
    })
}

/// A parameter's type, its default (null if it must be said) and what it may be.
fn typed(of: &ParamType) -> (&'static str, Value, Value) {
    match *of {
        ParamType::Bool { default } => ("bool", json!(default), Value::Null),
        ParamType::Integer { default, min, max } => ("integer", json!(default), json!([min, max])),
        ParamType::Number { default, min, max } => ("number", json!(default), json!([min, max])),
        ParamType::Choice { default, of } => ("choice", json!(default), json!(of)),
        ParamType::Text { default } => ("text", json!(default), Value::Null),
        ParamType::Numbers { optional } => ("numbers", if optional { json!([]) } else { Value::Null }, Value::Null),
    }
}

fn described(kind: &Arc<dyn Kind>) -> String {
    let mut text = format!("{}: {}\n", kind.name(), kind.summary());
    let mut ports = |title: &str, ports: &[Port]| {
        for port in ports {
            let types = port.dtypes.iter().map(|dtype| DType::name(*dtype)).collect::<Vec<_>>().join(" ");
            let many = if port.many { ", any number" } else { "" };
            let optional = if port.optional { ", may be left out" } else { "" };
            let _ = writeln!(text, "  {title:<7} {:<14} {} ({types}{many}{optional})", port.name, port.summary);
        }
    };
    ports("reads", kind.inputs());
    ports("writes", kind.outputs());
    for param in kind.params() {
        let (_, default, range) = typed(&param.of);
        let default = match default {
            Value::Null => "must be said".into(),
            default => format!("default {default}"),
        };
        let range = match &range {
            Value::Array(range) if matches!(param.of, ParamType::Choice { .. }) => {
                format!(", one of {}", range.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "))
            }
            Value::Array(range) => format!(", {} to {} {}", range[0], range[1], param.unit).trim_end().to_owned(),
            _ => String::new(),
        };
        let live = if param.live { ", while it runs" } else { "" };
        let _ = writeln!(text, "  param   {:<14} {} ({default}{range}{live})", param.name, param.summary);
    }
    if !kind.gauges().is_empty() {
        let _ = writeln!(text, "  shows   {}", kind.gauges().join(", "));
    }
    text
}

fn explain(options: &GraphExplainOptions) -> Result<(), Failure> {
    let Some(code) = Code::find(&options.code) else {
        let names: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
        return Err(unknown("rule", &options.code, &names));
    };
    if options.json {
        return output::json(&json!({
            "version": VERSION, "code": code.name(), "severity": code.severity(), "title": code.title(),
            "cause": code.cause(), "example": code.example(), "fix": code.fix(),
        }));
    }
    let example: String = code.example().lines().map(|line| format!("  {line}\n")).collect();
    output::text(&format!(
        "{}: {}\n\n{}\n\nFor example:\n\n{example}\nWhat to do: {}\n",
        code.name(),
        code.title(),
        code.cause(),
        code.fix()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_beginning_can_be_read_and_is_laid_out() {
        for begin in beginnings() {
            let graph =
                Graph::parse(begin.name, begin.text).unwrap_or_else(|faults| panic!("{}: {faults}", begin.name));
            assert!(!graph.declaration().tasks.is_empty(), "{}", begin.name);
            assert_eq!(graph::format(begin.name, begin.text).unwrap(), begin.text, "{}", begin.name);
        }
    }

    #[test]
    fn every_kind_describes_itself() {
        for kind in registry().iter() {
            assert!(described(kind).lines().count() > 1 && !kind.summary().ends_with('.'), "{}", kind.name());
            for param in kind.params() {
                assert!(!param.summary.is_empty(), "{}.{}", kind.name(), param.name);
            }
        }
    }
}
