//! One running line from engine to device: stream, and render thread if there is one. Started and stopped as a whole.

use super::buffered::RenderThread;
use super::shared::Shared;
use super::source::Source;
use super::{Engine, Settings};
use ripieno_ports::{AudioOut, Format, Health, MidiIn, Refused, Stream};
use std::sync::Arc;

/// A line that plays.
pub struct Line<O: AudioOut, M: MidiIn + Send + 'static> {
    stream: O::Stream<Source<M>>,
    renderer: Option<RenderThread<M>>,
}

/// A line that could not be started: device and engine come back.
pub type Failed<O, M> = Refused<O, Box<Engine<M>>, <O as AudioOut>::Error>;

impl<O: AudioOut, M: MidiIn + Send + 'static> Line<O, M> {
    /// Lets a device play an engine. `promote` asks for real-time priority where we make the thread. Control; blocks.
    ///
    /// # Errors
    /// [`Refused`] hands both back.
    pub fn start(
        device: O,
        format: Format,
        engine: Box<Engine<M>>,
        settings: &Settings,
        shared: &Arc<Shared>,
        promote: impl FnOnce() + Send + 'static,
    ) -> Result<Self, Failed<O, M>> {
        let (renderer, source) = if settings.buffered == 0 {
            (None, Source::Direct(engine))
        } else {
            let (blocks, shared) = (settings.buffered, shared.clone());
            let (renderer, near) = RenderThread::start(engine, blocks, format.buffer, format.rate, shared, promote);
            (Some(renderer), Source::Buffered(near))
        };
        match device.start(format, source) {
            Ok(stream) => Ok(Self { stream, renderer }),
            Err(Refused { device, client, error }) => {
                Err(Refused { device, client: engine_of(client, renderer), error })
            }
        }
    }

    /// Takes device and engine back. Control; blocks for a callback that runs.
    pub fn stop(self) -> (O, Box<Engine<M>>) {
        let (device, source) = self.stream.stop();
        (device, engine_of(source, self.renderer))
    }

    /// How the stream is. Control.
    pub fn health(&self) -> Health {
        self.stream.health()
    }
}

fn engine_of<M: MidiIn + Send + 'static>(source: Source<M>, renderer: Option<RenderThread<M>>) -> Box<Engine<M>> {
    match (source, renderer) {
        (Source::Direct(engine), _) => engine,
        (Source::Buffered(near), Some(renderer)) => {
            drop(near);
            renderer.stop()
        }
        (Source::Buffered(_), None) => unreachable!("a ring's far end is always with us"),
    }
}
