//! Models that take samples and give samples: `[1, C, T]` in; `[1, S, C, T]`, `[1, S*C, T]` or `[S, C, T]` out, or an output
//! for each stem. All of these lie in memory alike: stems, then channels, then frames.

use crate::driver::{BoundGraph, DriverError, DriverShape, Role, shown_shape, window_frames};
use crate::policy::Drives;
use crate::{ElementKind, GraphError, Slot, Tensor};
use ripieno_ports::{Conditions, FaultKind, Geometry, Separator};
use ripieno_types::WindowFrames;

/// The length of a window where neither the graph nor the manifest says one, in seconds.
const USUAL_WINDOW_SECS: usize = 10;

/// One graph for samples.
#[derive(Debug)]
pub(crate) struct Waveform {
    graph: BoundGraph,
    geometry: Geometry,
    /// Which input takes the mix.
    input: usize,
    /// The shape of the input, its last axis left out.
    front: Vec<usize>,
    /// The window that the graph fixes.
    fixed: Option<usize>,
    /// The outputs in the order of the stems; a single one holds them all.
    outputs: Vec<usize>,
}

impl Waveform {
    /// Checks a graph against what a manifest says of it. Control.
    ///
    /// # Errors
    /// When its tensors have other shapes than the manifest says.
    pub fn new(shape: &DriverShape, graph: BoundGraph) -> Result<Self, DriverError> {
        shape.check()?;
        let channels = shape.channels;
        let input = graph.input(&Role::new("mix"), |slot| (1..=3).contains(&slot.shape.len()))?;
        let input = input.ok_or_else(|| graph.fault("has no input for samples: bind one, in = { mix = \"...\" }"))?;
        graph.all_fed(&[input])?;
        let slot = &graph.graph.inputs()[input];
        let front = match slot.shape.len() {
            1 if channels == 1 => vec![],
            2 => vec![channels],
            _ => vec![1, channels],
        };
        let fits = |(axis, wanted): (&Option<usize>, &usize)| axis.is_none_or(|axis| axis == *wanted);
        if slot.shape.len() != front.len() + 1 || !slot.shape.iter().zip(&front).all(fits) || !is_float(slot) {
            let wanted: Vec<_> = front.iter().copied().map(Some).chain([None]).collect();
            return Err(graph.fault(format!(
                "takes '{}' as {:?} {}, where the manifest makes it floats {}",
                slot.name,
                slot.kind,
                shown_shape(&slot.shape),
                shown_shape(&wanted)
            )));
        }
        let fixed = slot.shape.last().copied().flatten();
        let outputs = outputs(shape, &graph)?;
        let rows = if outputs.len() == 1 { shape.stems.len() * channels } else { channels };
        for output in &outputs {
            check_output(&graph, &graph.graph.outputs()[*output], rows)?;
        }
        let context = shape.context.unwrap_or(0);
        let window = window(shape, fixed, context)?;
        let stems = shape.stems.len();
        let geometry = Geometry { rate: shape.rate, channels, stems, window, context, wants_statistics: false };
        Ok(Self { graph, geometry, input, front, fixed, outputs })
    }
}

fn is_float(slot: &Slot) -> bool {
    matches!(slot.kind, ElementKind::F32 | ElementKind::F16)
}

/// Which outputs hold the stems: one for all, or one of each name.
fn outputs(shape: &DriverShape, graph: &BoundGraph) -> Result<Vec<usize>, DriverError> {
    let each: Result<Vec<_>, _> =
        shape.stems.iter().map(|stem| graph.output(&Role::new(stem.trim()), |_| false)).collect();
    if let Some(all) = each?.into_iter().collect::<Option<Vec<usize>>>()
        && !graph.outputs.contains_key("stems")
    {
        return Ok(all);
    }
    let all = graph.output(&Role::new("stems"), |slot| (1..=4).contains(&slot.shape.len()))?;
    all.map(|all| vec![all]).ok_or_else(|| {
        graph.fault(
            "has no output for the stems: bind one for all of them, out = { stems = \"...\" }, or one for each by its name",
        )
    })
}

/// Makes sure that an output can hold so many rows of frames.
fn check_output(graph: &BoundGraph, slot: &Slot, rows: usize) -> Result<(), DriverError> {
    let front = slot.shape.split_last().map(|(_, front)| front).unwrap_or_default();
    let known = front.iter().copied().try_fold(1usize, |all, axis| all.checked_mul(axis?));
    let divides = front.iter().flatten().all(|axis| *axis > 0 && rows.is_multiple_of(*axis));
    if is_float(slot) && (1..=4).contains(&slot.shape.len()) && divides && known.is_none_or(|known| known == rows) {
        return Ok(());
    }
    Err(graph.fault(format!(
        "gives '{}' as {:?} {}, which does not hold {rows} rows of samples: stems and channels must agree",
        slot.name,
        slot.kind,
        shown_shape(&slot.shape)
    )))
}

