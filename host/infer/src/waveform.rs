//! Models that take samples and give samples: `[1, C, T]` in; `[1, S, C, T]`, `[1, S*C, T]` or `[S, C, T]` out, or an output
//! for each stem. All of these lie in memory alike: stems, then channels, then frames.

use crate::manifest::{Manifest, Normalize};
use crate::{Bound, ElementKind, GraphError, ModelError, Slot, Tensor};
use ripieno_ports::{Conditions, FaultKind, Geometry, Separator};
use ripieno_types::{SampleRate, WindowFrames};

/// The length of a window where neither the graph nor the manifest says one, in seconds.
const USUAL_WINDOW_SECS: usize = 10;

/// What a silent recording is divided by, as in the models' own code.
const LEAST_DEVIATION: f32 = 1e-8;

/// One graph for samples.
#[derive(Debug)]
pub(crate) struct Waveform {
    graph: Bound,
    geometry: Geometry,
    /// The shape of the input, its last axis left out.
    front: Vec<usize>,
    /// The window that the graph fixes.
    fixed: Option<usize>,
    /// Roles of the outputs in the order of the stems; a single one holds them all.
    roles: Vec<String>,
    normalize: Normalize,
    gain: f32,
}

impl Waveform {
    /// Checks a graph against its manifest. Control.
    ///
    /// # Errors
    /// When its tensors have other shapes than the manifest says.
    pub fn new(manifest: &Manifest, graph: Bound) -> Result<Self, ModelError> {
        let rate = SampleRate::new(manifest.sample_rate).map_err(|error| ModelError::invalid(error.to_string()))?;
        let channels = manifest.channels;
        let input = graph.input("mix").ok_or_else(|| {
            ModelError::invalid(
                "graph.main.in.mix: nothing is bound to it; name the input for samples, in = { mix = \"...\" }",
            )
        })?;
        let rank = input.shape.len();
        let mono = channels == 1;
        let expected: Vec<Option<usize>> = match rank {
            1 if mono => vec![None],
            2 => vec![Some(channels), None],
            _ => vec![Some(1), Some(channels), None],
        };
        graph.expect_input("mix", ElementKind::F32, &expected)?;
        let front: Vec<usize> = expected[..expected.len() - 1].iter().flatten().copied().collect();
        let fixed = input.shape.last().copied().flatten();
        let roles = roles(manifest, &graph)?;
        for role in &roles {
            let each = if roles.len() == 1 { manifest.stems.len() } else { 1 };
            check_output(graph.output(role), role, each * channels)?;
        }
        let geometry = Geometry {
            rate,
            channels,
            stems: manifest.stems.len(),
            window: window(manifest, fixed, rate)?,
            context: manifest.chunk.context,
            wants_statistics: manifest.chunk.normalize == Normalize::MeanStdMono,
        };
        Ok(Self { graph, geometry, front, fixed, roles, normalize: manifest.chunk.normalize, gain: manifest.gain })
    }
}

/// Which outputs hold the stems: one for all, or one of each name.
fn roles(manifest: &Manifest, graph: &Bound) -> Result<Vec<String>, ModelError> {
    if graph.output("stems").is_some() {
        return Ok(vec!["stems".to_owned()]);
    }
    (manifest.stems.iter())
        .map(|stem| {
            let role = graph.output_roles().find(|role| role.trim().eq_ignore_ascii_case(stem.trim()));
            role.map(str::to_owned).ok_or_else(|| {
                ModelError::invalid(format!(
                    "graph.main.out: nothing is bound for the stem '{stem}'; name one output for all stems, \
                     out = {{ stems = \"...\" }}, or one for each by its name"
                ))
            })
        })
        .collect()
}

/// Whether an output can hold so many rows of frames.
fn check_output(slot: Option<&Slot>, role: &str, rows: usize) -> Result<(), ModelError> {
    let Some(slot) = slot else { return Ok(()) };
    let shape = &slot.shape;
    let float = matches!(slot.kind, ElementKind::F32 | ElementKind::F16);
    let front = shape.split_last().map(|(_, front)| front).unwrap_or_default();
    let known: Option<usize> = front.iter().copied().try_fold(1usize, |all, axis| all.checked_mul(axis?));
    let divides = front.iter().flatten().all(|axis| *axis > 0 && rows.is_multiple_of(*axis));
    if float && (1..=4).contains(&shape.len()) && divides && known.is_none_or(|known| known == rows) {
        return Ok(());
    }
    Err(ModelError::invalid(format!(
        "graph.main.out.{role}: tensor '{}' is {:?} {}, which does not hold {rows} rows of samples",
        slot.name,
        slot.kind,
        crate::bind::shape_text(shape)
    )))
}

