//! The board that the tests boot. What it does is named on its command line: `qemu-mps2 SCENE [ARGS...]`.
#![no_std]
#![no_main]

mod bench;
mod counter;
mod host;
mod live;
mod map;
mod mapper;
mod memory;
mod render;
mod stack;
mod uart;

use cortex_m_rt::entry;
use cortex_m_semihosting::debug::{self, EXIT_FAILURE, EXIT_SUCCESS};
use cortex_m_semihosting::hprintln;
use panic_semihosting as _;

#[entry]
fn main() -> ! {
    let mut line = [0; 512];
    let line = host::command_line(&mut line);
    let mut words = line.split(' ').skip(1);
    let done = match words.next() {
        Some("bench") => bench::run(&mut words),
        Some("live") => live::run(),
        Some("map") => map::run(&mut words),
        Some("mapper") => mapper::run(),
        Some("render") => render::run(&mut words),
        Some("stack") => stack::run(&mut words),
        _ => None,
    };
    if done.is_none() {
        hprintln!("no such scene, a word too few, or a file that cannot be written: {}", line);
    }
    debug::exit(if done.is_some() { EXIT_SUCCESS } else { EXIT_FAILURE });
    loop {
        cortex_m::asm::wfi();
    }
}
