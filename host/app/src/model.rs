//! `ripieno model`: what there is to separate with, and whether it works.

use crate::cli::{ModelListOptions, ModelOptions, ModelVerb};
use crate::{Failure, output};
use ripieno_infer::{EngineChoice, Finding, Model, ModelInfo, OpenOptions, builtin, check, list, models_folder};
use ripieno_ports::Separator;
use ripieno_separate::Engine;
use serde::Serialize;
use std::fmt::Write;

/// Carries out the verb.
pub fn run(verb: &ModelVerb) -> Result<(), Failure> {
    match verb {
        ModelVerb::List(options) => show_list(options),
        ModelVerb::Info(options) => show_info(options),
        ModelVerb::Check(options) => show_check(options),
    }
}

#[derive(Debug, Serialize)]
struct Listing {
    built_in: Vec<BuiltIn>,
    models: Vec<Found>,
    /// Where they were looked for.
    folder: Option<String>,
}

#[derive(Debug, Serialize)]
struct BuiltIn {
    reference: &'static str,
    about: &'static str,
    stems: Vec<&'static str>,
    settings: Vec<Setting>,
}

#[derive(Debug, Serialize)]
struct Setting {
    name: &'static str,
    default: f32,
    least: f32,
    greatest: f32,
}

#[derive(Debug, Serialize)]
struct Found {
    reference: String,
    id: String,
    stems: Vec<String>,
    complement: Option<String>,
    /// Whether it must be told in words what to separate.
    conditioned: bool,
    path: String,
    /// Why it cannot be used.
    problem: Option<String>,
}

fn show_list(options: &ModelListOptions) -> Result<(), Failure> {
    let folder = options.folder.clone().or_else(models_folder);
    let found = folder.as_deref().map(list).unwrap_or_default();
    let built_in = builtin::KINDS.iter().map(|kind| BuiltIn {
        reference: kind.reference,
        about: kind.about,
        stems: kind.stems().collect(),
        settings: kind
            .settings()
            .map(|(name, default, least, greatest)| Setting { name, default, least, greatest })
            .collect(),
    });
    let listing = Listing {
        built_in: built_in.collect(),
        models: (found.into_iter())
            .map(|it| Found {
                reference: it.reference,
                id: it.id,
                stems: it.stems,
                complement: it.complement,
                conditioned: it.conditioned,
                path: it.path.display().to_string(),
                problem: it.problem,
            })
            .collect(),
        folder: folder.map(|folder| folder.display().to_string()),
    };
    if options.json {
        return output::json(&listing);
    }
    let mut text = String::new();
    for BuiltIn { reference, about, stems, settings } in &listing.built_in {
        let _ = writeln!(text, "{reference:<18} {about}");
        let _ = writeln!(text, "{:<18} stems: {}", "", stems.join(", "));
        for Setting { name, default, least, greatest } in settings {
            let _ = writeln!(text, "{:<18} {reference},{name}={default}  ({least} to {greatest})", "");
        }
    }
    for Found { reference, stems, complement, problem, .. } in &listing.models {
        let stems = stems.iter().chain(complement).map(String::as_str).collect::<Vec<_>>().join(", ");
        let _ = match problem {
            None => writeln!(text, "{reference:<18} stems: {stems}"),
            Some(problem) => writeln!(text, "{reference:<18} cannot be used: {problem}"),
        };
    }
    let _ = writeln!(text, "searched: {}", listing.folder.as_deref().unwrap_or("no folder; RIPIENO_MODELS names one"));
    output::text(&text)
}

#[derive(Debug, Serialize)]
struct Info {
    id: String,
    stems: Vec<String>,
    complement: Option<String>,
    /// Whether it takes descriptions of anything.
    conditioned: bool,
    rate: u32,
    channels: usize,
    licence: Option<String>,
    author: Option<String>,
    /// What really runs it.
    engine: String,
    hash: String,
    warnings: Vec<String>,
}

fn show_info(options: &ModelOptions) -> Result<(), Failure> {
    let model = Model::open(&options.model, &opening(options)).map_err(Failure::Model)?;
    let geometry = model.geometry();
    let ModelInfo { id, stems, complement, conditioned, hash, licence, author, engine, warnings, .. } =
        model.info().clone();
    let info = Info {
        id,
        stems,
        complement,
        conditioned,
        rate: geometry.rate.hz(),
        channels: geometry.channels,
        licence,
        author,
        engine,
        hash,
        warnings,
    };
    if options.json {
        return output::json(&info);
    }
    info.warnings.iter().for_each(|warning| output::warn(warning));
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:<10} {value}");
    };
    line("model", &info.id);
    line("stems", &info.stems.join(", "));
    if let Some(complement) = &info.complement {
        line("the rest", complement);
    }
    line("asks for", if info.conditioned { "a description in words" } else { "a stem by name" });
    line("takes", &format!("{} Hz, {} channels", info.rate, info.channels));
    line("runs on", &info.engine);
    line("licence", info.licence.as_deref().unwrap_or("not said"));
    line("author", info.author.as_deref().unwrap_or("not said"));
    line("SHA-256", &info.hash);
    output::text(&text)
}

fn opening(options: &ModelOptions) -> OpenOptions {
    let mut opening = OpenOptions::default();
    opening.engine = match options.engine {
        Engine::Tract => EngineChoice::Tract,
        Engine::Ort => EngineChoice::Ort,
        _ => EngineChoice::Auto,
    };
    opening.threads = options.threads;
    opening.ort_lib.clone_from(&options.ort_lib);
    opening
}

fn show_check(options: &ModelOptions) -> Result<(), Failure> {
    let report = check(&options.model, &opening(options)).map_err(Failure::Model)?;
    if options.json {
        output::json(&report)?;
    } else {
        report.warnings.iter().for_each(|warning| output::warn(warning));
        let mut text = String::new();
        for Finding { name, passed, detail } in &report.findings {
            let _ = writeln!(text, "{}  {name:<12} {detail}", if *passed { "ok " } else { "BAD" });
        }
        if let Some(load) = report.load_of_one_second {
            let (speed, engine) = (1.0 / load.max(f64::MIN_POSITIVE), report.engine.as_deref().unwrap_or("nothing"));
            let _ = writeln!(text, "     {speed:.1} times real time on {engine}");
        }
        output::text(&text)?;
    }
    let Some(fault) = report.fault else { return Ok(()) };
    let last = report.findings.last().map(|finding| finding.detail.clone()).unwrap_or_default();
    Err(Failure::Check { fault, message: format!("{}: {last}", options.model) })
}
