#![doc = include_str!("../README.md")]

mod bell;
mod declare;
mod event;
mod frame;
mod kind;
mod memory;
mod origin;
mod ports;
mod stream;

pub use declare::{
    Control, Crash, Declaration, EventDecl, Overflow, Placement, ReadDecl, ReaderPolicy, StreamDecl, TaskDecl, Wait,
};
pub use event::Event;
pub use frame::{Complex32, DType, Element, FrameSpec, FrameSpecError, MAX_DIMS, MAX_FRAME_BYTES, Shape, Stamp};
pub use kind::{Declared, Kind, KindFault, Needs, Param, ParamType, Params, Port, Registry, Value, Wiring};
pub use memory::MemoryError;
pub use origin::{Origin, monotonic_nanos};
pub use ports::{Ports, Task, TaskError};
pub use stream::{AnyReader, AnyWriter, Look, Reader, StreamError, Window, WriteLook, Writer};
