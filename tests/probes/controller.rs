//! A MIDI controller as its firmware is, on JACK ports, with a simulated flash. It reports as JSON lines on stdout, and ends
//! with a line on stdin.

use jack::{Client, ClientOptions, Control, MidiIn, MidiOut, RawMidi};
use ripieno_firmware::protocol::{BODY, Identity, Refusal, Session};
use ripieno_firmware::store::{MemoryFlash, Store};
use ripieno_firmware::{Configure, Setups, midi::Port, setup::BoardSetup};
use ripieno_ring::spsc::channel;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Messages that may wait each way.
const WAITING: usize = 1024;
/// The longest message.
const LONGEST: usize = BODY + 2;
/// The flash for set-ups.
const FLASH: usize = 64 * 1024;
/// The longest set-up.
const SETUP: usize = 16 * 1024;

type Message = (usize, [u8; LONGEST]);

fn check(bytes: &[u8]) -> Result<(), Refusal> {
    BoardSetup::decode(bytes).map(drop).map_err(Refusal::new)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, _) = Client::new("controller-probe", ClientOptions::NO_START_SERVER)?;
    let input = client.register_port("in", MidiIn::default())?;
    let mut output = client.register_port("out", MidiOut::default())?;
    let (mut arrived, mut incoming) = channel::<Message>(WAITING);
    let (mut outgoing, mut leaving) = channel::<Message>(WAITING);
    let mut late: Option<Message> = None;
    let process = move |_: &Client, scope: &jack::ProcessScope| {
        for event in input.iter(scope).filter(|event| event.bytes.len() <= LONGEST) {
            let mut bytes = [0; LONGEST];
            bytes[..event.bytes.len()].copy_from_slice(event.bytes);
            if arrived.push((event.bytes.len(), bytes)).is_err() {
                return Control::Quit;
            }
        }
        let mut writer = output.writer(scope);
        while let Some((length, bytes)) = late.take().or_else(|| leaving.pop()) {
            if writer.write(&RawMidi { time: 0, bytes: &bytes[..length] }).is_err() {
                late = Some((length, bytes));
                break;
            }
        }
        Control::Continue
    };
    let _active = client.activate_async((), jack::contrib::ClosureProcessHandler::new(process))?;

    let (mut flash, mut buffer) = (vec![0xFF; FLASH], vec![0; SETUP]);
    let store = Store::<_, 8>::open(MemoryFlash::<4, 4096>::new(&mut flash), 0..FLASH as u32)?;
    let session = Session::new(Identity::new(1, ripieno_panel::wire::VERSION, [0, 1]), &mut buffer);
    let mut setups = Setups::new(session, store, check);
    println!("{}", json!({ "event": "open" }));
    let is_over = Arc::new(AtomicBool::new(false));
    let told = is_over.clone();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_line(&mut String::new());
        told.store(true, Ordering::Relaxed);
    });
    let (start, mut into) = (Instant::now(), vec![0; SETUP]);
    while !is_over.load(Ordering::Relaxed) {
        while let Some((length, bytes)) = incoming.pop() {
            let Some(body) = bytes[..length].strip_prefix(&[0xF0]).and_then(|rest| rest.strip_suffix(&[0xF7])) else {
                continue;
            };
            setups.receive(start.elapsed().as_micros() as u64, Port::Usb, body, &mut |body| {
                let mut bytes = [0; LONGEST];
                bytes[0] = 0xF0;
                bytes[1..=body.len()].copy_from_slice(body);
                bytes[body.len() + 1] = 0xF7;
                outgoing.push((body.len() + 2, bytes)).is_ok()
            });
        }
        if setups.changed() {
            println!("{}", json!({ "event": "plays", "bytes": setups.load(&mut into) }));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}
