//! USB-MIDI 1.0: one cable each way, in bulk packets of up to 64 bytes.

use embassy_time::Timer;
use embassy_usb::class::midi::{MidiClass, Receiver, Sender};
use embassy_usb::driver::Driver;
use embassy_usb::{Builder, Config, UsbDevice};
use static_cell::StaticCell;

/// Bytes of a bulk packet at full speed.
const PACKET: usize = 64;
/// Between looks for something to send. A frame of USB is as long.
const LOOK: embassy_time::Duration = embassy_time::Duration::from_millis(1);

/// pid.codes' numbers for tests: a product that is sold needs numbers of its own.
const VENDOR: u16 = 0x1209;
const PRODUCT: u16 = 0x0001;

/// The device and both ends of its MIDI cable. Once only: it has its memory in statics. Control.
pub fn device<D: Driver<'static>>(
    driver: D,
    product: &'static str,
) -> (UsbDevice<'static, D>, Sender<'static, D>, Receiver<'static, D>) {
    static DESCRIPTOR: StaticCell<[u8; 256]> = StaticCell::new();
    static OBJECTS: StaticCell<[u8; 64]> = StaticCell::new();
    static CONTROL: StaticCell<[u8; 64]> = StaticCell::new();

    let mut config = Config::new(VENDOR, PRODUCT);
    config.manufacturer = Some("Ripieno");
    config.product = Some(product);
    config.max_power = 300;
    let mut builder =
        Builder::new(driver, config, DESCRIPTOR.init([0; 256]), OBJECTS.init([0; 64]), &mut [], CONTROL.init([0; 64]));
    let (sender, receiver) = MidiClass::new(&mut builder, 1, 1, PACKET as u16).split();
    (builder.build(), sender, receiver)
}

/// Hands over what the host sends, packet by packet and for ever. What the host does never ends it.
pub async fn receive<D: Driver<'static>>(mut receiver: Receiver<'static, D>, mut each: impl FnMut(&[u8])) -> ! {
    let mut packet = [0; PACKET];
    loop {
        receiver.wait_connection().await;
        while let Ok(length) = receiver.read_packet(&mut packet).await {
            each(&packet[..length]);
        }
    }
}

/// Sends what `next` puts into a packet, which says how many bytes that are, for ever. It waits here while the host does
/// not read; nobody else does. `lost` is told when the host has gone away.
pub async fn send<D: Driver<'static>>(
    mut sender: Sender<'static, D>,
    mut next: impl FnMut(&mut [u8]) -> usize,
    mut lost: impl FnMut(),
) -> ! {
    let mut packet = [0; PACKET];
    loop {
        sender.wait_connection().await;
        loop {
            let length = next(&mut packet);
            if length == 0 {
                Timer::after(LOOK).await;
            } else if sender.write_packet(&packet[..length]).await.is_err() {
                lost();
                break;
            }
        }
    }
}
