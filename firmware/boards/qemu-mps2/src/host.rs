//! What the machine that runs the emulator lends: a command line, and memory that it has filled.

use core::slice;
use cortex_m_semihosting::nr::open;

/// Memory that nothing is linked into, which the emulator fills from a file: `-device loader,file=F,addr=0x21000000`.
const LENT: *const u8 = 0x2100_0000 as *const u8;
const LENT_BYTES: usize = 16 << 20;

/// SYS_GET_CMDLINE.
const GET_CMDLINE: usize = 0x15;

/// The words after the emulator's `-append`-like `arg=` options, in one line.
pub fn command_line(buffer: &mut [u8]) -> &str {
    let _ = open::R;
    let mut block = [buffer.as_mut_ptr() as usize, buffer.len()];
    // SAFETY: the host writes at most the length that the block names to where it points, and the new length over it.
    let failed = unsafe { cortex_m_semihosting::syscall(GET_CMDLINE, &mut block) };
    let length = if failed == 0 { block[1].min(buffer.len()) } else { 0 };
    str::from_utf8(&buffer[..length]).unwrap_or_default()
}

/// The first bytes of what the emulator has loaded.
pub fn lent(bytes: usize) -> &'static [u8] {
    // SAFETY: the memory is there on this machine, holds bytes of any value and is written by nobody once the core runs.
    unsafe { slice::from_raw_parts(LENT, bytes.min(LENT_BYTES)) }
}
