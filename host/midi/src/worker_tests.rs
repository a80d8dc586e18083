//! The hub's work against a system that tests command: identity, hot-plug both ways, leave-taking.

use super::*;
use crate::fake::{Fake, device};
use crate::inputs::{Inputs, SLOTS, WAITING};
use ripieno_ports::MidiIn;
use ripieno_types::midi::Held;

struct Stage {
    fake: Fake,
    worker: Worker<Fake>,
    inputs: Inputs,
    events: Receiver<Event>,
    board: Arc<Mutex<Board>>,
    /// What the listener believes to be down, by slot.
    heard: Vec<Held>,
    now: u64,
}

impl Stage {
    fn new(wanted: Wanted) -> Self {
        let (fake, board) = (Fake::default(), Arc::new(Mutex::new(Board::default())));
        let (inputs, feeds) = Inputs::new();
        let (teller, events) = mpsc::channel();
        let worker = Worker::new(fake.clone(), wanted, feeds, teller, Arc::clone(&board));
        Self { fake, worker, inputs, events, board, heard: vec![Held::new(); SLOTS], now: 0 }
    }

    /// A look around, with these ports there; gives what was told.
    fn step(&mut self, ports: &[PortInfo]) -> Vec<String> {
        self.fake.set(ports);
        self.now += 250_000;
        self.worker.step(Micros(self.now));
        let tell = |event| match event {
            Event::Plugged { input, id, .. } => format!("+{} {id}", input.0),
            Event::Unplugged { input, id, .. } => format!("-{} {id}", input.0),
            Event::Failed { name, error } => format!("! {name}: {error}"),
            Event::Lost(error) => format!("lost: {error}"),
            Event::Back => "back".into(),
        };
        self.events.try_iter().map(tell).collect()
    }

    fn play(&mut self, id: &str, bytes: &[u8]) -> bool {
        self.now += 1;
        self.fake.play(id, self.now, bytes)
    }

    /// Takes all there is; gives slot and bytes of each.
    fn hear(&mut self) -> Vec<(u8, Vec<u8>)> {
        let mut messages = Vec::new();
        while let Some(message) = self.inputs.poll() {
            let word = message.word().expect("no SysEx was sent");
            self.heard[usize::from(message.input.0)].follow(word);
            messages.push((message.input.0, word.as_bytes().to_vec()));
        }
        messages
    }

    /// Which device plays on each slot, by what a note of each is heard as.
    fn sits(&mut self, ids: &[&str]) -> Vec<Option<u8>> {
        self.hear();
        ids.iter()
            .map(|id| {
                self.play(id, &[0xC0, 7]);
                self.hear().pop().map(|(slot, _)| slot)
            })
            .collect()
    }
}

const PAD: [&str; 4] = ["20:0", "24:0", "28:0", "32:0"];

fn pads(ids: &[&str]) -> Vec<PortInfo> {
    ids.iter().map(|id| device("Pad", id)).collect()
}

#[test]
fn a_device_is_bound_released_and_bound_again() {
    let mut stage = Stage::new(Wanted::Hardware);
    assert_eq!(stage.step(&[]), [""; 0]);
    assert_eq!(stage.step(&pads(&["20:0"])), ["+0 20:0"]);
    stage.play("20:0", &[0x90, 60, 100, 0xB0, 64, 127, 0xE0, 1, 2]);
    assert_eq!(stage.step(&[]), ["-0 20:0"]);
    assert_eq!(stage.hear().split_off(3), [(0, vec![0x80, 60, 64]), (0, vec![0xB0, 64, 0]), (0, vec![0xE0, 0, 64])],);
    assert!(!stage.play("20:0", &[0x90, 60, 100]));
    // Back, at another socket: the same slot, and a clean start.
    assert_eq!(stage.step(&pads(&["44:0"])), ["+0 44:0"]);
    stage.play("44:0", &[61, 9, 0x90, 62, 1]);
    assert_eq!(stage.hear(), [(0, vec![0x90, 62, 1])]);
}

