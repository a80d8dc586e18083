//! The machine's serial ports (ARM's CMSDK UART) and its free-running timer.

use core::convert::Infallible;
use core::ptr;
use cortex_m::interrupt::InterruptNumber;
use embedded_io::{ErrorType, Read, ReadReady, Write, WriteReady};
use ripieno_ring::spsc::{Consumer, Producer};

/// Interrupts of the machine.
#[derive(Clone, Copy, Debug)]
#[repr(u16)]
pub enum Line {
    /// The first port has received.
    Receive = 0,
}

// SAFETY: the number is one that the interrupt controller has.
unsafe impl InterruptNumber for Line {
    fn number(self) -> u16 {
        self as u16
    }
}

/// Serial ports.
const PORTS: [usize; 2] = [0x4000_4000, 0x4000_5000];
/// A timer of 32 bits that counts 25 MHz down.
const TIMER: usize = 0x4000_0000;
const TICKS_PER_MICRO: u32 = 25;

const DATA: usize = 0x00;
const STATE: usize = 0x04;
const CONTROL: usize = 0x08;
const INTERRUPT: usize = 0x0C;
const DIVIDER: usize = 0x10;

const SENDING_IS_FULL: u32 = 1;
const RECEIVED: u32 = 2;
const SENDS_AND_RECEIVES: u32 = 3;
const INTERRUPTS: u32 = 1 << 3;

fn read(address: usize) -> u32 {
    // SAFETY: a device's register, at an address of this file: it is there and has no memory that anyone borrows.
    unsafe { ptr::read_volatile(address as *const u32) }
}

fn write(address: usize, value: u32) {
    // SAFETY: as in `read`.
    unsafe { ptr::write_volatile(address as *mut u32, value) }
}

/// One port.
#[derive(Debug)]
pub struct Uart {
    base: usize,
}

impl Uart {
    /// The port of this number, 0 or 1, which interrupts when it has received if that is asked for.
    pub fn new(number: usize, interrupts: bool) -> Self {
        let base = PORTS[number & 1];
        // The emulator sends at any rate; the least divider that it takes.
        write(base + DIVIDER, 16);
        write(base + CONTROL, SENDS_AND_RECEIVES | if interrupts { INTERRUPTS } else { 0 });
        Self { base }
    }

    /// Moves what has been received into a ring, as long as there is room; the rest stays in the port.
    ///
    /// The interrupt is acknowledged first: a byte that comes after the last look raises it again.
    pub fn drain(&mut self, ring: &mut Producer<'_, u8>) {
        write(self.base + INTERRUPT, RECEIVED);
        while ring.free() > 0 && read(self.base + STATE) & RECEIVED != 0 {
            // There is room.
            _ = ring.push(read(self.base + DATA) as u8);
        }
    }

    /// Sends bytes, waiting for each.
    pub fn send(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            while read(self.base + STATE) & SENDING_IS_FULL != 0 {}
            write(self.base + DATA, u32::from(byte));
        }
    }
}

/// A port's way out, and what its interrupt has received.
#[derive(Debug)]
pub struct Port {
    /// The port.
    pub out: Uart,
    /// Bytes received.
    pub received: Consumer<'static, u8>,
}

impl ErrorType for Port {
    type Error = Infallible;
}

impl ReadReady for Port {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(self.received.ready() > 0)
    }
}

impl Read for Port {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, Infallible> {
        Ok(self.received.pop_slice(bytes))
    }
}

impl WriteReady for Port {
    fn write_ready(&mut self) -> Result<bool, Infallible> {
        Ok(read(self.out.base + STATE) & SENDING_IS_FULL == 0)
    }
}

impl Write for Port {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        let first = bytes.get(..1).unwrap_or_default();
        self.out.send(first);
        Ok(first.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Starts the timer.
pub fn start_timer() {
    write(TIMER + 0x08, u32::MAX);
    write(TIMER + 0x04, u32::MAX);
    write(TIMER, 1);
}

/// Microseconds since the timer's start. It is good for the 171 seconds of a session.
pub fn micros() -> u64 {
    u64::from((u32::MAX - read(TIMER + 0x04)) / TICKS_PER_MICRO)
}
