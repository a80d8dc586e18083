//! The module's QSPI flash (IS25LP064A): a bank, which is played where it lies, and the presets, in the sectors before the
//! program's image. The program itself runs from RAM.

use core::ptr;
use embassy_stm32::Peri;
use embassy_stm32::mode::Blocking;
use embassy_stm32::peripherals::{PF6, PF7, PF8, PF9, PF10, PG6, QUADSPI};
use embassy_stm32::qspi::enums::{
    AddressSize, ChipSelectHighTime, DummyCycles, FIFOThresholdLevel, MemorySize, QspiWidth,
};
use embassy_stm32::qspi::{Config, Qspi, TransferConfig};
use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
use ripieno_firmware::hush::Hush;

const READ_QUAD: u8 = 0x6B;
const READ_STATUS: u8 = 0x05;
const WRITE_STATUS: u8 = 0x01;
const WRITE_ENABLE: u8 = 0x06;
const PROGRAM: u8 = 0x02;
const ERASE_SECTOR: u8 = 0x20;
const RESET: [u8; 2] = [0x66, 0x99];
const IS_BUSY: u8 = 1 << 0;
const IS_QUAD: u8 = 1 << 6;
const PAGE: usize = 256;
const SECTOR: usize = 4096;
/// Where the core reads the chip.
const MAPPED: u32 = 0x9000_0000;
/// Cycles that the chip takes to come out of its reset: 100 us at 480 MHz.
const RESET_CYCLES: u32 = 48_000;

unsafe extern "C" {
    // memory.x has them; only their addresses mean something.
    static __store_start: u8;
    static __store_end: u8;
    static __bank_start: u8;
    static __bank_end: u8;
}

/// The chip's controller and its pins.
pub struct Parts {
    pub qspi: Peri<'static, QUADSPI>,
    pub data: (Peri<'static, PF8>, Peri<'static, PF9>, Peri<'static, PF7>, Peri<'static, PF6>),
    pub clock: Peri<'static, PF10>,
    pub select: Peri<'static, PG6>,
}

type Chip = Qspi<'static, QUADSPI, Blocking>;

/// The region of the presets, from 0 on, and the chip, which is mapped into memory whenever none of its methods runs.
///
/// Before it is written the sound fades out: the bank cannot be read while the chip is busy, for as long as a page (below
/// 1 ms) or a sector (typically 70 ms) takes.
pub struct Region {
    /// Never used but through [`open`](Self::open).
    parts: Parts,
    /// The driver in use. Its peripheral is reset by making another: that is how it leaves its mapped mode.
    chip: Option<Chip>,
    hush: &'static Hush,
}

/// The region of the bank, mapped. Erased flash is no bank.
pub fn bank(_mapped: &Region) -> &'static [u8] {
    let start = &raw const __bank_start;
    let length = &raw const __bank_end as usize - start as usize;
    // SAFETY: the region is flash that nothing is linked into and that this program never writes: bytes of any value, the same
    // for ever. A `Region` exists, so the chip is mapped but within its methods, and those ask what plays for silence first.
    unsafe { core::slice::from_raw_parts(ptr::from_ref(&*start), length) }
}

impl Region {
    /// Takes the chip, with who makes silence for it, and maps it.
    pub fn new(parts: Parts, hush: &'static Hush) -> Self {
        let mut region = Self { parts, chip: None, hush };
        let mut chip = region.open();
        for command in RESET {
            chip.blocking_command(alone(command));
        }
        cortex_m::asm::delay(RESET_CYCLES);
        if status(&mut chip) & IS_QUAD == 0 {
            chip.blocking_command(alone(WRITE_ENABLE));
            chip.blocking_write(&[IS_QUAD], TransferConfig { dwidth: QspiWidth::SING, ..alone(WRITE_STATUS) });
            finish(&mut chip);
        }
        region.map(chip);
        region
    }