#[test]
fn four_of_a_kind_find_their_slots_however_they_come_back() {
    let mut stage = Stage::new(Wanted::Hardware);
    let mut dice = 0x2545_F491_u32;
    let mut roll = |below: usize| {
        dice ^= dice << 13;
        dice ^= dice >> 17;
        dice ^= dice << 5;
        dice as usize % below
    };
    stage.step(&pads(&PAD));
    for round in 0..1_000 {
        // Some leave with a note held, in any order, and come back in any order.
        let mut order = PAD;
        for last in (1..4).rev() {
            order.swap(last, roll(last + 1));
        }
        for (channel, id) in (0..).zip(PAD) {
            stage.play(id, &[0x90 | channel, (round % 128) as u8, 100]);
        }
        stage.hear();
        let left = roll(4);
        stage.step(&pads(&order[..left]));
        stage.hear();
        let leavers = stage.heard.iter().filter(|held| held.is_empty()).count();
        assert_eq!(leavers, SLOTS - left, "round {round}: {left} stayed");
        stage.step(&pads(&order));
        assert_eq!(stage.sits(&PAD), [Some(0), Some(1), Some(2), Some(3)], "round {round}");
        for (channel, id) in (0..).zip(PAD) {
            stage.play(id, &[0x80 | channel, (round % 128) as u8, 0]);
        }
        stage.hear();
    }
    assert!(stage.heard.iter().all(Held::is_empty));
}

#[test]
fn a_key_that_another_input_holds_rings_on() {
    let mut stage = Stage::new(Wanted::Hardware);
    stage.step(&pads(&PAD[..2]));
    stage.play("20:0", &[0x90, 60, 1, 0x90, 61, 1]);
    stage.play("24:0", &[0x90, 60, 1]);
    stage.hear();
    stage.step(&pads(&PAD[1..2]));
    assert_eq!(stage.hear(), [(0, vec![0x80, 61, 64])]);
    stage.step(&[]);
    assert_eq!(stage.hear(), [(1, vec![0x80, 60, 64])]);
}

#[test]
fn unplugged_with_a_full_ring_everything_still_ends() {
    let mut stage = Stage::new(Wanted::Hardware);
    stage.step(&pads(&PAD[..1]));
    for n in 0..WAITING {
        stage.play("20:0", &[0x90 | (n % 16) as u8, (n / 16) as u8, 1]);
    }
    stage.play("20:0", &[0x80, 0, 0]); // lost
    stage.step(&[]);
    let heard = stage.hear();
    assert_eq!(heard.len(), 2 * WAITING);
    assert!(stage.heard[0].is_empty());
    // It came back before anybody took a message: what follows is heard after the leave-taking.
    stage.step(&pads(&PAD[..1]));
    for n in 0..2 * WAITING {
        stage.play("20:0", &[0x90, (n % 128) as u8, 1]);
    }
    stage.step(&[]);
    stage.step(&pads(&PAD[..1]));
    stage.hear();
    assert!(stage.heard[0].is_empty());
    stage.play("20:0", &[0x90, 60, 1]);
    assert_eq!(stage.hear(), [(0, vec![0x90, 60, 1])]);
    let board = stage.board.lock().unwrap();
    // One, then what the ring had no room for beside the mark of that loss.
    assert_eq!(board.status[0].stats.lost, 2 + WAITING as u64);
}

#[test]
fn a_feed_on_its_way_home_is_waited_for() {
    let mut stage = Stage::new(Wanted::Hardware);
    stage.step(&pads(&PAD[..1]));
    stage.play("20:0", &[0x90, 60, 1]);
    stage.fake.world.borrow_mut().kept = Some(Vec::new());
    assert_eq!(stage.step(&[]), ["-0 20:0"]);
    assert_eq!(stage.step(&pads(&PAD[..1])), [""; 0]);
    stage.fake.world.borrow_mut().kept = None;
    assert_eq!(stage.step(&pads(&PAD[..1])), ["+0 20:0"]);
    stage.hear();
    assert!(stage.heard[0].is_empty());
}

