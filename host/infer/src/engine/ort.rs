//! Graphs by ONNX Runtime, whose library is looked for when a model is opened. A process can have one, which is why this
//! file keeps it for as long as the process lives: the library says so itself.

use super::{Engine, Setup, edge, first_line, library};
use crate::onnx::{Element, OnnxFile};
use crate::{Elements, Graph, GraphError, ModelError, Provider, Slot, Tensor};
use half::{bf16, f16};
use ort::ep::{self, ExecutionProviderDispatch};
use ort::logging::LogLevel;
use ort::session::{Session, SessionInputValue};
use ort::value::{DynValue, Tensor as OrtTensor, TensorElementType};
use std::borrow::Cow;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The one ONNX Runtime of this process, once it is loaded.
static LOADED: Mutex<Option<OnnxRuntime>> = Mutex::new(None);

/// An ONNX Runtime that is loaded.
#[derive(Clone, Debug)]
pub(super) struct OnnxRuntime {
    path: PathBuf,
    version: String,
    environment: ort::environment::Environment,
    /// What it should run on beside the processor.
    provider: Option<Provider>,
}

impl OnnxRuntime {
    /// Loads the library that was asked for, or the first that is found; `None` where none is. Control.
    ///
    /// # Errors
    /// When the one asked for, or every one that was found, cannot be used.
    pub fn find(asked: Option<&Path>) -> Result<Option<Self>, ModelError> {
        let variable = || std::env::var_os(library::VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
        let asked = asked.map(Path::to_path_buf).or_else(variable);
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = &*loaded {
            return match asked {
                Some(path) if !same_file(&path, &runtime.path) => Err(ModelError::unavailable(format!(
                    "ONNX Runtime is loaded from {}; {} needs a process of its own",
                    runtime.path.display(),
                    path.display()
                ))),
                _ => Ok(Some(runtime.clone())),
            };
        }
        let runtime = match asked {
            Some(path) => Some(Self::load(&path)?),
            None => Self::load_first(&library::candidates(|name| std::env::var_os(name)))?,
        };
        loaded.clone_from(&runtime);
        Ok(runtime)
    }

    fn load_first(candidates: &[PathBuf]) -> Result<Option<Self>, ModelError> {
        let mut first = None;
        for path in candidates {
            match Self::load(path) {
                Ok(runtime) => return Ok(Some(runtime)),
                Err(error) => first = Some(first.unwrap_or(error)),
            }
        }
        first.map_or(Ok(None), Err)
    }

    fn load(path: &Path) -> Result<Self, ModelError> {
        let shown = path.display();
        let refuse = |why: String| ModelError::unavailable(format!("{shown} cannot be used as ONNX Runtime: {why}"));
        // The dynamic linker would look for a bare name elsewhere.
        let path = path.canonicalize().map_err(|error| refuse(error.to_string()))?;
        let built = catch_unwind(|| {
            let builder = ort::init_from(&path).map_err(|error| first_line(&error.to_string()))?;
            let environment = builder.with_name("ripieno").with_telemetry(false).build();
            environment.map(|environment| (environment, ort::info())).map_err(|error| first_line(error.message()))
        });
        let (environment, build) = match built {
            Ok(Ok(built)) => built,
            Ok(Err(why)) => return Err(refuse(why)),
            Err(panic) => return Err(refuse(super::panic_text(&*panic))),
        };
        // Its complaints come back as errors; it need not print them as well.
        if std::env::var_os("ORT_LOG").is_none() {
            environment.set_log_level(LogLevel::Fatal);
        }
        Ok(Self { version: version(&path, build), path, environment, provider: None })
    }
}

impl Engine for OnnxRuntime {
    fn name(&self) -> String {
        let name = format!("ONNX Runtime {}", self.version);
        format!("{} ({})", name.trim_end(), self.provider.map_or("CPU", Provider::word))
    }

    fn on(&self, provider: Provider) -> Option<Box<dyn Engine>> {
        Some(Box::new(Self { provider: Some(provider), ..self.clone() }))
    }