/// Which windows it takes.
fn window(shape: &DriverShape, fixed: Option<usize>, context: usize) -> Result<WindowFrames, DriverError> {
    let wish = shape.window;
    if let Some(frames) = fixed {
        if let Some(samples) = wish.samples.filter(|samples| *samples != frames) {
            let wanted = format!("the graph takes {frames} and nothing else; leave the key out");
            return Err(DriverError::setting("chunk", "samples", samples, wanted));
        }
        if context * 2 >= frames {
            let wanted = format!("leaves nothing of the graph's {frames} frames");
            return Err(DriverError::setting("chunk", "context", context, wanted));
        }
        return Ok(WindowFrames::Fixed(frames));
    }
    if let (Some(true), Some(samples)) = (wish.fixed, wish.samples) {
        return Ok(WindowFrames::Fixed(samples));
    }
    let align = wish.align.unwrap_or(1);
    let usual = (USUAL_WINDOW_SECS * shape.rate.hz() as usize).max(4 * context).next_multiple_of(align);
    let most = shape.longest_window() / align * align;
    let preferred = wish.samples.unwrap_or(usual);
    if preferred > most {
        let wanted = format!("at {} Hz a window has at most {most} frames", shape.rate.hz());
        return Err(DriverError::setting("chunk", "samples", preferred, wanted));
    }
    Ok(WindowFrames::Flexible { align, most, preferred: Some(preferred) })
}

impl Drives for Waveform {}

impl Separator for Waveform {
    type Error = GraphError;

    fn geometry(&self) -> Geometry {
        self.geometry
    }

