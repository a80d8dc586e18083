//! Nothing but a mapper of 64 pads and 64 knobs in 8 banks, played from bytes, in an interrupt: what it weighs, and what its
//! interrupt can reach. It is measured, not booted.
#![no_std]
#![no_main]

use core::cell::RefCell;
use core::hint::black_box;
use core::panic::PanicInfo;
use core::slice;
use cortex_m::interrupt::{self, Mutex};
use cortex_m_rt::{entry, exception};
use ripieno_panel::{Action, DeviceId, FlashSetup, Output, PanelId};
use ripieno_scenes::mapper::{BYTES, MAPPINGS, SurfaceMapper};
use ripieno_types::midi::MidiWord;

static MAPPER: Mutex<RefCell<Option<SurfaceMapper<'static>>>> = Mutex::new(RefCell::new(None));

fn setup() -> Option<FlashSetup<'static, MAPPINGS>> {
    // SAFETY: a place that the linker leaves alone; the program is not run.
    let bytes = unsafe { slice::from_raw_parts(0x2100_0000 as *const u8, BYTES) };
    FlashSetup::new(bytes).ok()
}

#[entry]
fn main() -> ! {
    if let Some(setup) = setup() {
        let mapper = SurfaceMapper::with_memory(setup);
        interrupt::free(|section| *MAPPER.borrow(section).borrow_mut() = Some(mapper));
    }
    loop {
        cortex_m::asm::wfi();
    }
}

/// Everything that a board asks of a mapper.
#[exception]
fn SysTick() {
    interrupt::free(|section| {
        let Ok(mut mapper) = MAPPER.borrow(section).try_borrow_mut() else { return };
        let Some(mapper) = mapper.as_mut() else { return };
        let mut each = |output: Output| _ = black_box(output);
        let now = black_box(0);
        let device = DeviceId(black_box(0));
        if let Ok(word) = MidiWord::new(&black_box([0x90, 0, 1])) {
            mapper.map(now, device, word, &mut each);
        }
        mapper.sysex(now, device, &black_box([0; 8]), &mut each);
        mapper.tick(now, &mut each);
        mapper.activate(PanelId(black_box(0)), black_box(true), now, &mut each);
        mapper.moved(black_box(Action::Nothing), black_box(0), &mut each);
        mapper.refresh(device);
        if let Some(mut setup) = setup() {
            mapper.replace(&mut setup, now, &mut each);
        }
        mapper.release_all(now, &mut each);
        black_box((mapper.due(), mapper.stats(), mapper.bank(), mapper.semitones()));
    });
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    loop {
        cortex_m::asm::nop();
    }
}
