//! A WS2812 at each pad, by a PIO program of the second block.

use crate::Irqs;
use crate::low::Low;
use crate::panel::PADS;
use embassy_rp::Peri;
use embassy_rp::peripherals::{DMA_CH1, PIN_12, PIO1};
use embassy_rp::pio::Pio;
use embassy_rp::pio_programs::ws2812::{PioWs2812, PioWs2812Program};
use embassy_time::{Duration, Ticker};
use smart_leds::RGB8;

/// Between two looks for something new to show.
const LOOK: Duration = Duration::from_millis(16);

/// Shows what the desk says, for ever.
#[embassy_executor::task]
pub async fn show(
    pio: Peri<'static, PIO1>,
    dma: Peri<'static, DMA_CH1>,
    pin: Peri<'static, PIN_12>,
    low: &'static Low,
) -> ! {
    let Pio { mut common, sm0, .. } = Pio::new(pio, Irqs);
    let program = PioWs2812Program::new(&mut common);
    let mut strip = PioWs2812::<_, 0, PADS, _>::new(&mut common, sm0, dma, Irqs, pin, &program);
    let mut ticker = Ticker::every(LOOK);
    loop {
        let new = low.colours();
        if let Some(colours) = new {
            strip.write(&colours.map(|colour| RGB8::new(colour.red, colour.green, colour.blue))).await;
        }
        ticker.next().await;
    }
}
