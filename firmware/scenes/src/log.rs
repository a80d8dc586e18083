//! `scenes log ELF FILE`: prints what a board logged into a file, a message a line.

use defmt_decoder::{DecodeError, Table};
use std::error::Error;

pub fn print(elf: &str, file: &str) -> Result<(), Box<dyn Error>> {
    let table = Table::parse(&std::fs::read(elf)?)?.ok_or("the program has no log: no section .defmt")?;
    let mut decoder = table.new_stream_decoder();
    decoder.received(&std::fs::read(file)?);
    loop {
        match decoder.decode() {
            Ok(frame) => println!("{}", frame.display_message()),
            Err(DecodeError::UnexpectedEof) => return Ok(()),
            Err(DecodeError::Malformed) => return Err("what was logged is no log of this program".into()),
        }
    }
}
