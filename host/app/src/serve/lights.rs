//! Lights of controllers: what the mapper wants shown goes out by a thread of its own, and is dropped rather than waited for.

use ripieno_midi::{Driver, Output};
use ripieno_panel::DeviceId;
use ripieno_ports::{Fault, FaultKind, MidiOut};
use ripieno_types::midi::MidiWord;
use std::collections::HashMap;
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Messages that may wait for a slow device.
const WAITING: usize = 1_024;
/// How long a device that is away is left alone.
const REST: Duration = Duration::from_millis(500);

/// What the thread is told.
enum Wish {
    /// These devices have lights, each with a part of its port's name.
    Devices(Vec<(DeviceId, String)>),
    Light(DeviceId, MidiWord),
}

/// The way to the lights. Dropping it ends the thread.
#[derive(Debug)]
pub struct Lights {
    wishes: Option<SyncSender<Wish>>,
    thread: Option<JoinHandle<()>>,
    /// Messages that found no room.
    dropped: u64,
}

impl Lights {
    /// Starts the thread. `back` is told of each device that can be reached (again), so that all its lights are sent anew.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(driver: Driver, back: impl Fn(DeviceId) + Send + 'static) -> std::io::Result<Self> {
        let (wishes, wished) = mpsc::sync_channel(WAITING);
        let open = move |name: &str| Output::open(driver, name).ok();
        let run = move || Board { open, back, outputs: HashMap::new() }.run(&wished);
        let thread = thread::Builder::new().name("ripieno-lights".into()).spawn(run)?;
        Ok(Self { wishes: Some(wishes), thread: Some(thread), dropped: 0 })
    }

    /// These devices have lights, and no others. Control; never waits.
    pub fn devices(&mut self, devices: Vec<(DeviceId, String)>) {
        self.wish(Wish::Devices(devices));
    }

    /// Shows something. Control; never waits.
    pub fn show(&mut self, device: DeviceId, word: MidiWord) {
        self.wish(Wish::Light(device, word));
    }

    /// Messages that were dropped because a device did not take them in time.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    fn wish(&mut self, wish: Wish) {
        let sent = self.wishes.as_ref().map(|wishes| wishes.try_send(wish));
        self.dropped += u64::from(matches!(sent, Some(Err(TrySendError::Full(_)))));
    }
}

impl Drop for Lights {
    fn drop(&mut self) {
        self.wishes = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The thread's own state.
struct Board<O, F, B> {
    open: F,
    back: B,
    outputs: HashMap<DeviceId, Place<O>>,
}

/// A device with lights.
struct Place<O> {
    name: String,
    output: Option<O>,
    /// When it was last looked for.
    looked: Option<Instant>,
}

impl<O: MidiOut, F: Fn(&str) -> Option<O>, B: Fn(DeviceId)> Board<O, F, B> {
    fn run(mut self, wishes: &Receiver<Wish>) {
        loop {
            match wishes.recv_timeout(REST) {
                Ok(wish) => self.obey(wish, Instant::now()),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
            }
            self.look(Instant::now());
        }
    }

    fn obey(&mut self, wish: Wish, now: Instant) {
        match wish {
            Wish::Devices(devices) => {
                let mut before = std::mem::take(&mut self.outputs);
                for (id, name) in devices {
                    let place = before.remove(&id).filter(|place| place.name == name);
                    self.outputs.insert(id, place.unwrap_or(Place { name, output: None, looked: None }));
                }
            }
            Wish::Light(device, word) => {
                let Some(place) = self.outputs.get_mut(&device) else { return };
                let sent = place.output.as_mut().map(|output| output.send(word.as_bytes()));
                // What a device does not take now is not sent later: by then something else is true.
                if let Some(Err(error)) = sent
                    && error.kind() != FaultKind::Busy
                {
                    (place.output, place.looked) = (None, Some(now));
                }
            }
        }
    }

    /// Looks for those that are away.
    fn look(&mut self, now: Instant) {
        for (id, place) in &mut self.outputs {
            let is_due = place.looked.is_none_or(|looked| now.duration_since(looked) >= REST);
            if place.output.is_some() || !is_due {
                continue;
            }
            (place.output, place.looked) = ((self.open)(&place.name), Some(now));
            if place.output.is_some() {
                (self.back)(*id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ripieno_midi::MidiError;
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    #[derive(Clone, Default)]
    struct Fake {
        is_there: Rc<Cell<bool>>,
        sent: Rc<RefCell<Vec<u8>>>,
    }

    impl MidiOut for Fake {
        type Error = MidiError;

        fn send(&mut self, message: &[u8]) -> Result<(), MidiError> {
            if !self.is_there.get() {
                return Err(MidiError::Gone("lamp".into()));
            }
            self.sent.borrow_mut().push(message[1]);
            Ok(())
        }
    }

    #[test]
    fn a_device_is_found_again_and_its_lights_are_asked_for() {
        let fake = Fake::default();
        let back = RefCell::new(Vec::new());
        let open = |name: &str| (name == "lamp" && fake.is_there.get()).then(|| fake.clone());
        let mut board = Board { open, back: |id| back.borrow_mut().push(id), outputs: HashMap::new() };
        let start = Instant::now();
        let light = |note: u8| Wish::Light(DeviceId(0), MidiWord::new(&[0x90, note, 1]).unwrap());
        board.obey(Wish::Devices(vec![(DeviceId(0), "lamp".into()), (DeviceId(1), "other".into())]), start);
        board.look(start);
        board.obey(light(1), start);
        fake.is_there.set(true);
        board.look(start + REST / 2);
        assert!(back.borrow().is_empty(), "not looked for all the time");
        board.look(start + REST);
        assert_eq!(*back.borrow(), [DeviceId(0)]);
        board.obey(light(2), start + REST);
        fake.is_there.set(false);
        board.obey(light(3), start + REST);
        board.look(start + REST);
        fake.is_there.set(true);
        board.look(start + 2 * REST);
        board.obey(light(4), start + 2 * REST);
        assert_eq!((back.borrow().len(), fake.sent.borrow().as_slice()), (2, &[2, 4][..]));
    }
}
