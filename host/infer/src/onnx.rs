//! What an ONNX file says of itself, read before any engine sees it: inputs, outputs, metadata, and which other files it
//! wants. Weights are stepped over. Fields are those of `onnx.proto3`.

use crate::{ElementKind, ModelError, Slot};
use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

mod external;
mod wire;

use external::External;
use wire::{Content, Wire, damage};

/// The largest file that protocol buffers allow, in bytes.
const MOST_BYTES: u64 = (1 << 31) - 1;

/// How deep graphs may lie in one another.
const MOST_DEPTH: usize = 32;

/// The longest name, in bytes.
const MOST_NAME: u64 = 1 << 16;

/// The longest piece of metadata that is kept, in bytes.
const MOST_METADATA: u64 = 1 << 20;

/// Kinds of elements as files have them; engines convert to and from what drivers see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Element {
    F32,
    F16,
    Bf16,
    I64,
    I32,
    U8,
    Bool,
}

impl Element {
    /// As `TensorProto.DataType` numbers them.
    fn from_number(number: u64) -> Option<Self> {
        Some(match number {
            1 => Self::F32,
            2 => Self::U8,
            6 => Self::I32,
            7 => Self::I64,
            9 => Self::Bool,
            10 => Self::F16,
            16 => Self::Bf16,
            _ => return None,
        })
    }

    /// What drivers see of it. Masks are often exported as bytes, ids as 32-bit integers.
    fn kind(self) -> ElementKind {
        match self {
            Self::F32 => ElementKind::F32,
            Self::F16 | Self::Bf16 => ElementKind::F16,
            Self::I64 | Self::I32 => ElementKind::I64,
            Self::U8 | Self::Bool => ElementKind::Bool,
        }
    }
}

/// An ONNX file that was looked through.
#[derive(Clone, Debug)]
pub(crate) struct OnnxFile {
    pub path: PathBuf,
    /// Of the file and all that it wants, in bytes.
    pub bytes: u64,
    pub inputs: Vec<Slot>,
    #[cfg_attr(not(any(feature = "ort", feature = "tract")), expect(dead_code, reason = "engines convert them"))]
    pub input_elements: Vec<Element>,
    pub outputs: Vec<Slot>,
    /// Names and values of its metadata.
    pub metadata: Vec<(String, String)>,
    /// The files of its external data, each within the model's folder.
    pub external: Vec<PathBuf>,
}

impl OnnxFile {
    /// Looks a file through. All that it refers to must lie within `folder`. Control.
    pub fn read(path: &Path, folder: &Path) -> Result<Self, ModelError> {
        let shown = path.display();
        let io = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => ModelError::invalid(format!("{shown} is not there; is the model complete?")),
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                ModelError::invalid(format!("{shown} is no sound ONNX file ({error}); fetch it again"))
            }
            _ => ModelError::invalid(format!("{shown} cannot be read: {error}")),
        };
        let file = File::open(path).map_err(io)?;
        let metadata = file.metadata().map_err(io)?;
        if !metadata.is_file() {
            return Err(ModelError::invalid(format!("{shown} is no file")));
        }
        if metadata.len() > MOST_BYTES {
            return Err(ModelError::invalid(format!(
                "{shown} has more than 2 GiB, which ONNX does not allow; keep its weights as external data"
            )));
        }
        let mut found = Found::default();
        model(&mut Wire::new(file), metadata.len(), &mut found).map_err(io)?;
        if !found.has_graph {
            return Err(ModelError::invalid(format!("{shown} holds no graph; is it an ONNX file?")));
        }
        let mut bytes = metadata.len();
        let mut external: Vec<PathBuf> = Vec::new();
        for reference in &found.external {
            let (file, length) = reference.resolve(folder).map_err(|error| error.at(&shown))?;
            if !external.contains(&file) {
                bytes += length;
                external.push(file);
            }
        }
        let weights: HashSet<&str> = found.weights.iter().map(String::as_str).collect();
        let inputs = found.inputs.iter().filter(|value| !weights.contains(value.name.as_str()));
        let (inputs, input_elements) = slots(inputs, &shown)?;
        let (outputs, _) = slots(found.outputs.iter(), &shown)?;
        Ok(Self { path: path.to_owned(), bytes, inputs, input_elements, outputs, metadata: found.metadata, external })
    }

    /// The metadata of a name. Any.
    pub fn metadata(&self, name: &str) -> Option<&str> {
        self.metadata.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

fn slots<'a>(
    values: impl Iterator<Item = &'a Value>,
    shown: &impl std::fmt::Display,
) -> Result<(Vec<Slot>, Vec<Element>), ModelError> {
    let mut slots = Vec::new();
    let mut elements = Vec::new();
    for value in values {
        let element = Element::from_number(value.element).ok_or_else(|| {
            ModelError::invalid(format!(
                "{shown}: tensor '{}' holds elements of kind {} of ONNX; known are f32, f16, bf16, i64, i32, u8 and bool",
                value.name, value.element
            ))
        })?;
        slots.push(Slot { name: value.name.clone(), kind: element.kind(), shape: value.shape.clone() });
        elements.push(element);
    }
    Ok((slots, elements))
}

