//! The two regions of flash that are no program: a bank, which is played where it lies, and the presets.

use core::ptr;
use embassy_rp::Peri;
use embassy_rp::flash::{Blocking, ERASE_SIZE, Error, Flash, WRITE_SIZE};
use embassy_rp::peripherals::FLASH;
use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};
use ripieno_firmware::hush::Hush;

/// Bytes of the module's chip.
const CHIP: usize = 4 << 20;
/// Where the core reads the chip.
const MAPPED: usize = 0x1000_0000;

unsafe extern "C" {
    // memory.x has them; only their addresses mean something.
    static __bank_start: u8;
    static __bank_end: u8;
    static __store_start: u8;
    static __store_end: u8;
}

/// The region of the bank. Erased flash is no bank.
pub fn bank() -> &'static [u8] {
    let start = &raw const __bank_start;
    let length = &raw const __bank_end as usize - start as usize;
    // SAFETY: the region is mapped flash that nothing is linked into and that this program never writes: bytes of any value,
    // the same for ever. While the chip is busy with the presets nobody reads: interrupts are off, and what plays is asked for
    // silence before.
    unsafe { core::slice::from_raw_parts(ptr::from_ref(&*start), length) }
}

/// The region of the presets, from 0 on. Before it is written the sound fades out: neither code nor bank can be read while the
/// chip is busy, so that interrupts are off for as long as a page (about 1 ms) or a sector (typically 45 ms) takes.
pub struct Region {
    chip: Flash<'static, FLASH, Blocking, CHIP>,
    hush: &'static Hush,
}

impl Region {
    /// The region, with who makes silence for it.
    pub fn new(flash: Peri<'static, FLASH>, hush: &'static Hush) -> Self {
        Self { chip: Flash::new_blocking(flash), hush }
    }

    fn place(offset: u32) -> u32 {
        (&raw const __store_start as usize - MAPPED) as u32 + offset
    }

    /// What is asked for lies within the region, and nothing plays.
    fn hushed(&self, offset: u32, length: usize) -> Result<(), Error> {
        self.check(offset, length)?;
        self.hush.ask();
        while !self.hush.is_silent() {
            cortex_m::asm::nop();
        }
        Ok(())
    }

    fn check(&self, offset: u32, length: usize) -> Result<(), Error> {
        let is_within = (offset as usize).checked_add(length).is_some_and(|end| end <= self.capacity());
        if is_within { Ok(()) } else { Err(Error::OutOfBounds) }
    }
}

impl ErrorType for Region {
    type Error = Error;
}

impl ReadNorFlash for Region {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Error> {
        self.check(offset, bytes.len())?;
        self.chip.blocking_read(Self::place(offset), bytes)
    }

    fn capacity(&self) -> usize {
        &raw const __store_end as usize - &raw const __store_start as usize
    }
}

impl NorFlash for Region {
    const WRITE_SIZE: usize = WRITE_SIZE;
    const ERASE_SIZE: usize = ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Error> {
        self.hushed(from, to.saturating_sub(from) as usize)?;
        self.chip.blocking_erase(Self::place(from), Self::place(to))
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Error> {
        self.hushed(offset, bytes.len())?;
        self.chip.blocking_write(Self::place(offset), bytes)
    }
}
