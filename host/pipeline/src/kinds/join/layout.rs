//! Where the frames of the inputs lie in the joined one.

use crate::frame::FrameSpec;
use crate::kind::KindFault;

/// Each input comes in runs of some bytes, that lie a pitch apart.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pitch: usize,
    /// Offset and length of an input's runs.
    runs: Vec<(usize, usize)>,
}

impl Layout {
    /// The layout of this name, and the dimensions of a joined frame.
    pub(super) fn new(inputs: &[(&str, FrameSpec)], name: &str) -> Result<(Self, Vec<usize>), KindFault> {
        let (first, leader) = inputs[0];
        let element = leader.dtype().bytes();
        let shape = leader.shape();
        let mut dims = shape.dims().to_vec();
        if name == "concat" && dims.len() > 1 {
            let outer = &dims[..dims.len() - 1];
            for (input, spec) in inputs {
                let other = spec.shape();
                if other.dims().len() != dims.len() || other.dims()[..dims.len() - 1] != *outer {
                    let message = format!("'{input}' has frames {other}, '{first}' {shape}: only channels may differ");
                    return Err(KindFault::at(*input, message));
                }
            }
            let widths: Vec<usize> =
                inputs.iter().filter_map(|(_, spec)| spec.shape().dims().last().map(|last| last * element)).collect();
            let layout = Self::of(&widths);
            if let Some(last) = dims.last_mut() {
                *last = layout.pitch / element;
            }
            return Ok((layout, dims));
        }
        if let Some((input, spec)) = inputs.iter().find(|(_, spec)| spec.shape() != shape) {
            let message =
                format!("'{input}' has frames {}, '{first}' {shape}: only the same can be stacked", spec.shape());
            return Err(KindFault::at(*input, message));
        }
        // Frames of one dimension are one channel each.
        if name == "stack-first" {
            dims.insert(0, inputs.len());
            return Ok((Self::of(&vec![leader.bytes(); inputs.len()]), dims));
        }
        dims.push(inputs.len());
        Ok((Self::of(&vec![element; inputs.len()]), dims))
    }

    fn of(lengths: &[usize]) -> Self {
        let mut pitch = 0;
        let mut runs = Vec::with_capacity(lengths.len());
        for length in lengths {
            runs.push((pitch, *length));
            pitch += length;
        }
        Self { pitch, runs }
    }

    /// Puts the frame of the input `index` in its place. Real-time.
    pub(super) fn place(&self, index: usize, input: &[u8], output: &mut [u8]) {
        let (offset, length) = self.runs[index];
        for (input, output) in input.chunks_exact(length).zip(output.chunks_exact_mut(self.pitch)) {
            output[offset..offset + length].copy_from_slice(input);
        }
    }
}