/// An input or output as the file describes it.
#[derive(Debug, Default)]
struct Value {
    name: String,
    element: u64,
    shape: Vec<Option<usize>>,
}

#[derive(Debug, Default)]
struct Found {
    has_graph: bool,
    inputs: Vec<Value>,
    outputs: Vec<Value>,
    /// Names of initialised values: old files list them as inputs too.
    weights: Vec<String>,
    metadata: Vec<(String, String)>,
    external: BTreeSet<External>,
}

/// Reads the fields of one message: a block for each number that matters, all others are stepped over.
macro_rules! message {
    ($wire:ident, $end:expr, { $($number:literal => |$content:ident| $body:expr,)* }) => {
        while let Some((number, content)) = $wire.field($end)? {
            match (number, content) {
                $(($number, Content::Until($content)) => $body,)*
                _ => {}
            }
            if let Content::Until(until) = content {
                $wire.skip_to(until, $end)?;
            }
        }
    };
}

fn model<R: Read + Seek>(wire: &mut Wire<R>, end: u64, found: &mut Found) -> io::Result<()> {
    message!(wire, end, {
        7 => |until| {
            found.has_graph = true;
            graph(wire, until, 0, found)?;
        },
        14 => |until| {
            if let Some((key, value)) = entry(wire, until)? {
                found.metadata.push((key, value));
            }
        },
        // Training and functions hold graphs and nodes too.
        20 => |until| message!(wire, until, {
            1 => |until| graph(wire, until, 1, found)?,
            2 => |until| graph(wire, until, 1, found)?,
        }),
        25 => |until| message!(wire, until, {
            7 => |until| node(wire, until, 1, found)?,
            11 => |until| attribute(wire, until, 1, found)?,
        }),
    });
    Ok(())
}

fn graph<R: Read + Seek>(wire: &mut Wire<R>, end: u64, depth: usize, found: &mut Found) -> io::Result<()> {
    if depth > MOST_DEPTH {
        return Err(damage("graphs that lie too deep in one another"));
    }
    message!(wire, end, {
        1 => |until| node(wire, until, depth, found)?,
        5 => |until| {
            let name = tensor(wire, until, found)?;
            if depth == 0 {
                found.weights.push(name);
            }
        },
        15 => |until| message!(wire, until, {
            1 => |until| {
                let name = tensor(wire, until, found)?;
                if depth == 0 {
                    found.weights.push(name);
                }
            },
            2 => |until| { tensor(wire, until, found)?; },
        }),
        11 => |until| if depth == 0 {
            let value = value(wire, until)?;
            found.inputs.push(value);
        },
        12 => |until| if depth == 0 {
            let value = value(wire, until)?;
            found.outputs.push(value);
        },
    });
    Ok(())
}

fn node<R: Read + Seek>(wire: &mut Wire<R>, end: u64, depth: usize, found: &mut Found) -> io::Result<()> {
    message!(wire, end, { 5 => |until| attribute(wire, until, depth, found)?, });
    Ok(())
}

fn attribute<R: Read + Seek>(wire: &mut Wire<R>, end: u64, depth: usize, found: &mut Found) -> io::Result<()> {
    message!(wire, end, {
        5 => |until| { tensor(wire, until, found)?; },
        10 => |until| { tensor(wire, until, found)?; },
        6 => |until| graph(wire, until, depth + 1, found)?,
        11 => |until| graph(wire, until, depth + 1, found)?,
        22 => |until| sparse(wire, until, found)?,
        23 => |until| sparse(wire, until, found)?,
    });
    Ok(())
}

fn sparse<R: Read + Seek>(wire: &mut Wire<R>, end: u64, found: &mut Found) -> io::Result<()> {
    message!(wire, end, {
        1 => |until| { tensor(wire, until, found)?; },
        2 => |until| { tensor(wire, until, found)?; },
    });
    Ok(())
}

/// The name of a tensor; notes where its data lies if that is another file.
fn tensor<R: Read + Seek>(wire: &mut Wire<R>, end: u64, found: &mut Found) -> io::Result<String> {
    let mut name = String::new();
    let mut reference = External::default();
    let mut is_external = false;
    message!(wire, end, {
        8 => |until| name = wire.text(until, MOST_NAME)?,
        13 => |until| {
            is_external = true;
            if let Some((key, value)) = entry(wire, until)? {
                reference.set(&key, value);
            }
        },
    });
    if is_external {
        found.external.insert(reference);
    }
    Ok(name)
}

