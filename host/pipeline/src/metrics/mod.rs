//! Figures of a running pipeline.

mod status;

pub use status::{
    EndStatus, EventStatus, Latency, ReaderStatus, SpecStatus, State, Status, StreamStatus, TaskState, TaskStatus,
};

impl Status {
    /// The same figures as Prometheus reads them. Any.
    pub fn prometheus(&self) -> String {
        unimplemented!("on its way")
    }
}
