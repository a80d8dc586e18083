//! From a reference to a driver that runs: files are checked before any engine sees them, engines are tried in turn, and
//! other hardware must give the processor's numbers.

use crate::conditioned::Source as Fed;
use crate::engine::{self, Engine, Setup};
use crate::manifest::{Kind, Manifest};
use crate::onnx::OnnxFile;
use crate::policy::{self, Driver};
use crate::reference::{self, Source};
use crate::{BoundGraph, ModelError, ModelErrorKind, ModelInfo, OpenOptions, kinds, probe};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// A model's files, looked through.
#[derive(Debug)]
pub(crate) struct Files {
    pub manifest: Manifest,
    pub folder: PathBuf,
    /// The graphs by their names in the manifest.
    pub graphs: BTreeMap<String, OnnxFile>,
    /// SHA-256 of all of them, in hexadecimal digits.
    pub hash: String,
    /// How long they are together.
    pub bytes: u64,
    pub warnings: Vec<String>,
}

impl Files {
    /// Looks through the files of a model. Control; reads each once.
    ///
    /// # Errors
    /// When one is missing, damaged, not what the manifest says, or refers out of the model's folder.
    pub fn read(source: &Source) -> Result<Self, ModelError> {
        let (manifest, warnings) = reference::described(source)?;
        let path = match source {
            Source::Manifest(path) | Source::Onnx(path) => path,
            Source::Builtin(name) => return Err(ModelError::missing(format!("there is no file of {name}"))),
        };
        let folder = reference::folder_of(path);
        let mut all = Sha256::new();
        if let Source::Manifest(path) = source {
            all.update(hash(path)?);
        }
        let mut graphs = BTreeMap::new();
        let mut bytes = 0;
        for (name, graph) in &manifest.graph {
            let place = format!("graph.{name}");
            let path = folder.join(&graph.file);
            let file = OnnxFile::read(&path, &folder).map_err(|error| error.at(&place))?;
            let digest = hash(&path)?;
            let digits = hexadecimal(&digest);
            if let Some(expected) = graph.sha256.as_ref().filter(|expected| !expected.eq_ignore_ascii_case(&digits)) {
                return Err(ModelError::invalid(format!(
                    "{place}: {} has the SHA-256 {digits}, the manifest says {expected}; fetch the file again",
                    path.display()
                )));
            }
            all.update(digest);
            for external in &file.external {
                all.update(hash(external)?);
            }
            bytes += file.bytes;
            graphs.insert(name.clone(), file);
        }
        for name in kinds::files_beside(&manifest) {
            all.update(hash(&kinds::path_beside(&folder, name)?)?);
        }
        Ok(Self { hash: hexadecimal(&all.finalize()), manifest, folder, graphs, bytes, warnings })
    }

    /// Loads all graphs.
    fn load(&self, engine: &dyn Engine, setup: &Setup) -> Result<Vec<BoundGraph>, ModelError> {
        (self.graphs.iter())
            .map(|(name, file)| {
                let graph = engine::load(engine, file, setup).map_err(|error| error.at(format!("graph.{name}")))?;
                let table = &self.manifest.graph[name];
                let (inputs, outputs) = (table.inputs.clone(), table.outputs.clone());
                Ok(BoundGraph { name: name.clone(), graph, inputs, outputs })
            })
            .collect()
    }

    /// Gives loaded graphs to the driver of the model's kind.
    fn driver(&self, graphs: Vec<BoundGraph>) -> Result<Driver, ModelError> {
        let manifest = &self.manifest;
        match manifest.kind {
            Kind::Waveform => kinds::waveform(manifest, graphs),
            Kind::Stft => kinds::stft(manifest, graphs, &self.folder),
            Kind::Conditioned => kinds::conditioned(manifest, graphs, &self.folder),
        }
    }
}

/// The files that make a model, for whoever takes it elsewhere: there, together, they are the same model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFiles {
    /// What tells the model from others, as [`ModelInfo::hash`] does.
    pub hash: String,
    /// The folder that all files lie in.
    pub folder: PathBuf,
    /// The file by which the model is opened, from the folder.
    pub entry: PathBuf,
    /// All files, from the folder, each once.
    pub files: Vec<PathBuf>,
}

