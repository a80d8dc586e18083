//! A session with the running firmware: notes in by the serial port, answers and sound out.

use super::qemu::{Boot, M4F, accuse};
use anyhow::{Context, Result, ensure};
use std::f64::consts::TAU;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// What the firmware says of itself when a pad is played: note on and off of two pads, whose script is the board's.
const PADS: [u8; 12] = [0x90, 76, 100, 0x80, 76, 64, 0x90, 83, 100, 0x80, 83, 64];
/// What is played by the serial port.
const PLAYED: u8 = 69;
/// Ends the session, and the answer to that.
const QUIT: [u8; 4] = [0xF0, 0x7D, 0x51, 0xF7];
const QUITS: [u8; 4] = [0xF0, 0x7D, 0x52, 0xF7];

const RATE: f64 = 48_000.0;
/// Bytes of stack that interrupts and low half may take together.
pub const STACK_LIMIT: u32 = 12 * 1024;
/// How long one answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How much louder a note is than the key beside it.
const CLEAR: f64 = 10.0;

/// Plays, listens and ends the session.
pub fn check(elf: &Path, folder: &Path) -> Result<()> {
    let socket = folder.join("midi.sock");
    if socket.exists() {
        fs::remove_file(&socket)?;
    }
    let more = ["-chardev", "socket,id=midi,path=midi.sock,server=on,wait=on", "-serial", "chardev:midi"];
    let more = [&more[..], &["-serial", "file:live.raw"]].concat();
    let boot = Boot { machine: &M4F, elf, file: None, is_counted: false, more: &more };
    let session = boot.step(folder, &["live"]).spawn()?;
    let mut port = connect(&socket)?;
    port.set_read_timeout(Some(PATIENCE))?;
    port.write_all(&[0x90, PLAYED, 100])?;
    expect(&mut port, &PADS).context("playing the pads")?;
    port.write_all(&[0x80, PLAYED, 64])?;
    port.write_all(&QUIT)?;
    expect(&mut port, &QUITS).context("ending the session")?;
    let done = session.wait_with_output()?;
    ensure!(done.status.success(), "the session ended with {}", done.status);
    accuse(&boot.faults(folder, &["live"]))?;

    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let stack = super::figure(&said, "stack")?;
    ensure!(stack <= STACK_LIMIT, "interrupts and low half take {stack} bytes of stack, {STACK_LIMIT} may be");
    let frames: Vec<f64> = (fs::read(folder.join("live.raw"))?.chunks_exact(4))
        .map(|frame| f64::from(i16::from_le_bytes([frame[0], frame[1]])) / 32_768.0)
        .collect();
    for key in [PLAYED, PADS[1], PADS[7]] {
        let (note, beside) = (level(&frames, key), level(&frames, key + 1));
        ensure!(note > CLEAR * beside, "key {key} is not heard: {note:.6} there, {beside:.6} a semitone above");
    }
    println!(
        "  pads answered, 3 notes heard in {:.1} s of sound, stack {stack} of {STACK_LIMIT} bytes",
        frames.len() as f64 / RATE
    );
    Ok(())
}

fn connect(socket: &Path) -> Result<UnixStream> {
    let start = Instant::now();
    loop {
        match UnixStream::connect(socket) {
            Ok(port) => return Ok(port),
            Err(error) if start.elapsed() > PATIENCE => return Err(error).context("connecting to the emulated port"),
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn expect(port: &mut UnixStream, bytes: &[u8]) -> Result<()> {
    let mut found = vec![0; bytes.len()];
    port.read_exact(&mut found).with_context(|| format!("waiting for {bytes:02x?}"))?;
    ensure!(found == bytes, "expected {bytes:02x?}, found {found:02x?}");
    Ok(())
}

/// How much of a key's pitch there is (Goertzel's algorithm).
fn level(frames: &[f64], key: u8) -> f64 {
    let hz = 440.0 * ((f64::from(key) - 69.0) / 12.0).exp2();
    let turn = 2.0 * (TAU * hz / RATE).cos();
    let (last, before) = frames.iter().fold((0.0, 0.0), |(last, before), frame| (frame + turn * last - before, last));
    (last * last + before * before - turn * last * before).max(0.0).sqrt() / frames.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pitch_is_found() {
        let frames: Vec<f64> = (0..9_600).map(|i| (TAU * 440.0 * f64::from(i) / RATE).sin()).collect();
        assert!((level(&frames, 69) - 0.5).abs() < 0.01);
        assert!(level(&frames, 70) < 0.03);
    }
}
