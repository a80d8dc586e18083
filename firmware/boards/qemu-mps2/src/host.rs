//! What the machine that runs the emulator lends: a command line, files, and memory that it has filled.

use core::slice;
use cortex_m::peripheral::CPUID;
use cortex_m_semihosting::nr;

/// Memory that nothing is linked into, which the emulator fills from a file: `-device loader,file=F,addr=A`. On the MPS2
/// with a Cortex-M7 it lies elsewhere.
const LENT: *const u8 = 0x2100_0000 as *const u8;
const LENT_M7: *const u8 = 0x6000_0000 as *const u8;
const LENT_BYTES: usize = 16 << 20;

/// The part number that a Cortex-M7 names itself by.
const PART_M7: u32 = 0xC27;

/// The words that follow the kernel in the emulator's `arg=` options, in one line.
pub fn command_line(buffer: &mut [u8]) -> &str {
    let mut block = [buffer.as_mut_ptr() as usize, buffer.len()];
    // SAFETY: the host writes at most the length that the block names to where it points, and the new length over it.
    let failed = unsafe { cortex_m_semihosting::syscall1(nr::GET_CMDLINE, block.as_mut_ptr() as usize) };
    let length = if failed == 0 { block[1].min(buffer.len()) } else { 0 };
    str::from_utf8(&buffer[..length]).unwrap_or_default()
}

/// The first bytes of what the emulator has loaded.
pub fn lent(bytes: usize) -> &'static [u8] {
    // SAFETY: a register that every core has and that reading does not change.
    let part = unsafe { (*CPUID::PTR).base.read() } >> 4 & 0xFFF;
    let start = if part == PART_M7 { LENT_M7 } else { LENT };
    // SAFETY: the memory is there on this machine, holds bytes of any value and is written by nobody once the core runs.
    unsafe { slice::from_raw_parts(start, bytes.min(LENT_BYTES)) }
}

/// A file on the host that is written anew, in the folder that the emulator was started in.
#[derive(Debug)]
pub struct File {
    handle: usize,
    is_whole: bool,
}

impl File {
    /// Makes it; nothing when the host refuses.
    pub fn create(name: &str) -> Option<Self> {
        let mut path = [0; 256];
        // The host wants a zero after the name.
        path.get_mut(..name.len()).filter(|_| name.len() < 256)?.copy_from_slice(name.as_bytes());
        let block = [path.as_ptr() as usize, nr::open::W_TRUNC_BINARY, name.len()];
        // SAFETY: the host reads the block and the name that it points to.
        let handle = unsafe { cortex_m_semihosting::syscall(nr::OPEN, &block) };
        (handle != usize::MAX).then_some(Self { handle, is_whole: true })
    }

    /// Appends bytes.
    pub fn write(&mut self, bytes: &[u8]) {
        let block = [self.handle, bytes.as_ptr() as usize, bytes.len()];
        // SAFETY: the host reads the block and the bytes that it points to.
        let unwritten = unsafe { cortex_m_semihosting::syscall(nr::WRITE, &block) };
        self.is_whole &= unwritten == 0;
    }

    /// Closes it; true when every byte was written.
    pub fn close(self) -> bool {
        // SAFETY: the host reads the block.
        let failed = unsafe { cortex_m_semihosting::syscall(nr::CLOSE, &[self.handle]) };
        self.is_whole && failed == 0
    }
}
