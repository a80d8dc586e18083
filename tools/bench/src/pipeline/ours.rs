//! Ours: pipelines of function tasks, each pinned to a core.

use super::children::{self, Crew};
use super::{WARM_UP, core_of, frame_words, ring_frames};
use ripieno_pipeline::{
    DType, Pipeline, Placement, Ports, Reader, ReaderPolicy, StreamDecl, StreamError, TaskDecl, TaskError, Wait,
    Writer, share,
};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// How frames are written and read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Written from a buffer and read into another.
    Copied,
    /// Written and read in place: only the first word is touched.
    InPlace,
}

/// The slowest of several figures, which tasks on their own threads tell.
#[derive(Clone, Default)]
pub struct Slowest(Arc<AtomicU64>);

impl Slowest {
    pub fn tell(&self, figure: f64) {
        // Positive floats are in the order of their bits.
        self.0.fetch_max(figure.to_bits(), Ordering::Relaxed);
    }

    pub fn figure(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }
}

/// Pins a task, and lets it spin while there is a core for each.
pub fn place(task: &mut TaskDecl, core: usize, wait: Wait) {
    task.placement = Placement::Thread { core: core_of(core).map(|core| core.id), realtime: false };
    task.wait = wait;
}

pub fn stream<'p>(pipe: &'p mut Pipeline, name: &str, bytes: usize) -> &'p mut StreamDecl {
    pipe.add_stream(name, &[frame_words(bytes)], DType::F64, ring_frames(bytes)).expect("a legal stream")
}

/// ns a frame from one thread to `readers` others.
pub fn threads(way: Way, bytes: usize, frames: usize, readers: usize) -> f64 {
    let wait = if readers < super::cores() { Wait::Spin } else { Wait::Park };
    let slowest = Slowest::default();
    let mut pipe = Pipeline::new("pass");
    stream(&mut pipe, "frames", bytes);
    let write = move |ports: &mut Ports| write_all(&mut ports.writer("out")?, way, frames);
    place(pipe.add_task("write", &[], &[("out", "frames")], &[], write).expect("a legal task"), 0, wait);
    for reader in 0..readers {
        let slowest = slowest.clone();
        let read = move |ports: &mut Ports| {
            slowest.tell(read_all(&mut ports.reader("in")?, way, frames)?);
            Ok(())
        };
        let name = format!("read{reader}");
        place(pipe.add_task(name, &[("in", "frames")], &[], &[], read).expect("a legal task"), reader + 1, wait);
    }
    pipe.run().expect("it runs to its end");
    slowest.figure()
}

/// ns a frame from this process to `readers` others, which attach to the exported stream.
pub fn processes(way: Way, bytes: usize, frames: usize, readers: usize) -> f64 {
    let name = format!("bench-{}", std::process::id());
    let slowest = Slowest::default();
    let mut pipe = Pipeline::new("pass");
    stream(&mut pipe, "frames", bytes).export = Some(name.clone());
    let write = {
        let (name, slowest) = (name.clone(), slowest.clone());
        move |ports: &mut Ports| {
            let mut crew = Crew::start(&format!("{way:?}"), &name, frames, readers);
            crew.wait();
            write_all(&mut ports.writer("out")?, way, frames)?;
            slowest.tell(crew.slowest());
            Ok(())
        }
    };
    let task = pipe.add_task("write", &[], &[("out", "frames")], &[], write).expect("a legal task");
    place(task, 0, Wait::Spin);
    pipe.run().expect("it runs to its end");
    slowest.figure()
}

/// A child's part.
pub fn child(way: &str, name: &str, frames: usize) {
    let way = if way == "Copied" { Way::Copied } else { Way::InPlace };
    let shared = share::open(name).expect("the parent exports it");
    let mut reader = shared.reader(ReaderPolicy::Lossless).expect("a seat").typed::<f64>().expect("frames of f64");
    children::attached();
    children::figure(read_all(&mut reader, way, frames).expect("frames"));
}

fn write_all(writer: &mut Writer<f64>, way: Way, frames: usize) -> Result<(), TaskError> {
    let source = vec![1.0; writer.spec().elements()];
    for frame in 0..WARM_UP + frames {
        match way {
            Way::Copied => writer.write(black_box(&source))?,
            Way::InPlace => {
                let mut slot = writer.look()?;
                slot[0] = frame as f64;
                slot.increment();
            }
        }
    }
    Ok(())
}

fn read_all(reader: &mut Reader<f64>, way: Way, frames: usize) -> Result<f64, StreamError> {
    let mut out = vec![0.0; reader.spec().elements()];
    let mut start = Instant::now();
    for frame in 0..WARM_UP + frames {
        if frame == WARM_UP {
            start = Instant::now();
        }
        match way {
            Way::Copied => {
                reader.read_into(&mut out)?.expect("all frames come");
                black_box(&mut out);
            }
            Way::InPlace => {
                let slot = reader.look()?.expect("all frames come");
                assert_eq!(slot[0], frame as f64, "no frame is lost");
                slot.increment();
            }
        }
    }
    Ok(start.elapsed().as_nanos() as f64 / frames as f64)
}
