#![doc = include_str!("../README.md")]

mod bell;
pub mod control;
mod declare;
mod event;
mod frame;
pub mod graph;
mod kind;
mod kinds;
mod memory;
mod metrics;
mod origin;
mod pipeline;
mod ports;
pub mod recording;
pub mod rules;
mod run;
pub mod share;
mod stream;

pub use declare::{
    Control, Crash, Declaration, EventDecl, Overflow, Placement, ReadDecl, ReaderPolicy, StreamDecl, TaskDecl, Wait,
};
pub use event::Event;
pub use frame::{Complex32, DType, Element, FrameSpec, FrameSpecError, MAX_DIMS, MAX_FRAME_BYTES, Shape, Stamp};
pub use graph::{Diagnostics, Graph};
pub use kind::{Declared, Kind, KindFault, Needs, Param, ParamType, Params, Port, Registry, Value, Wiring};
pub use memory::MemoryError;
pub use metrics::{
    EndStatus, EventStatus, Latency, ReaderStatus, SpecStatus, State, Status, StreamStatus, TaskState, TaskStatus,
};
pub use origin::{Origin, monotonic_nanos};
pub use pipeline::{CompileError, Compiled, DeclareError, Pipeline};
pub use ports::{GaugeHandle, Live, Ports, Task, TaskError};
pub use rules::{Checked, Code, Fault, Severity, Subject};
pub use run::{
    Changes, Failed, Failure, ReaderSummary, ReloadError, RunError, Running, SetError, StartCause, StartError,
    StreamSummary, Summary, TaskSummary, Why, serve_task,
};
pub use stream::{AnyReader, AnyWriter, Look, Reader, StreamError, Window, WriteLook, Writer};