#[test]
fn a_port_that_left_and_came_back_unseen_is_bound_anew() {
    let mut stage = Stage::new(Wanted::Hardware);
    stage.step(&pads(&PAD[..1]));
    stage.play("20:0", &[0x90, 60, 1]);
    stage.fake.world.borrow_mut().stale.push("20:0".into());
    assert_eq!(stage.step(&pads(&PAD[..1])), ["-0 20:0", "+0 20:0"]);
    stage.hear();
    assert!(stage.heard[0].is_empty());
}

#[test]
fn the_system_goes_and_comes_back() {
    let mut stage = Stage::new(Wanted::Hardware);
    stage.step(&pads(&PAD[..2]));
    stage.play("24:0", &[0x90, 60, 1]);
    stage.fake.world.borrow_mut().is_down = true;
    let told = stage.step(&[]);
    assert_eq!(told, ["-0 20:0", "-1 24:0", "lost: JACK: no server runs; start one, or choose another driver"]);
    assert_eq!(stage.step(&[]), [""; 0]);
    stage.hear();
    assert!(stage.heard[1].is_empty());
    assert!(stage.board.lock().unwrap().status.iter().all(|status| !status.is_connected));
    stage.fake.world.borrow_mut().is_down = false;
    assert_eq!(stage.step(&pads(&PAD[..2])), ["back", "+0 20:0", "+1 24:0"]);
}

#[test]
fn what_cannot_be_bound_is_said_once() {
    let mut stage = Stage::new(Wanted::Named(vec!["pa".into(), "flute".into()]));
    let both = [device("Pad", "20:0"), device("Pan", "24:0")];
    assert_eq!(stage.step(&both), ["! pa: 'pa' could be any of Pad, Pan; name one of them"]);
    assert_eq!(stage.step(&both), [""; 0]);
    stage.fake.world.borrow_mut().refusing.push("24:0".into());
    // It may be for a moment only.
    assert_eq!(stage.step(&both[1..]), [""; 0]);
    assert_eq!(stage.step(&both[1..]), ["! Pan: connecting: refused"]);
    assert_eq!(stage.step(&both[1..]), [""; 0]);
    stage.fake.world.borrow_mut().refusing.clear();
    assert_eq!(stage.step(&both[1..]), ["+0 24:0"]);
    // Bound, it stays so though the name is ambiguous again.
    assert_eq!(stage.step(&both), [""; 0]);
    let shown = |stage: &Stage| -> Vec<_> {
        let board = stage.board.lock().unwrap();
        board.status.iter().map(|s| (s.name.clone(), s.input, s.is_connected)).collect()
    };
    assert_eq!(shown(&stage), [("Pan".into(), Some(InputId(0)), true), ("flute".into(), None, false)]);
    // Away, it is still one: not the device and the name beside each other.
    assert_eq!(stage.step(&[]), ["-0 24:0"]);
    assert_eq!(shown(&stage), [("Pan".into(), Some(InputId(0)), false), ("flute".into(), None, false)]);
}

#[test]
fn one_device_too_many_is_told() {
    let mut stage = Stage::new(Wanted::Hardware);
    let ids: Vec<String> = (10..=10 + SLOTS).map(|n| format!("{n}:0")).collect();
    let ports: Vec<_> = ids.iter().map(|id| device(id, id)).collect();
    let told = stage.step(&ports);
    assert_eq!(told.len(), SLOTS + 1);
    assert_eq!(told[SLOTS], "! 26:0: all 16 inputs are in use; name the wanted ones");
    // One leaves: there is room for it now.
    assert_eq!(stage.step(&ports[1..]), ["-0 10:0", "+0 26:0"]);
}

#[test]
fn closing_lets_go_of_everything() {
    let mut stage = Stage::new(Wanted::Hardware);
    stage.step(&pads(&PAD));
    for (channel, id) in (0..).zip(PAD) {
        stage.play(id, &[0x90 | channel, 60, 1]);
    }
    stage.worker.close(Micros(stage.now));
    stage.hear();
    assert!(stage.heard.iter().all(Held::is_empty));
    assert!(stage.fake.world.borrow().lines.is_empty());
}
