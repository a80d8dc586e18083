//! Graphs written node by node.

use crate::proto::{
    Attribute, Dimension, Entry, Graph, Length, Model, Node, OperatorSet, Shape, Tensor, TensorType, Type, Value,
};
use prost::Message;

/// Element types, by the standard's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Kind {
    /// 32-bit float.
    F32 = 1,
    /// 64-bit integer.
    I64 = 7,
    /// Truth value.
    Bool = 9,
    /// 16-bit float.
    F16 = 10,
}

/// An axis: a number, or a name for any number.
#[derive(Clone, Copy, Debug)]
pub enum Axis {
    /// So many.
    Is(usize),
    /// Any number; axes of one name are equally long.
    Any(&'static str),
}

/// A parameter of an operator.
#[derive(Clone, Copy, Debug)]
pub enum Parameter<'a> {
    /// A whole number.
    Int(i64),
    /// Whole numbers.
    Ints(&'a [i64]),
    /// A number.
    Float(f32),
}

/// The operators that graphs here speak of; ONNX Runtime 1.12 and later know them.
const OPSET: i64 = 17;
/// The file format that came with them.
const IR_VERSION: i64 = 8;

/// A graph in the making. Each node has one output, whose name is returned and used to go on.
#[derive(Debug, Default)]
pub struct Builder {
    graph: Graph,
    metadata: Vec<Entry>,
}

impl Builder {
    /// A graph of this name.
    pub fn new(name: &str) -> Self {
        Self { graph: Graph { name: name.to_owned(), ..Graph::default() }, metadata: Vec::new() }
    }

    /// Declares an input.
    pub fn input(&mut self, name: &str, kind: Kind, shape: &[Axis]) -> String {
        self.graph.input.push(value(name, kind, shape));
        name.to_owned()
    }

    /// Declares an output: a node's, under a name of its own.
    pub fn output(&mut self, name: &str, of: &str, kind: Kind, shape: &[Axis]) {
        self.graph.output.push(value(name, kind, shape));
        self.push("Identity", &[of], name, &[]);
    }

    /// A constant of floats.
    pub fn floats(&mut self, dims: &[usize], elements: &[f32]) -> String {
        let bytes = elements.iter().flat_map(|one| one.to_le_bytes()).collect();
        self.constant(dims, Kind::F32, bytes)
    }

    /// A constant of 16-bit floats.
    pub fn halves(&mut self, dims: &[usize], elements: &[f32]) -> String {
        let bytes = elements.iter().flat_map(|one| half::f16::from_f32(*one).to_le_bytes()).collect();
        self.constant(dims, Kind::F16, bytes)
    }

    /// A constant of whole numbers.
    pub fn ints(&mut self, elements: &[i64]) -> String {
        let bytes = elements.iter().flat_map(|one| one.to_le_bytes()).collect();
        self.constant(&[elements.len()], Kind::I64, bytes)
    }

    /// A constant whose elements are in another file, as large models have theirs.
    pub fn elsewhere(&mut self, dims: &[usize], location: &str) -> String {
        let entry = |key: &str, value: String| Entry { key: key.to_owned(), value };
        let length = 4 * dims.iter().product::<usize>();
        let name = self.constant(dims, Kind::F32, Vec::new());
        if let Some(tensor) = self.graph.initializer.last_mut() {
            tensor.data_location = 1;
            tensor.external_data = vec![
                entry("location", location.to_owned()),
                entry("offset", "0".into()),
                entry("length", length.to_string()),
            ];
        }
        name
    }

    fn constant(&mut self, dims: &[usize], kind: Kind, raw_data: Vec<u8>) -> String {
        let name = format!("constant_{}", self.graph.initializer.len());
        let dims = dims.iter().map(|axis| *axis as i64).collect();
        let tensor = Tensor { dims, data_type: kind as i32, name: name.clone(), raw_data, ..Tensor::default() };
        self.graph.initializer.push(tensor);
        name
    }

    /// Adds an operator and returns the name of its output.
    pub fn node(&mut self, operator: &str, inputs: &[&str], parameters: &[(&str, Parameter<'_>)]) -> String {
        let name = format!("{}_{}", operator.to_lowercase(), self.graph.node.len());
        self.push(operator, inputs, &name, parameters);
        name
    }

    fn push(&mut self, operator: &str, inputs: &[&str], output: &str, parameters: &[(&str, Parameter<'_>)]) {
        self.graph.node.push(Node {
            input: inputs.iter().map(|&name| name.to_owned()).collect(),
            output: vec![output.to_owned()],
            name: format!("{output}_node"),
            op_type: operator.to_owned(),
            attribute: parameters.iter().map(|&(name, parameter)| attribute(name, parameter)).collect(),
        });
    }

    /// Says something of the model within its file.
    pub fn metadata(&mut self, key: &str, value: &str) {
        self.metadata.push(Entry { key: key.to_owned(), value: value.to_owned() });
    }

    /// The file.
    pub fn bytes(self) -> Vec<u8> {
        let model = Model {
            ir_version: IR_VERSION,
            producer_name: "ripieno".to_owned(),
            graph: Some(self.graph),
            opset_import: vec![OperatorSet { domain: String::new(), version: OPSET }],
            metadata_props: self.metadata,
        };
        model.encode_to_vec()
    }
}

fn attribute(name: &str, parameter: Parameter<'_>) -> Attribute {
    let named = Attribute { name: name.to_owned(), ..Attribute::default() };
    match parameter {
        Parameter::Float(f) => Attribute { f, kind: 1, ..named },
        Parameter::Int(i) => Attribute { i, kind: 2, ..named },
        Parameter::Ints(ints) => Attribute { ints: ints.to_vec(), kind: 7, ..named },
    }
}

fn value(name: &str, kind: Kind, shape: &[Axis]) -> Value {
    let length = |axis: &Axis| match *axis {
        Axis::Is(number) => Length::Value(number as i64),
        Axis::Any(name) => Length::Name(name.to_owned()),
    };
    let dim = shape.iter().map(|axis| Dimension { length: Some(length(axis)) }).collect();
    let tensor = TensorType { elem_type: kind as i32, shape: Some(Shape { dim }) };
    Value { name: name.to_owned(), kind: Some(Type { tensor: Some(tensor) }) }
}