fn value<R: Read + Seek>(wire: &mut Wire<R>, end: u64) -> io::Result<Value> {
    let mut value = Value::default();
    message!(wire, end, {
        1 => |until| value.name = wire.text(until, MOST_NAME)?,
        // The type, its tensor, that tensor's elements and axes.
        2 => |until| message!(wire, until, {
            1 => |until| while let Some((number, content)) = wire.field(until)? {
                match (number, content) {
                    (1, Content::Number(element)) => value.element = element,
                    (2, Content::Until(until)) => message!(wire, until, {
                        1 => |until| {
                            let axis = axis(wire, until)?;
                            value.shape.push(axis);
                        },
                    }),
                    _ => {}
                }
                if let Content::Until(place) = content {
                    wire.skip_to(place, until)?;
                }
            },
        }),
    });
    Ok(value)
}

/// The length of an axis where the file fixes it. What is given as 0 or less stands for any length in some exports.
fn axis<R: Read + Seek>(wire: &mut Wire<R>, end: u64) -> io::Result<Option<usize>> {
    let mut length = None;
    while let Some((number, content)) = wire.field(end)? {
        match content {
            Content::Number(value) if number == 1 => {
                length =
                    i64::try_from(value).ok().filter(|value| *value > 0).and_then(|value| usize::try_from(value).ok());
            }
            Content::Number(_) => {}
            Content::Until(until) => wire.skip_to(until, end)?,
        }
    }
    Ok(length)
}

/// A name and a value, unless the value is longer than any that matters.
fn entry<R: Read + Seek>(wire: &mut Wire<R>, end: u64) -> io::Result<Option<(String, String)>> {
    let mut key = String::new();
    let mut value = Some(String::new());
    message!(wire, end, {
        1 => |until| key = wire.text(until, MOST_NAME)?,
        2 => |until| {
            value = if until - wire.position() > MOST_METADATA { None } else { Some(wire.text(until, MOST_METADATA)?) };
        },
    });
    Ok(value.map(|value| (key, value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// A message's field that holds bytes.
    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        let length = u16::try_from(bytes.len()).unwrap();
        [&[number << 3 | 2, 0x80 | (length & 0x7f) as u8, (length >> 7) as u8], bytes].concat()
    }

    fn read(bytes: &[u8]) -> io::Result<Found> {
        let mut found = Found::default();
        model(&mut Wire::new(Cursor::new(bytes)), bytes.len() as u64, &mut found)?;
        Ok(found)
    }

    fn external(location: &str) -> Vec<u8> {
        let entry = [field(1, b"location"), field(2, location.as_bytes())].concat();
        [field(8, b"w"), [0x6a, entry.len() as u8].to_vec(), entry].concat()
    }

    #[test]
    fn external_data_is_found_wherever_it_hides() {
        let tensor = external("x");
        let in_attribute = field(1, &field(5, &field(5, &tensor)));
        let in_list = field(1, &field(5, &field(10, &tensor)));
        let in_subgraph = field(1, &field(5, &field(6, &field(5, &tensor))));
        let in_subgraphs = field(1, &field(5, &field(11, &field(5, &tensor))));
        let sparse = field(1, &tensor);
        // 15, the number of sparse weights, fits its byte; 22 and 23 do not, nor do 20 and 25 of a model.
        for graph in [field(5, &tensor), in_attribute, in_list, in_subgraph, in_subgraphs, field(15, &sparse)] {
            let found = read(&field(7, &graph)).unwrap();
            assert_eq!(found.external.len(), 1, "{graph:x?}");
        }
        let long = |number: u16, bytes: &[u8]| {
            let key = number << 3 | 2;
            [&[0x80 | (key & 0x7f) as u8, (key >> 7) as u8], &field(0, bytes)[1..]].concat()
        };
        for model in [
            long(20, &field(1, &field(5, &tensor))),
            long(20, &field(2, &field(5, &tensor))),
            long(25, &field(7, &field(5, &field(5, &tensor)))),
            long(25, &field(11, &field(5, &tensor))),
            field(7, &field(1, &field(5, &long(22, &sparse)))),
            field(7, &field(1, &field(5, &long(23, &sparse)))),
        ] {
            assert_eq!(read(&model).unwrap().external.len(), 1, "{model:x?}");
        }
    }

    #[test]
    fn graphs_may_not_lie_too_deep() {
        let mut graph = Vec::new();
        for _ in 0..=MOST_DEPTH + 1 {
            graph = field(1, &field(5, &field(6, &graph)));
        }
        assert!(read(&field(7, &graph)).is_err());
    }

    #[test]
    fn lengths_that_are_not_known_are_free() {
        let axis = |bytes: &[u8]| field(1, bytes);
        let negative = [&[0x08][..], &[0xff; 9], &[0x01]].concat();
        let shape = [axis(&[0x08, 4]), axis(&field(2, b"T")), axis(&[]), axis(&[0x08, 0]), axis(&negative)].concat();
        let kind = field(1, &[vec![0x08, 1], field(2, &shape)].concat());
        let input = field(11, &[field(1, b"mix"), field(2, &kind)].concat());
        let found = read(&field(7, &input)).unwrap();
        assert_eq!(found.inputs[0].name, "mix");
        assert_eq!(found.inputs[0].shape, [Some(4), None, None, None, None]);
        assert_eq!(found.inputs[0].element, 1);
    }
}
