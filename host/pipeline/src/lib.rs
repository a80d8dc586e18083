#![doc = include_str!("../README.md")]

mod declare;
mod event;
mod frame;
pub mod graph;
mod kind;
mod origin;
mod ports;
pub mod rules;
mod stream;

pub use declare::{
    Control, Crash, Declaration, EventDecl, Overflow, Placement, ReadDecl, ReaderPolicy, StreamDecl, TaskDecl, Wait,
};
pub use event::Event;
pub use frame::{Complex32, DType, Element, FrameSpec, FrameSpecError, MAX_DIMS, MAX_FRAME_BYTES, Shape, Stamp};
pub use graph::{Diagnostics, Graph};
pub use kind::{Declared, Kind, KindFault, Needs, Param, ParamType, Params, Port, Registry, Value, Wiring};
pub use ports::{Ports, Task, TaskError};
pub use rules::{Checked, Code, Fault, Severity, Subject};
pub use stream::{
    AnyReader, AnyWriter, Look, MemoryError, Origin, Reader, StreamError, Window, WriteLook, Writer, monotonic_nanos,
};