    /// A driver in command mode.
    fn open(&mut self) -> Chip {
        self.chip = None;
        let Parts { qspi, data: (d0, d1, d2, d3), clock, select } = &self.parts;
        let mut config = Config::default();
        config.memory_size = MemorySize::_8MiB;
        config.address_size = AddressSize::_24bit;
        // 240 MHz by three.
        config.prescaler = 2;
        config.cs_high_time = ChipSelectHighTime::_2Cycle;
        config.fifo_threshold = FIFOThresholdLevel::_1Bytes;
        // SAFETY: the driver that had them was dropped above, and `parts` is used nowhere else.
        unsafe {
            Qspi::new_blocking_bank1(
                qspi.clone_unchecked(),
                d0.clone_unchecked(),
                d1.clone_unchecked(),
                d2.clone_unchecked(),
                d3.clone_unchecked(),
                clock.clone_unchecked(),
                select.clone_unchecked(),
                config,
            )
        }
    }

    fn map(&mut self, mut chip: Chip) {
        let read = TransferConfig {
            awidth: QspiWidth::SING,
            dwidth: QspiWidth::QUAD,
            dummy: DummyCycles::_8,
            ..alone(READ_QUAD)
        };
        chip.enable_memory_map(&read);
        self.chip = Some(chip);
    }

    /// A driver in command mode, once nothing plays.
    fn hushed(&mut self) -> Chip {
        self.hush.ask();
        while !self.hush.is_silent() {
            cortex_m::asm::nop();
        }
        self.open()
    }

    fn check(&self, offset: u32, length: usize) -> Result<(), NorFlashErrorKind> {
        let is_within = (offset as usize).checked_add(length).is_some_and(|end| end <= self.capacity());
        if is_within { Ok(()) } else { Err(NorFlashErrorKind::OutOfBounds) }
    }

    /// From the chip's first byte.
    fn place(offset: u32) -> u32 {
        &raw const __store_start as u32 - MAPPED + offset
    }
}

impl ErrorType for Region {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Region {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        self.check(offset, bytes.len())?;
        let from = (&raw const __store_start).wrapping_add(offset as usize);
        // SAFETY: the bytes lie within the region, which is mapped and, by the memory protection unit, never cached.
        unsafe { ptr::copy_nonoverlapping(from, bytes.as_mut_ptr(), bytes.len()) };
        Ok(())
    }

    fn capacity(&self) -> usize {
        &raw const __store_end as usize - &raw const __store_start as usize
    }
}

impl NorFlash for Region {
    const WRITE_SIZE: usize = 1;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        self.check(from, to.saturating_sub(from) as usize)?;
        if !(from as usize).is_multiple_of(SECTOR) || !(to as usize).is_multiple_of(SECTOR) {
            return Err(NorFlashErrorKind::NotAligned);
        }
        let mut chip = self.hushed();
        for sector in (from..to).step_by(SECTOR) {
            chip.blocking_command(alone(WRITE_ENABLE));
            chip.blocking_command(at(ERASE_SECTOR, Self::place(sector)));
            finish(&mut chip);
        }
        self.map(chip);
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        self.check(offset, bytes.len())?;
        let mut chip = self.hushed();
        let (mut offset, mut rest) = (offset, bytes);
        while !rest.is_empty() {
            // A page at most: beyond its end the chip would begin it anew.
            let (page, later) = rest.split_at(rest.len().min(PAGE - offset as usize % PAGE));
            chip.blocking_command(alone(WRITE_ENABLE));
            chip.blocking_write(page, TransferConfig { dwidth: QspiWidth::SING, ..at(PROGRAM, Self::place(offset)) });
            finish(&mut chip);
            offset += page.len() as u32;
            rest = later;
        }
        self.map(chip);
        Ok(())
    }
}

/// A command without address or data.
fn alone(instruction: u8) -> TransferConfig {
    TransferConfig {
        iwidth: QspiWidth::SING,
        awidth: QspiWidth::NONE,
        dwidth: QspiWidth::NONE,
        instruction,
        address: None,
        dummy: DummyCycles::_0,
    }
}

/// A command with an address.
fn at(instruction: u8, address: u32) -> TransferConfig {
    TransferConfig { awidth: QspiWidth::SING, address: Some(address), ..alone(instruction) }
}

fn status(chip: &mut Chip) -> u8 {
    let mut status = [0];
    chip.blocking_read(&mut status, TransferConfig { dwidth: QspiWidth::SING, ..alone(READ_STATUS) });
    status[0]
}

/// Waits until the chip has done what it was told. One that never does is the watchdog's business.
fn finish(chip: &mut Chip) {
    while status(chip) & IS_BUSY != 0 {}
}
