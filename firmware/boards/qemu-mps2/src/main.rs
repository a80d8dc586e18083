//! The board that the tests boot. What it does is named on its command line: `qemu-mps2 SCENE [ARGS...]`.
#![no_std]
#![no_main]

mod bench;
mod host;

use cortex_m_rt::entry;
use cortex_m_semihosting::debug::{self, EXIT_FAILURE, EXIT_SUCCESS};
use cortex_m_semihosting::hprintln;
use panic_semihosting as _;

#[entry]
fn main() -> ! {
    let mut line = [0; 256];
    let mut words = host::command_line(&mut line).split(' ').skip(1);
    let is_done = match words.next() {
        Some("bench") => bench::run(&mut words),
        other => {
            hprintln!("no such scene: {:?}", other);
            false
        }
    };
    debug::exit(if is_done { EXIT_SUCCESS } else { EXIT_FAILURE });
    loop {
        cortex_m::asm::wfi();
    }
}