    fn load(&self, file: &OnnxFile, setup: &Setup) -> Result<Box<dyn Graph>, ModelError> {
        Ok(Box::new(OrtGraph::load(self, file, setup)?))
    }
}

/// The version: in what it says of its build, or else in the name of its file. Neither is sure to have it.
fn version(path: &Path, build: &str) -> String {
    let branch = build.split("git-branch=rel-").nth(1).and_then(|rest| rest.split([',', ' ']).next());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    branch
        .map_or_else(|| library::version(&name).iter().map(u32::to_string).collect::<Vec<_>>().join("."), str::to_owned)
}

fn same_file(one: &Path, other: &Path) -> bool {
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// A graph that ONNX Runtime runs.
struct OrtGraph {
    shown: String,
    inputs: Vec<Slot>,
    outputs: Vec<Slot>,
    elements: Vec<Element>,
    session: Session,
}

impl OrtGraph {
    /// Makes a session of a file.
    fn load(runtime: &OnnxRuntime, file: &OnnxFile, setup: &Setup) -> Result<Self, ModelError> {
        let session = session(runtime, file, setup).map_err(|error| load_error(&error))?;
        let (inputs, outputs) = (file.inputs.clone(), file.outputs.clone());
        let names = session.inputs().iter().map(|one| one.name());
        if !names.eq(inputs.iter().map(|slot| slot.name.as_str())) {
            return Err(ModelError::invalid("ONNX Runtime sees other inputs than the file lists"));
        }
        Ok(Self {
            shown: file.path.display().to_string(),
            inputs,
            outputs,
            elements: file.input_elements.clone(),
            session,
        })
    }
}

fn session(runtime: &OnnxRuntime, file: &OnnxFile, setup: &Setup) -> ort::Result<Session> {
    let keys = &setup.runtime;
    let mut builder = Session::builder(&runtime.environment)?
        .with_memory_pattern(keys.memory_pattern)?
        // Between two windows the cores belong to whoever reads and writes.
        .with_intra_op_spinning(false)?;
    if let Some(threads) = setup.threads {
        builder = builder.with_intra_threads(threads)?;
    }
    if !keys.constant_folding {
        builder = builder.with_disabled_optimizers("ConstantFolding")?;
    }
    let mut providers: Vec<_> = runtime.provider.map(dispatch).into_iter().map(|one| one.error_on_failure()).collect();
    providers.push(ep::CPU::default().with_arena_allocator(keys.arena).build());
    builder = builder.with_execution_providers(providers)?;
    builder.commit_from_file(&file.path)
}

fn dispatch(provider: Provider) -> ExecutionProviderDispatch {
    match provider {
        Provider::Cuda => ep::CUDA::default().build(),
        Provider::TensorRt => ep::TensorRT::default().build(),
        Provider::MiGraphX => ep::MIGraphX::default().build(),
        Provider::CoreMl => ep::CoreML::default().build(),
        Provider::DirectMl => ep::DirectML::default().build(),
        Provider::OpenVino => ep::OpenVINO::default().build(),
        Provider::Xnnpack => ep::XNNPACK::default().build(),
        Provider::WebGpu => ep::WebGPU::default().build(),
    }
}

/// Why a file cannot be loaded: what the engine lacks is not the file's fault.
fn load_error(error: &ort::Error) -> ModelError {
    use ort::ErrorCode::{ExecutionProviderFailure, NotImplemented};
    let text = first_line(error.message());
    let lower = text.to_lowercase();
    let lacks = [
        "not implemented",
        "could not find an implementation",
        "is not a registered function/op",
        "no op registered",
        "not enabled",
    ];
    if matches!(edge::run_error("", &text).kind, ripieno_ports::FaultKind::OutOfMemory) {
        ModelError::out_of_memory(text)
    } else if matches!(error.code(), NotImplemented | ExecutionProviderFailure)
        || lacks.iter().any(|word| lower.contains(word))
    {
        ModelError::unavailable(format!("ONNX Runtime lacks something it needs: {text}"))
    } else {
        ModelError::invalid(format!("ONNX Runtime refuses it: {text}"))
    }
}

impl Graph for OrtGraph {
    fn inputs(&self) -> &[Slot] {
        &self.inputs
    }

    fn outputs(&self) -> &[Slot] {
        &self.outputs
    }

    fn run(&mut self, inputs: Vec<(&str, Tensor)>) -> Result<Vec<Tensor>, GraphError> {
        let failed = |error: ort::Error| edge::run_error(&self.shown, error.message());
        let inputs = edge::arrange(&self.shown, &self.inputs, inputs)?;
        let mut named: Vec<(Cow<'_, str>, SessionInputValue<'_>)> = Vec::with_capacity(inputs.len());
        for ((tensor, element), slot) in inputs.into_iter().zip(&self.elements).zip(&self.inputs) {
            named.push((Cow::from(slot.name.as_str()), into_ort(tensor, *element).map_err(failed)?.into()));
        }
        let given = self.session.run(named).map_err(failed)?;
        (self.outputs.iter())
            .map(|slot| {
                let value = given
                    .get(&slot.name)
                    .ok_or_else(|| edge::run_error(&self.shown, &format!("output '{}' did not come", slot.name)))?;
                from_ort(value).map_err(failed)
            })
            .collect()
    }
}

fn into_ort(tensor: Tensor, element: Element) -> ort::Result<DynValue> {
    let shape = tensor.shape().to_vec();
    Ok(match (tensor.into_elements(), element) {
        (Elements::F32(all), Element::F16) => {
            OrtTensor::from_array((shape, all.into_iter().map(f16::from_f32).collect::<Vec<_>>()))?.into_dyn()
        }
        (Elements::F32(all), Element::Bf16) => {
            OrtTensor::from_array((shape, all.into_iter().map(bf16::from_f32).collect::<Vec<_>>()))?.into_dyn()
        }
        (Elements::F32(all), _) => OrtTensor::from_array((shape, all))?.into_dyn(),
        (Elements::I64(all), Element::I32) => {
            let narrow = all.into_iter().map(i32::try_from).collect::<Result<Vec<_>, _>>();
            OrtTensor::from_array((shape, narrow.map_err(ort::Error::wrap)?))?.into_dyn()
        }
        (Elements::I64(all), _) => OrtTensor::from_array((shape, all))?.into_dyn(),
        (Elements::Bool(all), Element::U8) => {
            OrtTensor::from_array((shape, all.into_iter().map(u8::from).collect::<Vec<_>>()))?.into_dyn()
        }
        (Elements::Bool(all), _) => OrtTensor::from_array((shape, all))?.into_dyn(),
    })
}

fn from_ort(value: &DynValue) -> ort::Result<Tensor> {
    let kind = value.dtype().tensor_type();
    let (shape, elements) = match kind {
        Some(TensorElementType::Float32) => {
            let (shape, all) = value.try_extract_tensor::<f32>()?;
            (shape, Elements::F32(all.to_vec()))
        }
        Some(TensorElementType::Float16) => {
            let (shape, all) = value.try_extract_tensor::<f16>()?;
            (shape, Elements::F32(all.iter().map(|one| one.to_f32()).collect()))
        }
        Some(TensorElementType::Bfloat16) => {
            let (shape, all) = value.try_extract_tensor::<bf16>()?;
            (shape, Elements::F32(all.iter().map(|one| one.to_f32()).collect()))
        }
        Some(TensorElementType::Int64) => {
            let (shape, all) = value.try_extract_tensor::<i64>()?;
            (shape, Elements::I64(all.to_vec()))
        }
        Some(TensorElementType::Int32) => {
            let (shape, all) = value.try_extract_tensor::<i32>()?;
            (shape, Elements::I64(all.iter().map(|one| i64::from(*one)).collect()))
        }
        Some(TensorElementType::Uint8) => {
            let (shape, all) = value.try_extract_tensor::<u8>()?;
            (shape, Elements::Bool(all.iter().map(|one| *one != 0).collect()))
        }
        Some(TensorElementType::Bool) => {
            let (shape, all) = value.try_extract_tensor::<bool>()?;
            (shape, Elements::Bool(all.to_vec()))
        }
        other => return Err(ort::Error::new(format!("unsupported: an output of {other:?}"))),
    };
    let lengths: Vec<usize> = shape.iter().map(|length| usize::try_from(*length).unwrap_or(0)).collect();
    Ok(Tensor::new(&lengths, elements))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_where_builds_put_it() {
        for (name, build, expected) in [
            ("libonnxruntime.so.1.20.1", "ORT Build Info: git-branch=rel-1.31.1, git-commit-id=x", "1.31.1"),
            ("libonnxruntime.so.1.20.1", "ORT Build Info: git-branch=HEAD, git-commit-id=x", "1.20.1"),
            ("onnxruntime.dll", "", ""),
        ] {
            assert_eq!(version(Path::new(name), build), expected, "{name} {build}");
        }
    }
}
