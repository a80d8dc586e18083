//! A model put to the test before anybody relies on it: its files, its shapes, a way through it that should change nothing,
//! and short runs.

use crate::engine::{self, Setup};
use crate::open::{self, Files};
use crate::policy::{Driver, Loopback};
use crate::reference::{self, Source};
use crate::{Model, ModelError, ModelErrorKind, OpenOptions, probe};
use ripieno_ports::{Geometry, Separator as _};
use serde::Serialize;
use std::time::Instant;

/// How much of full scale may be lost on a way through transforms that should change nothing.
pub const MOST_LOSS: f32 = 1e-4;

/// What came out of a check.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CheckReport {
    /// What the model is called, once its manifest was read.
    pub id: Option<String>,
    /// What ran it, once something could.
    pub engine: Option<String>,
    /// SHA-256 of all its files, once they were read.
    pub hash: Option<String>,
    /// Whether all went well.
    pub passed: bool,
    /// Seconds of work for a second of sound, once it ran.
    pub load_of_one_second: Option<f64>,
    /// What was looked at, in order; after one that fails, nothing more is.
    pub findings: Vec<Finding>,
    /// What a user should know though it works.
    pub warnings: Vec<String>,
    /// What kind of fault the failed finding is.
    #[serde(skip)]
    pub fault: Option<ModelErrorKind>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub name: &'static str,
    /// Whether it is as it should be.
    pub passed: bool,
    /// What was found.
    pub detail: String,
}

/// Puts a model to the test. Control; takes as long as loading it and a few runs.
///
/// # Errors
/// When there is no such model. Whatever else is wrong with it stands in the report.
pub fn check(reference: &str, options: &OpenOptions) -> Result<CheckReport, ModelError> {
    let source = reference::find(reference, reference::models_folder().as_deref())?;
    let mut report = CheckReport {
        id: None,
        engine: None,
        hash: None,
        passed: false,
        load_of_one_second: None,
        findings: Vec::new(),
        warnings: Vec::new(),
        fault: None,
    };
    let looked = match source {
        Source::Builtin(_) => report.built_in(reference, options),
        source => report.graphs(&source, options),
    };
    match looked {
        Ok(()) => report.passed = true,
        Err(Fault { name, error }) => {
            report.fault = Some(error.kind());
            report.findings.push(Finding { name, passed: false, detail: error.to_string() });
        }
    }
    Ok(report)
}

/// What ended a check.
struct Fault {
    name: &'static str,
    error: ModelError,
}

fn fault(name: &'static str) -> impl Fn(ModelError) -> Fault {
    move |error| Fault { name, error }
}

impl CheckReport {
    fn good(&mut self, name: &'static str, detail: String) {
        self.findings.push(Finding { name, passed: true, detail });
    }

    fn built_in(&mut self, reference: &str, options: &OpenOptions) -> Result<(), Fault> {
        let mut model = Model::open(reference, options).map_err(fault("opens"))?;
        self.id = Some(model.info().id.clone());
        self.engine = Some(model.info().engine.clone());
        self.hash = Some(model.info().hash.clone());
        self.runs(&mut model)
    }

    fn graphs(&mut self, source: &Source, options: &OpenOptions) -> Result<(), Fault> {
        let files = Files::read(source).map_err(fault("files"))?;
        let manifest = &files.manifest;
        self.id = Some(manifest.id.clone());
        self.hash = Some(files.hash.clone());
        self.warnings.extend(files.warnings.iter().cloned());
        let external: usize = files.graphs.values().map(|file| file.external.len()).sum();
        let checked = manifest.graph.values().filter(|graph| graph.sha256.is_some()).count();
        self.good(
            "files",
            format!(
                "{} graphs, {checked} with a SHA-256 that was checked, {external} files of external data, {} bytes",
                files.graphs.len(),
                files.bytes
            ),
        );
        let engines = engine::candidates(options, &mut self.warnings).map_err(fault("engine"))?;
        let setup = Setup { threads: options.threads.or(manifest.runtime.threads), runtime: manifest.runtime };
        let opened = open::first_that_can(&files, &setup, engines, &mut self.warnings).map_err(fault("shapes"))?;
        let (engine, mut driver) = open::on_hardware(&files, &setup, options, opened, &mut self.warnings);
        self.engine = Some(engine.name());
        let Geometry { rate, channels, stems, .. } = driver.geometry();
        self.good("shapes", format!("{} Hz, {channels} channels in, {stems} stems out", rate.hz()));
        self.loopback(&mut driver)?;
        self.runs(&mut *driver)
    }

    /// The way through a driver whose graphs would change nothing.
    fn loopback(&mut self, driver: &mut Driver) -> Result<(), Fault> {
        let name = "loop-back";
        match driver.loopback().map_err(|error| Fault { name, error: error.into() })? {
            Loopback::None => {}
            Loopback::Exact(worst) if worst <= MOST_LOSS => {
                self.good(name, format!("what nothing changes comes back within {worst:.1e} of full scale"));
            }
            Loopback::Exact(worst) => {
                let problem = format!(
                    "what nothing changes comes back {worst:.1e} of full scale off, more than {MOST_LOSS:.0e}: the window \
                     and the hop of [stft] must let the transform be undone"
                );
                return Err(Fault { name, error: ModelError::invalid(problem) });
            }
            Loopback::Lossy(share) => {
                self.good(name, format!("the codec alone loses {:.1} dB of the sound", 20.0 * share.max(1e-9).log10()));
            }
        }
        Ok(())
    }

    /// Noise and silence.
    fn runs<S: ripieno_ports::Separator<Error = crate::GraphError> + ?Sized>(
        &mut self,
        driver: &mut S,
    ) -> Result<(), Fault> {
        for (name, level) in [("noise", 1.0), ("silence", 0.0)] {
            let mut noise = probe::noise();
            let start = Instant::now();
            let run = probe::run(driver, || level * noise()).map_err(|error| Fault { name, error: error.into() })?;
            let secs = start.elapsed().as_secs_f64();
            let problem = if run.stems.iter().any(|sample| !sample.is_finite()) {
                Some("gives samples that are no numbers".to_owned())
            } else if run.produced < run.window {
                Some(format!("gives {} frames for a window of {}", run.produced, run.window))
            } else {
                None
            };
            if let Some(problem) = problem {
                return Err(Fault { name, error: ModelError::invalid(problem) });
            }
            let peak = run.stems.iter().fold(0.0f32, |all, sample| all.max(sample.abs()));
            let seconds = run.window as f64 / f64::from(driver.geometry().rate.hz());
            self.good(name, format!("{} frames in {secs:.2} s, the greatest sample is {peak:.3}", run.window));
            // The second run is warm.
            self.load_of_one_second = Some(secs / seconds);
        }
        Ok(())
    }
}
