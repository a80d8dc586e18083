//! The low half's tasks: everything that may wait for the audio half, in the thread's executor.

use crate::flash::Region;
use crate::panel::{KNOBS, PADS, Panel};
use crate::{HUSH, audio};
use core::cell::{RefCell, RefMut};
use embassy_rp::Peri;
use embassy_rp::peripherals::{USB, WATCHDOG};
use embassy_rp::uart::{BufferedUartRx, BufferedUartTx};
use embassy_rp::usb::Driver;
use embassy_rp::watchdog::Watchdog;
use embassy_time::{Duration, Instant, Ticker};
use embassy_usb::UsbDevice;
use embassy_usb::class::midi::{Receiver, Sender};
use ripieno_firmware::Desk;
use ripieno_firmware::lights::Rgb;
use ripieno_firmware::midi::Port;
use ripieno_wiring::{serial, usb};

/// Between two looks at the panel.
const SCAN: Duration = Duration::from_millis(1);
/// Longer than a sector of flash takes to erase at most (0.4 s).
const WATCHDOG_PERIOD: Duration = Duration::from_millis(2_000);

/// The desk, as the tasks share it: one executor runs them, one at a time, and no borrow is held across an `await`.
pub struct Low(RefCell<Desk<'static, 'static, Region, PADS, KNOBS>>);

impl Low {
    pub fn new(desk: Desk<'static, 'static, Region, PADS, KNOBS>) -> Self {
        Self(RefCell::new(desk))
    }

    fn desk(&self) -> RefMut<'_, Desk<'static, 'static, Region, PADS, KNOBS>> {
        self.0.borrow_mut()
    }

    /// The colours of the pads, if they are others than before.
    pub fn colours(&self) -> Option<[Rgb; PADS]> {
        let lights = &mut self.desk().lights;
        lights.flip().is_some().then(|| lights.colours())
    }
}

/// The clock that both halves read, in microseconds.
fn now() -> u64 {
    Instant::now().as_micros()
}

#[embassy_executor::task]
pub async fn usb_device(mut device: UsbDevice<'static, Driver<'static, USB>>) -> ! {
    device.run().await
}

#[embassy_executor::task]
pub async fn usb_receive(receiver: Receiver<'static, Driver<'static, USB>>, low: &'static Low) -> ! {
    usb::receive(receiver, |bytes| low.desk().receive(now(), Port::Usb, bytes)).await
}

#[embassy_executor::task]
pub async fn usb_send(sender: Sender<'static, Driver<'static, USB>>, low: &'static Low) -> ! {
    let next = |packet: &mut [u8]| low.desk().controller.usb.take(packet);
    usb::send(sender, next, || low.desk().controller.unplug(now(), Port::Usb)).await
}

#[embassy_executor::task]
pub async fn serial_receive(line: BufferedUartRx, low: &'static Low) -> ! {
    serial::receive(line, |bytes| low.desk().receive(now(), Port::Serial, bytes)).await
}

#[embassy_executor::task]
pub async fn serial_send(line: BufferedUartTx, low: &'static Low) -> ! {
    serial::send(line, |bytes| low.desk().controller.serial.take(bytes)).await
}

/// Looks at the panel, and tells the watchdog that both halves go on.
#[embassy_executor::task]
pub async fn scan(mut panel: Panel, watchdog: Peri<'static, WATCHDOG>, low: &'static Low) -> ! {
    let mut watchdog = Watchdog::new(watchdog);
    watchdog.start(WATCHDOG_PERIOD);
    let mut filled = audio::filled();
    let mut ticker = Ticker::every(SCAN);
    loop {
        let look = panel.look();
        low.desk().scan(now(), &look);
        // Whoever wrote to flash since the last look is done: nothing is written across an `await`.
        HUSH.release();
        if audio::filled() != filled {
            filled = audio::filled();
            watchdog.feed(WATCHDOG_PERIOD);
        }
        ticker.next().await;
    }
}
