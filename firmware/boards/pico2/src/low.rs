//! The low half's tasks: everything that may wait for the audio half, in the thread's executor.

use crate::flash::Region;
use crate::panel::{KNOBS, PADS, Panel};
use crate::{HUSH, audio};
use embassy_rp::Peri;
use embassy_rp::peripherals::{USB, WATCHDOG};
use embassy_rp::uart::{BufferedUartRx, BufferedUartTx};
use embassy_rp::usb::Driver;
use embassy_rp::watchdog::Watchdog;
use embassy_time::{Duration, Ticker};
use embassy_usb::UsbDevice;
use embassy_usb::class::midi::{Receiver, Sender};

/// Between two looks at the panel.
const SCAN: Duration = Duration::from_millis(1);
/// Longer than a sector of flash takes to erase at most (0.4 s).
const WATCHDOG_PERIOD: Duration = Duration::from_millis(2_000);

/// The desk that all tasks share.
pub type Low = ripieno_wiring::Low<Region, PADS, KNOBS>;

#[embassy_executor::task]
pub async fn usb_device(mut device: UsbDevice<'static, Driver<'static, USB>>) -> ! {
    device.run().await
}

#[embassy_executor::task]
pub async fn usb_receive(receiver: Receiver<'static, Driver<'static, USB>>, low: &'static Low) -> ! {
    low.usb_receive(receiver).await
}

#[embassy_executor::task]
pub async fn usb_send(sender: Sender<'static, Driver<'static, USB>>, low: &'static Low) -> ! {
    low.usb_send(sender).await
}

#[embassy_executor::task]
pub async fn serial_receive(line: BufferedUartRx, low: &'static Low) -> ! {
    low.serial_receive(line).await
}

#[embassy_executor::task]
pub async fn serial_send(line: BufferedUartTx, low: &'static Low) -> ! {
    low.serial_send(line).await
}

/// Looks at the panel, and tells the watchdog that both halves go on.
#[embassy_executor::task]
pub async fn scan(mut panel: Panel, watchdog: Peri<'static, WATCHDOG>, low: &'static Low) -> ! {
    let mut watchdog = Watchdog::new(watchdog);
    watchdog.start(WATCHDOG_PERIOD);
    let mut filled = audio::filled();
    let mut ticker = Ticker::every(SCAN);
    loop {
        low.scan(&panel.look());
        // Whoever wrote to flash since the last look is done: nothing is written across an `await`.
        HUSH.release();
        if audio::filled() != filled {
            filled = audio::filled();
            watchdog.feed(WATCHDOG_PERIOD);
        }
        ticker.next().await;
    }
}