/// The files of a model; `None` for one that is built in. Control; reads each once.
///
/// # Errors
/// As [`Model::open`](crate::Model::open), as far as files can tell.
pub fn files(reference: &str) -> Result<Option<ModelFiles>, ModelError> {
    let source = reference::find(reference, reference::models_folder().as_deref())?;
    let (Source::Manifest(entry) | Source::Onnx(entry)) = &source else { return Ok(None) };
    let read = Files::read(&source)?;
    let whole = |path: &Path| {
        path.canonicalize().map_err(|error| ModelError::invalid(format!("{} cannot be read: {error}", path.display())))
    };
    let folder = whole(&read.folder)?;
    let mut files = vec![whole(entry)?];
    for (name, file) in &read.graphs {
        files.push(whole(&read.folder.join(&read.manifest.graph[name].file))?);
        files.extend(file.external.iter().map(|path| whole(path)).collect::<Result<Vec<_>, _>>()?);
    }
    for name in kinds::files_beside(&read.manifest) {
        files.push(kinds::path_beside(&read.folder, name)?);
    }
    let inner = |path: PathBuf| {
        path.strip_prefix(&folder).map(Path::to_owned).map_err(|_| {
            ModelError::invalid(format!("{} leads out of the model's folder: copy it there", path.display()))
        })
    };
    let mut files = files.into_iter().map(inner).collect::<Result<Vec<_>, _>>()?;
    let entry = files[0].clone();
    files.sort();
    files.dedup();
    Ok(Some(ModelFiles { hash: read.hash, folder, entry, files }))
}

/// A model that is ready, and what to say of it.
pub(crate) struct Opened {
    pub driver: Driver,
    pub info: ModelInfo,
    pub bytes: u64,
}

/// Opens a model with files. Control.
pub(crate) fn open(source: &Source, options: &OpenOptions) -> Result<Opened, ModelError> {
    let files = Files::read(source)?;
    let manifest = &files.manifest;
    let setup = Setup { threads: options.threads.or(manifest.runtime.threads), runtime: manifest.runtime };
    let mut warnings = files.warnings.clone();
    let engines = engine::candidates(options, &mut warnings)?;
    let opened = first_that_can(&files, &setup, engines, &mut warnings)?;
    let (engine, mut driver) = on_hardware(&files, &setup, options, opened, &mut warnings);
    if manifest.tta.polarity {
        driver = Box::new(policy::Polarity::new(driver));
    }
    if let Some(recording) = options.recording {
        driver = policy::channels(driver, manifest.channel_policy, recording.channels)?;
    }
    let info = ModelInfo {
        id: manifest.id.clone(),
        stems: manifest.stems.clone(),
        complement: manifest.complement.clone(),
        conditioned: manifest.is_conditioned(),
        anchors: manifest.kind == Kind::Conditioned && manifest.bind.values().any(|bound| *bound == Fed::AnchorAlign),
        hash: files.hash.clone(),
        overlap: manifest.chunk.overlap,
        window: manifest.chunk.shape(),
        edge: manifest.chunk.edge,
        licence: manifest.licence.clone(),
        author: manifest.author.clone(),
        engine: engine.name(),
        warnings,
    };
    Ok(Opened { driver, info, bytes: files.bytes })
}

/// What runs and the driver it runs for.
pub(crate) type Running = (Box<dyn Engine>, Driver);

/// The first engine that can load all graphs, and their driver. What kept an earlier one from it becomes a warning.
pub(crate) fn first_that_can(
    files: &Files,
    setup: &Setup,
    engines: Vec<Box<dyn Engine>>,
    warnings: &mut Vec<String>,
) -> Result<Running, ModelError> {
    let mut first = None;
    for engine in engines {
        match files.load(&*engine, setup) {
            Ok(graphs) => {
                warnings.extend(first.map(|error: ModelError| format!("{error}; {} runs it instead", engine.name())));
                return Ok((engine, files.driver(graphs)?));
            }
            // What one engine takes for damage, another may know.
            Err(error) if matches!(error.kind(), ModelErrorKind::Unavailable | ModelErrorKind::Invalid) => {
                first = Some(first.unwrap_or(error));
            }
            Err(error) => return Err(error),
        }
    }
    Err(first.unwrap_or_else(|| ModelError::unavailable("this build has no engine")))
}

/// The first of the hardware asked for that works and gives the processor's numbers, else the processor.
pub(crate) fn on_hardware(
    files: &Files,
    setup: &Setup,
    options: &OpenOptions,
    (engine, mut driver): Running,
    warnings: &mut Vec<String>,
) -> Running {
    for provider in &options.providers {
        let Some(other) = engine.on(*provider) else {
            warnings.push(format!("{} cannot use {}; the processor is used", engine.name(), provider.word()));
            continue;
        };
        let faster = files.load(&*other, setup).and_then(|graphs| files.driver(graphs));
        let tried = faster.map_err(|error| error.to_string()).and_then(|mut faster| {
            probe::compare(&mut *driver, &mut *faster)?;
            Ok(faster)
        });
        match tried {
            Ok(faster) => return (other, faster),
            Err(why) => warnings.push(format!("{} is not used: {why}", provider.word())),
        }
    }
    (engine, driver)
}

fn hash(path: &Path) -> Result<[u8; 32], ModelError> {
    let failed = |error| ModelError::invalid(format!("{} cannot be read: {error}", path.display()));
    let mut file = File::open(path).map_err(failed)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer).map_err(failed)? {
            0 => return Ok(digest.finalize().into()),
            read => digest.update(&buffer[..read]),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
