//! Sound: frames to an I2S DAC, by a PIO program that DMA feeds from two buffers in turn. One is played while the other is
//! filled, at interrupt priority.

use crate::{Irqs, Voice};
use core::sync::atomic::{AtomicU32, Ordering};
use embassy_executor::InterruptExecutor;
use embassy_rp::Peri;
use embassy_rp::interrupt::{self, InterruptExt, Priority};
use embassy_rp::peripherals::{DMA_CH0, PIN_9, PIN_10, PIN_11, PIO0};
use embassy_rp::pio::Pio;
use embassy_rp::pio_programs::i2s::{PioI2sOut, PioI2sOutProgram};
use embassy_time::Instant;
use ripieno_firmware::hush::{Fade, Hush};
use ripieno_types::Block;

/// Frames a second: 150 MHz by 24 + 106/256 by 64 bits by two cycles of the program, exactly.
pub const RATE_HZ: u32 = 48_000;
/// Frames of one buffer: 1.33 ms.
const FRAMES: usize = 64;
/// Bits of a sample on the wire. The DAC takes the upper ones.
const BITS: u32 = 32;

static EXECUTOR: InterruptExecutor = InterruptExecutor::new();
/// Buffers that were filled: that it counts on is what keeps the watchdog quiet.
static FILLED: AtomicU32 = AtomicU32::new(0);

/// The pins of the DAC, and what drives them.
pub struct Parts {
    pub pio: Peri<'static, PIO0>,
    pub dma: Peri<'static, DMA_CH0>,
    pub data: Peri<'static, PIN_9>,
    pub bit_clock: Peri<'static, PIN_10>,
    pub word_clock: Peri<'static, PIN_11>,
}

/// Buffers that were filled so far.
pub fn filled() -> u32 {
    FILLED.load(Ordering::Relaxed)
}

/// Starts to play, for ever.
pub fn start(parts: Parts, voice: &'static mut Voice, hush: &'static Hush) {
    // Above everything that waits in the thread, below the short interrupts that wake it.
    interrupt::SWI_IRQ_1.set_priority(Priority::P2);
    let spawner = EXECUTOR.start(interrupt::SWI_IRQ_1);
    spawner.spawn(play(parts, voice, hush).expect("the only one"));
}

#[embassy_rp::interrupt]
unsafe fn SWI_IRQ_1() {
    // SAFETY: this is the interrupt that the executor was started with.
    unsafe { EXECUTOR.on_interrupt() }
}

#[embassy_executor::task]
async fn play(parts: Parts, voice: &'static mut Voice, hush: &'static Hush) {
    let Pio { mut common, sm0, .. } = Pio::new(parts.pio, Irqs);
    let program = PioI2sOutProgram::new(&mut common);
    let mut out = PioI2sOut::new(
        &mut common,
        sm0,
        parts.dma,
        Irqs,
        parts.data,
        parts.bit_clock,
        parts.word_clock,
        RATE_HZ,
        BITS,
        &program,
    );
    let (mut playing, mut filling) = ([0; 2 * FRAMES], [0; 2 * FRAMES]);
    let (mut left, mut right) = ([0.0; FRAMES], [0.0; FRAMES]);
    let mut fade = Fade::new();
    out.start();
    loop {
        let played = out.write(&playing);
        fade.next(hush, &mut left, &mut right, |left, right| {
            voice.render(Instant::now().as_micros(), Block::new(left, right));
        });
        for ((words, left), right) in filling.as_chunks_mut().0.iter_mut().zip(&left).zip(&right) {
            *words = [word(*left), word(*right)];
        }
        FILLED.store(filled().wrapping_add(1), Ordering::Relaxed);
        played.await;
        core::mem::swap(&mut playing, &mut filling);
    }
}

/// Full level is all bits; what is louder is cut.
fn word(sample: f32) -> u32 {
    (sample * -(i32::MIN as f32)) as i32 as u32
}
