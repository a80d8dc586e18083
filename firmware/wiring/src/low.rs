//! The low half as tasks share it.

use crate::{serial, usb};
use core::cell::{RefCell, RefMut};
use embassy_time::Instant;
use embassy_usb::class::midi::{Receiver, Sender};
use embassy_usb::driver::Driver;
use embedded_io_async::{Read, Write};
use embedded_storage::nor_flash::NorFlash;
use ripieno_firmware::lights::Rgb;
use ripieno_firmware::midi::Port;
use ripieno_firmware::{Desk, Look};

type Shared<F, const PADS: usize, const KNOBS: usize> = Desk<'static, 'static, F, PADS, KNOBS>;

/// A desk that all tasks of one executor use. They run one at a time, and no borrow is held across an `await`.
pub struct Low<F: NorFlash, const PADS: usize, const KNOBS: usize>(RefCell<Shared<F, PADS, KNOBS>>);

/// The clock that both halves read, in microseconds. Any.
pub fn now() -> u64 {
    Instant::now().as_micros()
}

impl<F: NorFlash, const PADS: usize, const KNOBS: usize> Low<F, PADS, KNOBS> {
    /// Shares a desk. Control.
    pub fn new(desk: Shared<F, PADS, KNOBS>) -> Self {
        Self(RefCell::new(desk))
    }

    fn desk(&self) -> RefMut<'_, Shared<F, PADS, KNOBS>> {
        self.0.borrow_mut()
    }

    /// Takes a look at the panel; see [`Desk::scan`]. Control.
    pub fn scan(&self, look: &Look<PADS, KNOBS>) {
        self.desk().scan(now(), look);
    }

    /// The colours of the pads, if they are others than before. Control.
    pub fn colours(&self) -> Option<[Rgb; PADS]> {
        let lights = &mut self.desk().lights;
        lights.flip().is_some().then(|| lights.colours())
    }

    /// What the USB host sends, for ever.
    pub async fn usb_receive<D: Driver<'static>>(&self, receiver: Receiver<'static, D>) -> ! {
        usb::receive(receiver, |bytes| self.desk().receive(now(), Port::Usb, bytes)).await
    }

    /// What the USB host gets, for ever.
    pub async fn usb_send<D: Driver<'static>>(&self, sender: Sender<'static, D>) -> ! {
        let next = |packet: &mut [u8]| self.desk().controller.usb.take(packet);
        usb::send(sender, next, || self.desk().controller.unplug(now(), Port::Usb)).await
    }

    /// What comes by the serial line, for ever.
    pub async fn serial_receive(&self, line: impl Read) -> ! {
        serial::receive(line, |bytes| self.desk().receive(now(), Port::Serial, bytes)).await
    }

    /// What goes out by the serial line, for ever.
    pub async fn serial_send(&self, line: impl Write) -> ! {
        serial::send(line, |bytes| self.desk().controller.serial.take(bytes)).await
    }
}
