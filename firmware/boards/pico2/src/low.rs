//! The low half: everything that may wait for the audio half, in the thread's executor.

use crate::{HUSH, audio};
use crate::panel::Panel;
use core::cell::RefCell;
use embassy_rp::Peri;
use embassy_rp::peripherals::{USB, WATCHDOG};
use embassy_rp::uart::{BufferedUartRx, BufferedUartTx};
use embassy_rp::usb::Driver;
use embassy_rp::watchdog::Watchdog;
use embassy_time::{Duration, Instant, Ticker};
use embassy_usb::UsbDevice;
use embassy_usb::class::midi::{Receiver, Sender};
use ripieno_firmware::Controller;
use ripieno_firmware::midi::Port;

/// Between two looks at the panel.
const SCAN: Duration = Duration::from_millis(1);
/// Longer than any sector takes to erase (0.4 s).
const WATCHDOG_PERIOD: Duration = Duration::from_millis(2_000);

/// What the tasks share. One executor runs them, one at a time, and no borrow is held across an `await`.
pub struct Low {
    controller: RefCell<Controller<'static, 'static>>,
}

impl Low {
    pub fn new(controller: Controller<'static, 'static>) -> Self {
        Self { controller: RefCell::new(controller) }
    }

    fn serial_bytes(&self, bytes: &[u8]) {
        self.controller.borrow_mut().serial_bytes(now(), bytes, &mut ());
    }

    fn usb_bytes(&self, bytes: &[u8]) {
        self.controller.borrow_mut().usb_bytes(now(), bytes, &mut ());
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
    ripieno_wiring::usb::receive(receiver, |bytes| low.usb_bytes(bytes)).await
}

#[embassy_executor::task]
pub async fn usb_send(sender: Sender<'static, Driver<'static, USB>>, low: &'static Low) -> ! {
    let next = |packet: &mut [u8]| low.controller.borrow_mut().usb.take(packet);
    ripieno_wiring::usb::send(sender, next, || low.controller.borrow_mut().unplug(now(), Port::Usb)).await
}

#[embassy_executor::task]
pub async fn serial_receive(line: BufferedUartRx, low: &'static Low) -> ! {
    ripieno_wiring::serial::receive(line, |bytes| low.serial_bytes(bytes)).await
}

#[embassy_executor::task]
pub async fn serial_send(line: BufferedUartTx, low: &'static Low) -> ! {
    ripieno_wiring::serial::send(line, |bytes| low.controller.borrow_mut().serial.take(bytes)).await
}

/// Looks at the panel, moves what waits, and tells the watchdog that both halves go on.
#[embassy_executor::task]
pub async fn scan(
    mut panel: Panel,
    watchdog: Peri<'static, WATCHDOG>,
    low: &'static Low,
) -> ! {
    let mut watchdog = Watchdog::new(watchdog);
    watchdog.start(WATCHDOG_PERIOD);
    let mut filled = audio::filled();
    let mut ticker = Ticker::every(SCAN);
    loop {
        let look = panel.look();
        let controller = &mut *low.controller.borrow_mut();
        controller.poll(now(), |_event| ());
        HUSH.release();
        if audio::filled() != filled {
            filled = audio::filled();
            watchdog.feed(WATCHDOG_PERIOD);
        }
        ticker.next().await;
    }
}
