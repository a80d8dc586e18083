//! Serial MIDI: 31,250 bits a second each way.

use embassy_time::{Duration, Timer};
use embedded_io_async::{Read, Write};

/// Bits a second.
pub const BAUD: u32 = 31_250;

/// Between looks for something to send: what three bytes take.
const LOOK: Duration = Duration::from_millis(1);
/// Bytes taken at once, 5 ms on the line: what comes later may still overtake what waits behind them.
const CHUNK: usize = 16;

/// Hands over what comes, for ever. A line that is broken or not there says nothing: its errors cost a short wait each.
pub async fn receive(mut line: impl Read, mut each: impl FnMut(&[u8])) -> ! {
    let mut bytes = [0; CHUNK];
    loop {
        match line.read(&mut bytes).await {
            Ok(length) => each(&bytes[..length]),
            Err(_) => Timer::after(LOOK).await,
        }
    }
}

/// Sends what `next` gives, for ever.
pub async fn send(mut line: impl Write, mut next: impl FnMut(&mut [u8]) -> usize) -> ! {
    let mut bytes = [0; CHUNK];
    loop {
        let length = next(&mut bytes);
        if length == 0 || line.write_all(&bytes[..length]).await.is_err() {
            Timer::after(LOOK).await;
        }
    }
}
