//! The low half's tasks: everything that may wait for the audio half, in the thread's executor.

use crate::flash::Region;
use crate::panel::{KNOBS, PADS, Panel};
use crate::{HUSH, WATCHDOG_MICROS, audio};
use embassy_stm32::Peri;
use embassy_stm32::peripherals::{IWDG1, USB_OTG_FS};
use embassy_stm32::usart::{BufferedUartRx, BufferedUartTx};
use embassy_stm32::usb::Driver;
use embassy_stm32::wdg::IndependentWatchdog;
use embassy_time::{Duration, Ticker};
use embassy_usb::UsbDevice;
use embassy_usb::class::midi::{Receiver, Sender};

/// Between two looks at the panel.
const SCAN: Duration = Duration::from_millis(1);

/// The desk that all tasks share.
pub type Low = ripieno_wiring::Low<Region, PADS, KNOBS>;

#[embassy_executor::task]
pub async fn usb_device(mut device: UsbDevice<'static, Driver<'static, USB_OTG_FS>>) -> ! {
    device.run().await
}

#[embassy_executor::task]
pub async fn usb_receive(receiver: Receiver<'static, Driver<'static, USB_OTG_FS>>, low: &'static Low) -> ! {
    low.usb_receive(receiver).await
}

#[embassy_executor::task]
pub async fn usb_send(sender: Sender<'static, Driver<'static, USB_OTG_FS>>, low: &'static Low) -> ! {
    low.usb_send(sender).await
}

#[embassy_executor::task]
pub async fn serial_receive(line: BufferedUartRx<'static>, low: &'static Low) -> ! {
    low.serial_receive(line).await
}

#[embassy_executor::task]
pub async fn serial_send(line: BufferedUartTx<'static>, low: &'static Low) -> ! {
    low.serial_send(line).await
}

/// Looks at the panel, and tells the watchdog that both halves go on.
#[embassy_executor::task]
pub async fn scan(mut panel: Panel, watchdog: Peri<'static, IWDG1>, low: &'static Low) -> ! {
    let mut watchdog = IndependentWatchdog::new(watchdog, WATCHDOG_MICROS);
    watchdog.unleash();
    let mut filled = audio::filled();
    let mut ticker = Ticker::every(SCAN);
    loop {
        low.scan(&panel.look());
        // Whoever wrote to flash since the last look is done: nothing is written across an `await`.
        HUSH.release();
        if audio::filled() != filled {
            filled = audio::filled();
            watchdog.pet();
        }
        ticker.next().await;
    }
}
