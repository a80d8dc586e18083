//! A controller as its firmware is, with a simulated flash, at the other end of the ports.

#![expect(clippy::disallowed_methods, reason = "a test's own scratch files, in a folder of its own")]

use super::files::{self, Loaded};
use super::find::failed;
use super::line::{Broken, Line};
use super::*;
use ripieno_firmware::protocol::{Identity, Refusal, Session};
use ripieno_firmware::store::{MemoryFlash, Store};
use ripieno_firmware::{Configure, Setups, midi::Port};
use ripieno_ports::{Arrived, Fault, FaultKind, InputId, Message, Micros};
use ripieno_types::midi::{MidiWord, SysEx};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

type Check = fn(&[u8]) -> Result<(), Refusal>;
type Board = Setups<'static, MemoryFlash<'static>, Check, 8>;

/// Refuses what is no set-up, and one that is too large for it.
fn check(bytes: &[u8]) -> Result<(), Refusal> {
    ripieno_panel::FlashSetup::<128>::new(bytes).map(drop).map_err(Refusal::new)
}

struct Bench {
    board: Board,
    said: VecDeque<Arrived>,
    micros: u64,
    /// Messages until it is unplugged, and then until it is back.
    plug: [u32; 2],
}

#[derive(Clone)]
struct End(Rc<RefCell<Bench>>);

#[derive(Debug)]
struct Unplugged;

impl fmt::Display for Unplugged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the device is gone")
    }
}

impl std::error::Error for Unplugged {}

impl Fault for Unplugged {
    fn kind(&self) -> FaultKind {
        FaultKind::Gone
    }
}

impl MidiIn for End {
    fn poll(&mut self) -> Option<Arrived> {
        self.0.borrow_mut().said.pop_front()
    }
}

impl MidiOut for End {
    type Error = Unplugged;

    fn send(&mut self, message: &[u8]) -> Result<(), Unplugged> {
        let bench = &mut *self.0.borrow_mut();
        bench.micros += 1_000;
        let [until, away] = &mut bench.plug;
        if *until > 0 {
            *until -= 1;
        } else if *away > 0 {
            *away -= 1;
            return Err(Unplugged);
        }
        let arrived = |message| Arrived { at: Micros(0), input: InputId(2), message };
        // It is played all the while, and so is another device.
        let note = MidiWord::new(&[0x90, 60, 1]).unwrap();
        bench.said.push_back(arrived(note.into()));
        let stranger = Message::SysEx(SysEx::new(&[0x7D, 0x52, 0x70, 0x46]).unwrap());
        bench.said.push_back(Arrived { input: InputId(1), ..arrived(stranger) });
        let said = &mut bench.said;
        bench.board.receive(bench.micros, Port::Usb, &message[1..message.len() - 1], &mut |body| {
            said.push_back(arrived(Message::SysEx(SysEx::new(body).unwrap())));
            true
        });
        Ok(())
    }
}

fn bench(plug: [u32; 2]) -> (Rc<RefCell<Bench>>, Line<End, End>) {
    let memory = Box::leak(vec![0xFF; 64 * 1024].into_boxed_slice());
    let end = memory.len() as u32;
    let store = Store::open(MemoryFlash::new(memory), 0..end).unwrap();
    let session = Session::new(Identity::new(2, 1, [0, 1]), Box::leak(vec![0; 8 * 1024].into_boxed_slice()));
    let board = Setups::new(session, store, check as Check);
    let bench = Rc::new(RefCell::new(Bench { board, said: VecDeque::new(), micros: 0, plug }));
    let mut line = Line::new(End(bench.clone()), End(bench.clone()));
    line.from = Some(InputId(2));
    (bench, line)
}

const ALWAYS: [u32; 2] = [u32::MAX, 0];

/// A studio of so many pads, as its file and as what it makes.
fn studio(folder: &std::path::Path, pads: usize) -> Loaded {
    let pad = |pad| format!("{{ note = {}, action = {{ type = \"panic\" }} }}", 16 + pad);
    let text = format!(
        "version = 1\n[[pad_presets]]\nid = \"a\"\nname = \"A\"\npads = [{}]\n\
         [[panels]]\nid = \"p\"\ntype = \"pad\"\nbank = \"A\"\npreset = \"a\"\nactive = true\n",
        (0..pads).map(pad).collect::<Vec<_>>().join(", "),
    );
    let path = folder.join("studio.toml");
    std::fs::write(&path, text).unwrap();
    files::load(&path, Some(3)).unwrap().remove(0)
}

