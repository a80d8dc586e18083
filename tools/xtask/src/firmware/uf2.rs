//! UF2: what a Pico's boot ROM takes by drag and drop. Blocks of 512 bytes, each with 256 bytes of flash and its address.
//!
//! Format: <https://github.com/microsoft/uf2>. Family identifiers: RP2350 datasheet, section 5.5.3.

use super::image::Piece;
use anyhow::{Result, bail};
use std::collections::BTreeMap;

/// RP2350, a program for the secure ARM core. Data at an absolute address may travel under the same name.
pub const RP2350_ARM_S: u32 = 0xE48B_FF59;

/// Where flash is read from.
const FLASH: std::ops::Range<u64> = 0x1000_0000..0x1200_0000;

/// What is erased at once. Sectors are written whole, so that nothing old stays in one.
const SECTOR: u32 = 4096;
const PAYLOAD: usize = 256;
const BLOCK: usize = 512;

const START: [u32; 2] = [0x0A32_4655, 0x9E5D_5157];
const END: u32 = 0x0AB1_6F30;
const HAS_FAMILY: u32 = 0x2000;

/// Wraps pieces of flash.
pub fn wrap(pieces: &[Piece<'_>], family: u32) -> Result<Vec<u8>> {
    let sectors = sectors(pieces)?;
    let count = sectors.len() * SECTOR as usize / PAYLOAD;
    let mut file = Vec::with_capacity(count * BLOCK);
    for (start, sector) in &sectors {
        for (page, payload) in sector.chunks_exact(PAYLOAD).enumerate() {
            let address = start + (page * PAYLOAD) as u32;
            let number = (file.len() / BLOCK) as u32;
            let head = [START[0], START[1], HAS_FAMILY, address, PAYLOAD as u32, number, count as u32, family];
            file.extend(head.iter().flat_map(|word| word.to_le_bytes()));
            file.extend_from_slice(payload);
            file.resize(file.len().next_multiple_of(BLOCK) - END.to_le_bytes().len(), 0);
            file.extend(END.to_le_bytes());
        }
    }
    Ok(file)
}

/// The sectors that are touched, filled up with what erased flash reads as.
fn sectors(pieces: &[Piece<'_>]) -> Result<BTreeMap<u32, Vec<u8>>> {
    let mut sectors = BTreeMap::new();
    for piece in pieces {
        let reach = u64::from(piece.address)..u64::from(piece.address) + piece.bytes.len() as u64;
        if reach.start < FLASH.start || reach.end > FLASH.end {
            bail!("{:#x} to {:#x} is not in flash ({:#x} to {:#x})", reach.start, reach.end, FLASH.start, FLASH.end);
        }
        let mut address = piece.address;
        let mut rest = piece.bytes;
        while !rest.is_empty() {
            let (start, offset) = (address / SECTOR * SECTOR, (address % SECTOR) as usize);
            let (now, later) = rest.split_at(rest.len().min(SECTOR as usize - offset));
            let sector = sectors.entry(start).or_insert_with(|| vec![0xFF; SECTOR as usize]);
            sector[offset..offset + now.len()].copy_from_slice(now);
            address += now.len() as u32;
            rest = later;
        }
    }
    if sectors.is_empty() {
        bail!("there is nothing to write");
    }
    Ok(sectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(block: &[u8], index: usize) -> u32 {
        u32::from_le_bytes(block[index * 4..index * 4 + 4].try_into().expect("four bytes"))
    }

    #[test]
    fn blocks_are_numbered_addressed_and_filled_up() {
        let bytes: Vec<u8> = (0..5_000u32).map(|at| at as u8).collect();
        let pieces = [Piece { address: 0x1000_0010, bytes: &bytes }, Piece { address: 0x1010_0000, bytes: &[7] }];
        let file = wrap(&pieces, RP2350_ARM_S).expect("both lie in flash");
        // Two sectors of the first piece, one of the second.
        assert_eq!(file.len(), 3 * 16 * 512);
        let mut flash = BTreeMap::new();
        for (number, block) in file.chunks_exact(512).enumerate() {
            assert_eq!([word(block, 0), word(block, 1), word(block, 127)], [0x0A32_4655, 0x9E5D_5157, 0x0AB1_6F30]);
            assert_eq!([word(block, 2), word(block, 4), word(block, 7)], [0x2000, 256, 0xE48B_FF59]);
            assert_eq!([word(block, 5), word(block, 6)], [number as u32, 48]);
            assert!(block[32 + 256..508].iter().all(|byte| *byte == 0));
            assert_eq!(word(block, 3) % 256, 0);
            flash.extend((word(block, 3)..).zip(block[32..32 + 256].iter().copied()));
        }
        assert_eq!(flash.len(), 48 * 256, "no address is written twice");
        for (address, byte) in flash {
            let expected = match address {
                0x1010_0000 => 7,
                0x1000_0010..0x1000_1398 => (address - 0x1000_0010) as u8,
                _ => 0xFF,
            };
            assert_eq!(byte, expected, "{address:#x}");
        }
    }

    #[test]
    fn pieces_that_share_a_sector_share_its_blocks() {
        let pieces = [Piece { address: 0x1000_0000, bytes: &[1; 4] }, Piece { address: 0x1000_0004, bytes: &[2; 4] }];
        let file = wrap(&pieces, RP2350_ARM_S).expect("both lie in flash");
        assert_eq!((file.len(), &file[32..41]), (16 * 512, &[1, 1, 1, 1, 2, 2, 2, 2, 0xFF][..]));
    }

    #[test]
    fn what_is_not_flash_is_refused() {
        for (address, bytes) in
            [(0x2000_0000, 1), (0x0FFF_FFFF, 2), (0x11FF_FFFF, 2), (0xFFFF_FFFF, 2), (0x1000_0000, 0)]
        {
            assert!(wrap(&[Piece { address, bytes: &vec![0; bytes] }], RP2350_ARM_S).is_err(), "{address:#x}");
        }
    }
}