    fn separate(&mut self, mix: &[f32], _: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, GraphError> {
        let Geometry { channels, stems: count, .. } = self.geometry;
        let frames = window_frames(&self.geometry, mix, stems)?;
        if frames == 0 {
            return Ok(0);
        }
        let window = self.fixed.unwrap_or(frames);
        if frames > window {
            let message = format!("a window of {frames} frames is longer than the graph's {window}");
            return Err(GraphError { kind: FaultKind::Unsupported, message });
        }
        let mut input = vec![0.0; channels * window];
        for (row, channel) in input.chunks_exact_mut(window).zip(mix.chunks_exact(frames)) {
            row[..frames].copy_from_slice(channel);
        }
        let shape: Vec<usize> = self.front.iter().copied().chain([window]).collect();
        let given = self.graph.run(vec![(self.input, Tensor::floats(&shape, input))])?;

        let rows = if self.outputs.len() == 1 { count * channels } else { channels };
        let mut produced = frames;
        for (output, target) in self.outputs.iter().zip(stems.chunks_exact_mut(rows * frames)) {
            let tensor = &given[*output];
            let length = tensor.shape().last().copied().unwrap_or(0);
            let samples = tensor.as_floats().filter(|all| length > 0 && all.len() == rows * length);
            let samples = samples.ok_or_else(|| {
                let name = &self.graph.graph.outputs()[*output].name;
                self.graph.misfit(format!("gave '{name}' as {:?}, which is not {rows} rows of samples", tensor.shape()))
            })?;
            let usable = length.min(frames);
            produced = produced.min(usable);
            for (into, row) in target.chunks_exact_mut(frames).zip(samples.chunks_exact(length)) {
                into[..usable].copy_from_slice(&row[..usable]);
            }
        }
        Ok(produced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WindowWish;
    use ripieno_types::SampleRate;

    /// Adds the number of its output to the mix, and gives some frames more than it got.
    struct Adder {
        inputs: Vec<Slot>,
        outputs: Vec<Slot>,
        stems: usize,
        more: usize,
    }

    impl crate::Graph for Adder {
        fn inputs(&self) -> &[Slot] {
            &self.inputs
        }

        fn outputs(&self) -> &[Slot] {
            &self.outputs
        }

        fn run(&mut self, inputs: Vec<(&str, Tensor)>) -> Result<Vec<Tensor>, GraphError> {
            let mix = &inputs[0].1;
            let frames = *mix.shape().last().unwrap();
            let rows: Vec<&[f32]> = mix.as_floats().unwrap().chunks(frames).collect();
            let each = self.stems / self.outputs.len();
            Ok((0..self.outputs.len())
                .map(|output| {
                    let mut all = Vec::new();
                    for stem in 0..each {
                        for row in &rows {
                            all.extend(row.iter().map(|sample| sample + (output * each + stem) as f32));
                            all.extend(std::iter::repeat_n(f32::NAN, self.more));
                        }
                    }
                    Tensor::floats(&[1, each * rows.len(), frames + self.more], all)
                })
                .collect())
        }
    }

    fn slot(name: &str, shape: &[Option<usize>]) -> Slot {
        Slot { name: name.to_owned(), kind: ElementKind::F32, shape: shape.to_vec() }
    }

    fn driver(
        input: &[Option<usize>],
        outputs: &[Slot],
        channels: usize,
        more: usize,
    ) -> Result<Waveform, DriverError> {
        let graph = Adder { inputs: vec![slot("mix", input)], outputs: outputs.to_vec(), stems: 2, more };
        let shape = DriverShape {
            rate: SampleRate::CD,
            channels,
            stems: vec!["one".to_owned(), "two".to_owned()],
            window: WindowWish::default(),
            context: None,
        };
        Waveform::new(&shape, BoundGraph::new("main", Box::new(graph)))
    }

    fn check(input: &[Option<usize>], outputs: &[Slot], mix: &[f32], channels: usize, more: usize) {
        let mut driver = driver(input, outputs, channels, more).unwrap();
        let mut stems = vec![f32::NAN; 2 * mix.len()];
        assert_eq!(driver.separate(mix, &Conditions::default(), &mut stems), Ok(mix.len() / channels));
        let expected: Vec<f32> = mix.iter().copied().chain(mix.iter().map(|sample| sample + 1.0)).collect();
        assert_eq!(stems, expected, "{input:?}");
    }

    const ANY: Option<usize> = None;

    #[test]
    fn every_shape_of_samples_is_served() {
        let all = |shape: &[Option<usize>]| vec![slot("stems", shape)];
        let each = [slot("two", &[ANY, Some(2), ANY]), slot("one", &[Some(1), Some(2), ANY])];
        let mix = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        check(&[Some(1), Some(2), ANY], &all(&[Some(1), Some(2), Some(2), ANY]), &mix, 2, 0);
        check(&[ANY, Some(2), ANY], &all(&[Some(1), Some(4), ANY]), &mix, 2, 0);
        check(&[Some(2), ANY], &all(&[Some(2), Some(2), ANY]), &mix, 2, 0);
        check(&[ANY], &all(&[ANY, ANY]), &mix, 1, 0);
        check(&[Some(1), ANY], &all(&[Some(2), ANY]), &mix, 1, 0);
        // A fixed length is filled up, what comes beyond is cut off.
        check(&[Some(1), Some(2), Some(8)], &all(&[ANY, ANY, ANY, ANY]), &mix, 2, 0);
        check(&[Some(1), Some(2), ANY], &all(&[ANY, ANY, ANY, ANY]), &mix, 2, 5);
        // An output a stem, whatever their order in the file: they are numbered by it.
        let mut driver = driver(&[Some(1), Some(2), ANY], &each, 2, 0).unwrap();
        let mut stems = vec![f32::NAN; 12];
        driver.separate(&mix, &Conditions::default(), &mut stems).unwrap();
        assert_eq!((stems[0], stems[6]), (2.0, 1.0));
    }

    #[test]
    fn other_shapes_are_told() {
        let refused = |input: &[Option<usize>], output: &[Option<usize>], part: &str| {
            let error = driver(input, &[slot("stems", output)], 2, 0).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        };
        let good = [Some(1), Some(2), ANY];
        refused(&[Some(1), Some(1), ANY], &good, "takes 'mix' as F32 [1, 1, ?]");
        refused(&[ANY], &good, "takes 'mix'");
        refused(&[Some(1), Some(2), ANY, ANY], &good, "takes 'mix'");
        refused(&good, &[Some(1), Some(3), ANY], "does not hold 4 rows");
        refused(&good, &[Some(1), Some(8), Some(2), ANY], "does not hold 4 rows");
        refused(&good, &[], "does not hold");
    }

    #[test]
    fn windows_that_do_not_fit_are_told() {
        let mut driver = driver(&[Some(1), Some(2), Some(4)], &[slot("stems", &[ANY, ANY, ANY])], 2, 0).unwrap();
        assert_eq!(driver.geometry().window, WindowFrames::Fixed(4));
        let check = |driver: &mut Waveform, mix: &[f32], stems: usize| {
            driver.separate(mix, &Conditions::default(), &mut vec![0.0; stems]).unwrap_err()
        };
        assert!(check(&mut driver, &[0.0; 10], 20).message.contains("longer than the graph's 4"));
        check(&mut driver, &[0.0; 7], 14);
        check(&mut driver, &[0.0; 8], 15);
        check(&mut driver, &[f32::NAN; 8], 16);
        assert_eq!(driver.separate(&[], &Conditions::default(), &mut []), Ok(0));
    }
}
