//! The boards.

use anyhow::{Result, bail};

/// One board: a package of the firmware's workspace.
#[derive(Debug)]
pub struct Board {
    pub name: &'static str,
    pub triple: &'static str,
    /// What its loader takes beside an ELF.
    pub image: Option<Image>,
}

/// A file that a loader takes.
#[derive(Clone, Copy, Debug)]
pub enum Image {
    /// Drag and drop onto the boot ROM's drive.
    Uf2,
    /// Bytes alone; whoever loads them knows where they go.
    Bin,
}

impl Image {
    /// How such a file's name ends.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Uf2 => "uf2",
            Self::Bin => "bin",
        }
    }
}

/// All of them, the emulated one first.
pub const BOARDS: &[Board] = &[
    Board { name: "qemu-mps2", triple: "thumbv7em-none-eabihf", image: None },
    Board { name: "pico2", triple: "thumbv8m.main-none-eabihf", image: Some(Image::Uf2) },
    Board { name: "daisy", triple: "thumbv7em-none-eabihf", image: Some(Image::Bin) },
];

/// The boards that are named; all when none is.
pub fn named(names: &[String]) -> Result<Vec<&'static Board>> {
    if names.is_empty() {
        return Ok(BOARDS.iter().collect());
    }
    let find = |name: &String| BOARDS.iter().find(|board| board.name == name);
    names
        .iter()
        .map(|name| match find(name) {
            Some(board) => Ok(board),
            None => {
                let known: Vec<_> = BOARDS.iter().map(|board| board.name).collect();
                bail!("no board is called '{name}'; there are {}", known.join(", "))
            }
        })
        .collect()
}
