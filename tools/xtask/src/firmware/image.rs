//! What of an ELF goes into flash, and how much memory a program takes.

use anyhow::{Context, Result};
use object::LittleEndian;
use object::elf::{PT_LOAD, SHF_ALLOC, SHF_WRITE, SHT_NOBITS};
use object::read::elf::{ElfFile32, FileHeader, ProgramHeader, SectionHeader};

/// Bytes and the address that they are loaded at.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    pub address: u32,
    pub bytes: &'a [u8],
}

/// Bytes that a program takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Code, constants and what variables begin with.
    pub flash: u64,
    /// Variables; without the stack, which has what is left.
    pub ram: u64,
}

/// What a loader writes, by address.
pub fn pieces(elf: &[u8]) -> Result<Vec<Piece<'_>>> {
    let file = parse(elf)?;
    let mut pieces = Vec::new();
    for segment in file.elf_program_headers() {
        if segment.p_type(LittleEndian) == PT_LOAD && segment.p_filesz(LittleEndian) > 0 {
            let bytes = segment.data(LittleEndian, elf).ok().context("a segment reaches beyond the file's end")?;
            pieces.push(Piece { address: segment.p_paddr(LittleEndian), bytes });
        }
    }
    pieces.sort_by_key(|piece| piece.address);
    Ok(pieces)
}

/// Counts what is allocated.
pub fn sizes(elf: &[u8]) -> Result<Sizes> {
    let file = parse(elf)?;
    let mut sizes = Sizes { flash: 0, ram: 0 };
    for section in file.elf_header().section_headers(LittleEndian, elf)? {
        let (flags, size) = (section.sh_flags(LittleEndian), u64::from(section.sh_size(LittleEndian)));
        if flags & SHF_ALLOC == 0 {
            continue;
        }
        if section.sh_type(LittleEndian) != SHT_NOBITS {
            sizes.flash += size;
        }
        if flags & SHF_WRITE != 0 {
            sizes.ram += size;
        }
    }
    Ok(sizes)
}

/// The pieces as one run of bytes from the lowest address on; what lies between them is as erased flash is.
pub fn flat(pieces: &[Piece<'_>]) -> Vec<u8> {
    let start = pieces.first().map_or(0, |piece| piece.address);
    let mut bytes = Vec::new();
    for piece in pieces {
        bytes.resize((piece.address - start) as usize, 0xFF);
        bytes.extend_from_slice(piece.bytes);
    }
    bytes
}

fn parse(elf: &[u8]) -> Result<ElfFile32<'_, LittleEndian>> {
    ElfFile32::parse(elf).context("this is no 32-bit ELF")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_read_as_erased_flash() {
        let pieces = [Piece { address: 0x100, bytes: &[1, 2] }, Piece { address: 0x105, bytes: &[3] }];
        assert_eq!(flat(&pieces), [1, 2, 0xFF, 0xFF, 0xFF, 3]);
        assert!(flat(&[]).is_empty());
    }

    #[test]
    fn other_files_are_refused() {
        for bytes in [&b""[..], b"\x7fELF", b"\x7fELF\x01\x01\x01not quite", &[0; 4096]] {
            assert!(pieces(bytes).is_err() && sizes(bytes).is_err(), "{bytes:?}");
        }
    }
}