#[test]
fn set_ups_go_there_and_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let loaded = studio(folder.path(), 8);
    let (bench, mut line) = bench(ALWAYS);
    let interrupt = Interrupt::default();
    let mut desk = Desk { line: &mut line, clock: SystemClock::default(), interrupt: &interrupt };
    let answer = desk.work(Job::Identify, |_, _| {}).unwrap();
    assert!(matches!(answer, Answer::Identified(identity, _) if identity.board_name() == Some("pico2")), "{answer:?}");
    desk.push(&loaded, |_, _| {}).unwrap();
    desk.simply(Job::Activate(3)).unwrap();
    let mut into = vec![0; 8 * 1024];
    let length = bench.borrow_mut().board.load(&mut into).unwrap();
    assert_eq!(into[..length], loaded.bytes);

    let entries = desk.list().unwrap();
    assert_eq!((entries.len(), entries[0].slot), (1, 3));
    let bytes = desk.pull(entries[0], |_, _| {}).unwrap();
    assert_eq!(bytes, loaded.bytes);
    // As files, too.
    files::write(&folder.path().join(files::name(3)), &bytes, false).unwrap();
    let again = files::load(folder.path(), None).unwrap();
    assert_eq!((again.len(), again[0].slot, &again[0].bytes), (1, 3, &loaded.bytes));
    files::write(&folder.path().join(files::name(3)), &bytes, false).unwrap_err();

    desk.simply(Job::Delete(3)).unwrap();
    assert_eq!(desk.list().unwrap(), []);
}

#[test]
fn what_is_wrong_is_told_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let loaded = studio(folder.path(), 8);
    let (bench, mut line) = bench(ALWAYS);
    let interrupt = Interrupt::default();
    let mut desk = Desk { line: &mut line, clock: SystemClock::default(), interrupt: &interrupt };
    desk.push(&loaded, |_, _| {}).unwrap();
    let refused = desk.push(&Loaded { bytes: vec![1, 2, 3], ..loaded.clone() }, |_, _| {}).unwrap_err();
    assert_eq!(refused.code(), crate::exit::BAD_INPUT);
    assert!(refused.to_string().contains("cannot play this set-up: these bytes are not a set-up"), "{refused}");
    let slot = desk.push(&Loaded { slot: 9, ..loaded.clone() }, |_, _| {}).unwrap_err();
    assert!(slot.to_string().contains("no such slot"), "{slot}");
    assert_eq!(bench.borrow_mut().board.store().entry(3).unwrap().unwrap().length as usize, loaded.bytes.len());

    std::fs::write(folder.path().join("odd.preset"), b"odd").unwrap();
    let odd = files::load(&folder.path().join("odd.preset"), None).unwrap_err();
    assert_eq!(odd.code(), crate::exit::BAD_INPUT);
    files::load(&folder.path().join("none.preset"), None).unwrap_err();
    files::load(folder.path(), None).unwrap_err();
    assert_eq!(files::load(folder.path(), Some(1)).unwrap_err().code(), crate::exit::USAGE);

    let raised = Interrupt::raised();
    let mut desk = Desk { interrupt: &raised, ..desk };
    assert_eq!(desk.push(&loaded, |_, _| {}).unwrap_err().code(), crate::exit::INTERRUPTED);
}

#[test]
fn a_transfer_outlives_its_plug() {
    let folder = tempfile::tempdir().unwrap();
    let loaded = studio(folder.path(), 64);
    // Away for as many messages as are sent in a second or so.
    let (bench, mut line) = bench([6, 12]);
    let interrupt = Interrupt::default();
    let mut desk = Desk { line: &mut line, clock: SystemClock::default(), interrupt: &interrupt };
    desk.push(&loaded, |_, _| {}).unwrap();
    assert_eq!(bench.borrow().plug, [0, 0]);
    let entry = bench.borrow_mut().board.store().entry(3).unwrap().unwrap();
    assert_eq!(desk.pull(entry, |_, _| {}).unwrap(), loaded.bytes);
}

#[test]
fn a_controller_that_is_gone_is_unavailable() {
    let (_, mut line) = bench([0, u32::MAX]);
    let interrupt = Interrupt::default();
    let broken = line.work(Job::Counts, &SystemClock::default(), &interrupt, |_, _| {}).unwrap_err();
    assert_eq!(broken, Broken::Port("the device is gone".into()));
    assert_eq!(failed(broken).code(), crate::exit::UNAVAILABLE);
}
