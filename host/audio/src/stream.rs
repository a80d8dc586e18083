//! A running stream of a device, whatever drives it.

use crate::clock::now;
use crate::health::Watch;
use crate::lease::Hold;
use ripieno_ports::{Format, Health, Micros, Stream};
use std::fmt;

/// Streams that can say in words what went wrong.
pub trait LastError {
    /// The driver's latest complaint, if it had one. Control; may wait for another thread that asks.
    fn last_error(&self) -> Option<String>;
}

/// What runs, erased: dropping it stops it and lets go of the callback.
pub(crate) type Running = Box<dyn Send + Sync>;

/// A running stream of an [`Output`](crate::Output) or [`Input`](crate::Input).
pub struct DeviceStream<D, C: Send> {
    pub(crate) device: D,
    pub(crate) format: Format,
    pub(crate) hold: Hold<C>,
    pub(crate) watch: Watch,
    pub(crate) running: Running,
    /// What the driver's clock shows more than ours.
    pub(crate) ahead_micros: i64,
}

impl<D, C: Send> DeviceStream<D, C> {
    /// Errors that the driver reported and went on after, or ended by; xruns are counted apart. Control.
    pub fn errors(&self) -> u64 {
        self.watch.errors()
    }
}

impl<D, C: Send> Stream for DeviceStream<D, C> {
    type Device = D;
    type Client = C;

    fn format(&self) -> Format {
        self.format
    }

    fn health(&self) -> Health {
        self.watch.health()
    }

    fn now(&self) -> Micros {
        Micros(now().0.wrapping_add_signed(self.ahead_micros))
    }

    fn stop(self) -> (D, C) {
        drop(self.running);
        (self.device, self.hold.recall())
    }
}

impl<D, C: Send> LastError for DeviceStream<D, C> {
    fn last_error(&self) -> Option<String> {
        self.watch.last_error()
    }
}

impl<D: fmt::Debug, C: Send> fmt::Debug for DeviceStream<D, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { device, format, watch, .. } = self;
        f.debug_struct("DeviceStream").field("device", device).field("format", format).field("watch", watch).finish()
    }
}
