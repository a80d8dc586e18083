//! The module's QSPI flash (IS25LP064A): a bank, which is played where it lies, and the presets, in the sectors before the
//! program's image. The program itself runs from RAM.

use core::ptr;
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
/// Cycles that the chip takes to come out of its reset: 100 us at 480 MHz.
const RESET_CYCLES: u32 = 48_000;

unsafe extern "C" {
    // memory.x has them; only their addresses mean something.
    static __store_start: u8;
    static __store_end: u8;
    static __bank_start: u8;
    static __bank_end: u8;
}

/// The chip's pins and its controller, which nobody else may have.
pub struct Parts {
    pub qspi: embassy_stm32::Peri<'static, QUADSPI>,
    pub data: (
        embassy_stm32::Peri<'static, PF8>,
        embassy_stm32::Peri<'static, PF9>,
        embassy_stm32::Peri<'static, PF7>,
        embassy_stm32::Peri<'static, PF6>,
    ),
    pub clock: embassy_stm32::Peri<'static, PF10>,
    pub select: embassy_stm32::Peri<'static, PG6>,
}

/// The region of the presets, from 0 on. Before it is written the sound fades out: the bank cannot be read while the chip is
/// busy, for as long as a page (below 1 ms) or a sector (typically 70 ms) takes.
pub struct Region {
    hush: &'static Hush,
}