/// Which windows it takes.
fn window(manifest: &Manifest, fixed: Option<usize>, rate: SampleRate) -> Result<WindowFrames, ModelError> {
    let chunk = &manifest.chunk;
    if let Some(frames) = fixed {
        if let Some(samples) = chunk.samples.filter(|samples| *samples != frames) {
            return Err(ModelError::invalid(format!(
                "chunk.samples: {samples}, but the graph takes {frames} and nothing else; leave the key out"
            )));
        }
        if chunk.context * 2 >= frames {
            return Err(ModelError::invalid(format!(
                "chunk.context: {} frames at either end leave nothing of the graph's {frames}",
                chunk.context
            )));
        }
        return Ok(WindowFrames::Fixed(frames));
    }
    if chunk.fixed == Some(true)
        && let Some(samples) = chunk.samples
    {
        return Ok(WindowFrames::Fixed(samples));
    }
    let align = chunk.align.unwrap_or(1);
    let usual = (USUAL_WINDOW_SECS * rate.hz() as usize).max(4 * chunk.context).next_multiple_of(align);
    let most = (usize::MAX / align) * align;
    Ok(WindowFrames::Flexible { align, most, preferred: Some(chunk.samples.unwrap_or(usual)) })
}

impl Separator for Waveform {
    type Error = GraphError;

    fn geometry(&self) -> Geometry {
        self.geometry
    }

    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, GraphError> {
        let Geometry { channels, stems: count, .. } = self.geometry;
        let frames = mix.len() / channels;
        let window = self.fixed.unwrap_or(frames);
        if frames == 0 || frames > window {
            return Err(fault(format!("a window of {frames} frames does not fit the graph's {window}")));
        }
        let scale = self.scale(conditions)?;
        let mut input = vec![0.0; channels * window];
        for (row, channel) in input.chunks_exact_mut(window).zip(mix.chunks_exact(frames)) {
            for (into, sample) in row.iter_mut().zip(channel) {
                *into = (sample - scale.mean) / scale.deviation;
            }
        }
        let shape: Vec<usize> = self.front.iter().copied().chain([window]).collect();
        let outputs = self.graph.run(vec![("mix", Tensor::floats(&shape, input))])?;

        let rows = if self.roles.len() == 1 { count * channels } else { channels };
        let mut produced = frames;
        for (role, target) in self.roles.iter().zip(stems.chunks_exact_mut(rows * frames)) {
            let tensor = outputs.iter().find(|(own, _)| *own == role).map(|(_, tensor)| tensor);
            let tensor = tensor.ok_or_else(|| fault(format!("no output came for {role}")))?;
            let given = tensor.shape().last().copied().unwrap_or(0);
            let samples = tensor.as_floats().filter(|all| given > 0 && all.len() == rows * given);
            let samples = samples.ok_or_else(|| {
                fault(format!("the output for {role} is {:?}, expected {rows} rows of samples", tensor.shape()))
            })?;
            let usable = given.min(frames);
            produced = produced.min(usable);
            for (into, row) in target.chunks_exact_mut(frames).zip(samples.chunks_exact(given)) {
                for (into, sample) in into.iter_mut().zip(&row[..usable]) {
                    *into = (sample * scale.deviation + scale.mean) * self.gain;
                }
            }
        }
        Ok(produced)
    }
}

/// What is subtracted from samples and what they are divided by.
struct Scale {
    mean: f32,
    deviation: f32,
}

impl Waveform {
    fn scale(&self, conditions: &Conditions<'_>) -> Result<Scale, GraphError> {
        match (self.normalize, conditions.statistics) {
            (Normalize::None, _) => Ok(Scale { mean: 0.0, deviation: 1.0 }),
            (Normalize::MeanStdMono, Some(all)) => {
                Ok(Scale { mean: all.mean, deviation: all.deviation + LEAST_DEVIATION })
            }
            (Normalize::MeanStdMono, None) => {
                Err(fault("the recording's mean and deviation are wanted and were not given".to_owned()))
            }
        }
    }
}

fn fault(message: String) -> GraphError {
    GraphError { kind: FaultKind::Failed, message }
}
