//! The boards.

use anyhow::{Result, bail};

/// One board: a package of the firmware's workspace.
#[derive(Debug)]
pub struct Board {
    pub name: &'static str,
    pub triple: &'static str,
}

/// All of them, the emulated one first.
pub const BOARDS: &[Board] = &[Board { name: "qemu-mps2", triple: "thumbv7em-none-eabihf" }];

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
