//! Streams under test: what each call promises, every policy over many frames, other processes that die, and hostile memory.

mod calls;
mod hostile;
mod model;
mod policies;
#[cfg(target_os = "linux")]
mod processes;

use super::{Place, Stream};
use crate::{AnyReader, AnyWriter, DType, FrameSpec, Origin, Overflow, ReaderPolicy, StreamDecl, StreamError, Wait};
use std::sync::mpsc;
use std::time::Duration;

/// Fails a test that hangs.
const WATCHDOG: Duration = Duration::from_secs(60);

/// Runs `test` on a thread of its own and fails if it does not come back.
fn watched<R: Send + 'static>(test: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, wait) = mpsc::channel();
    let running = std::thread::spawn(move || {
        let result = test();
        let _ = done.send(());
        result
    });
    assert_ne!(wait.recv_timeout(WATCHDOG), Err(mpsc::RecvTimeoutError::Timeout), "it hangs");
    running.join().unwrap()
}

/// A stream of `frames` frames of so many elements.
fn stream(place: Place, dtype: DType, elements: usize, frames: usize, readers: &[ReaderPolicy]) -> Stream {
    let decl = StreamDecl { frames, ..StreamDecl::new("s") };
    Stream::create(place, &decl, FrameSpec::new(dtype, &[elements]).unwrap(), readers).unwrap()
}

fn writer(stream: &Stream) -> AnyWriter {
    stream.writer(&Origin::new(), Wait::Park).unwrap()
}

fn reader(stream: &Stream, seat: usize) -> AnyReader {
    stream.reader(seat, &Origin::new(), Wait::Park).unwrap()
}

/// A stream that drops what has no room.
fn dropping(frames: usize) -> Stream {
    let decl = StreamDecl { frames, overflow: Overflow::DropNewest, ..StreamDecl::new("s") };
    let spec = FrameSpec::new(DType::I32, &[1]).unwrap();
    Stream::create(Place::Heap, &decl, spec, &[ReaderPolicy::Lossless]).unwrap()
}

fn timed_out() -> StreamError {
    StreamError::TimedOut { stream: "s".into() }
}
