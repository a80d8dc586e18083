//! Sound: frames to the codec, by DMA that goes round two halves of a buffer. One is played while the other is filled, at
//! interrupt priority.

use crate::Voice;
use crate::codec::{Codec, Parts};
use crate::memory::Uncleared;
use core::sync::atomic::{AtomicU32, Ordering};
use embassy_executor::InterruptExecutor;
use embassy_stm32::interrupt::{self, InterruptExt, Priority};
use embassy_time::Instant;
use ripieno_firmware::hush::{Fade, Hush};
use ripieno_types::Block;

/// Frames of half a buffer: 1.33 ms.
const FRAMES: usize = 64;
/// Words of the whole.
const WORDS: usize = 2 * 2 * FRAMES;
/// Full level, in 24 bits.
const FULL: f32 = 8_388_607.0;

static EXECUTOR: InterruptExecutor = InterruptExecutor::new();
/// Halves that were filled: that it counts on is what keeps the watchdog quiet.
static FILLED: AtomicU32 = AtomicU32::new(0);

#[unsafe(link_section = ".dma")]
static PLAYING: Uncleared<[u32; WORDS]> = Uncleared::new();
#[unsafe(link_section = ".dma")]
static HEARD: Uncleared<[u32; WORDS]> = Uncleared::new();

/// Halves that were filled so far.
pub fn filled() -> u32 {
    FILLED.load(Ordering::Relaxed)
}

/// Starts to play, for ever. Once only.
pub fn start(parts: Parts, voice: &'static mut Voice, hush: &'static Hush) {
    // Above everything that waits in the thread, below the short interrupts that wake it (0).
    interrupt::UART7.set_priority(Priority::P6);
    let spawner = EXECUTOR.start(interrupt::UART7);
    spawner.spawn(play(parts, voice, hush).expect("the only one"));
}

/// Silence, while DMA goes round for ever.
///
/// # Safety
///
/// Interrupts are off for good.
pub unsafe fn silence() {
    // SAFETY: the task that owned the words never runs again, by the caller's promise.
    unsafe { PLAYING.take() }.write([0; WORDS]);
    cortex_m::asm::dsb();
}

#[embassy_stm32::interrupt]
unsafe fn UART7() {
    // SAFETY: this is the interrupt that the executor was started with; no such port is used.
    unsafe { EXECUTOR.on_interrupt() }
}

#[embassy_executor::task]
async fn play(parts: Parts, voice: &'static mut Voice, hush: &'static Hush) {
    // SAFETY: this task runs once, and `silence` only when it never runs again.
    let (playing, heard) = unsafe { (PLAYING.take(), HEARD.take()) };
    let (playing, heard) = (playing.write([0; WORDS]), heard.write([0; WORDS]));
    let mut codec = Codec::start(parts, playing, heard).await;
    let mut half = [0; 2 * FRAMES];
    let (mut left, mut right) = ([0.0; FRAMES], [0.0; FRAMES]);
    let mut fade = Fade::new();
    loop {
        // Too late by a whole half is heard as such; the driver then begins anew with an empty buffer.
        let _ = codec.out.write(&half).await;
        fade.next(hush, &mut left, &mut right, |left, right| {
            voice.render(Instant::now().as_micros(), Block::new(left, right));
        });
        for ((words, left), right) in half.as_chunks_mut().0.iter_mut().zip(&left).zip(&right) {
            *words = [word(*left), word(*right)];
        }
        FILLED.store(filled().wrapping_add(1), Ordering::Relaxed);
    }
}

/// What is louder than full level is cut.
fn word(sample: f32) -> u32 {
    (sample.clamp(-1.0, 1.0) * FULL) as i32 as u32
}
