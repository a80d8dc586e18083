//! A board's set-ups: the store and the session that fills it, as the controller's configuration.

use crate::controller::Configure;
use crate::midi::Port;
use crate::protocol::{Event, Refusal, Session, is_ours};
use crate::store::{PART, Settings, Shelf, Store, StoreError};
use embedded_storage::nor_flash::NorFlash;

/// Answers SysEx, keeps set-ups, and says when another is to be played. `check` refuses what the board cannot play.
/// Control: it blocks as long as the flash does.
#[derive(Debug)]
pub struct Setups<'a, F: NorFlash, C, const COUNT: usize, const BYTES: usize = PART> {
    session: Session<'a>,
    store: Store<F, COUNT, BYTES>,
    check: C,
    is_stale: bool,
}

impl<'a, F, C, const COUNT: usize, const BYTES: usize> Setups<'a, F, C, COUNT, BYTES>
where
    F: NorFlash,
    C: FnMut(&[u8]) -> Result<(), Refusal>,
{
    /// The set-ups of a store. What was active is to be played first.
    pub fn new(session: Session<'a>, store: Store<F, COUNT, BYTES>, check: C) -> Self {
        Self { session, store, check, is_stale: true }
    }

    /// True once after what is to be played has changed, and at first: then load it. Control.
    pub fn changed(&mut self) -> bool {
        core::mem::take(&mut self.is_stale)
    }

    /// Loads what is to be played; `None` is the board's default: no slot is active, or the active one is empty, damaged
    /// or of another version. Returns how many bytes there are. Control.
    pub fn load(&mut self, into: &mut [u8]) -> Option<usize> {
        let length = self.store.load(self.store.settings().active?, into).ok()?;
        (self.check)(into.get(..length)?).ok()?;
        Some(length)
    }

    /// What is kept beside the set-ups. Control.
    pub fn settings(&self) -> Settings {
        self.store.settings()
    }

    /// Keeps other settings; another active slot is to be played. Control.
    ///
    /// # Errors
    /// [`StoreError`]; the settings are as they were.
    pub fn keep(&mut self, settings: Settings) -> Result<(), StoreError<F::Error>> {
        let before = self.store.settings().active;
        self.store.keep(settings)?;
        self.is_stale |= settings.active != before;
        Ok(())
    }

    /// The store. Control.
    pub fn store(&mut self) -> &mut Store<F, COUNT, BYTES> {
        &mut self.store
    }
}

impl<F, C, const COUNT: usize, const BYTES: usize> Configure for Setups<'_, F, C, COUNT, BYTES>
where
    F: NorFlash,
    C: FnMut(&[u8]) -> Result<(), Refusal>,
{
    fn receive(&mut self, now: u64, _port: Port, body: &[u8], reply: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        if !is_ours(body) {
            return false;
        }
        let mut shelf = Shelf { store: &mut self.store, check: &mut self.check };
        // An answer that finds no room is lost like any other on a bad line: it is asked for again.
        let event = self.session.receive(now / 1_000, body, &mut shelf, |body| _ = reply(body));
        let active = self.store.settings().active;
        self.is_stale |= event.is_some_and(|event| {
            let (Event::Saved(slot) | Event::Deleted(slot) | Event::Activated(slot)) = event;
            active == Some(slot)
        });
        true
    }
}

/// Set-ups whose flash may not answer: then nothing is meant for them.
impl<F, C, const COUNT: usize, const BYTES: usize> Configure for Option<Setups<'_, F, C, COUNT, BYTES>>
where
    F: NorFlash,
    C: FnMut(&[u8]) -> Result<(), Refusal>,
{
    fn receive(&mut self, now: u64, port: Port, body: &[u8], reply: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.as_mut().is_some_and(|setups| setups.receive(now, port, body, reply))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Answer, Client, Identity, Job, Progress};
    use crate::store::MemoryFlash;

    fn check(bytes: &[u8]) -> Result<(), Refusal> {
        if bytes.starts_with(b"no") { Err(Refusal::new("no")) } else { Ok(()) }
    }

    type Memory<'a> = Store<MemoryFlash<'a, 4, 512>, 4, 64>;

    fn open(memory: &mut [u8]) -> Memory<'_> {
        let end = memory.len() as u32;
        Store::open(MemoryFlash::new(memory), 0..end).unwrap()
    }

    #[test]
    fn what_is_to_be_played_follows_what_is_sent() {
        let mut memory = [0xFF; 8 * 512];
        let mut buffer = [0; 512];
        let session = Session::new(Identity::new(0, 1, [0, 1]), &mut buffer);
        let mut setups = Setups::new(session, open(&mut memory), check);
        let mut into = [0; 512];
        assert!(setups.changed() && !setups.changed());
        assert_eq!(setups.load(&mut into), None);

        let mut tag = 0;
        let mut ask = |setups: &mut Setups<'_, _, _, 4, 64>, job: Job<'_>| {
            tag += 1;
            let mut client = Client::new(tag, job);
            for millis in 0_u64.. {
                let mut sent = heapless::Vec::<heapless::Vec<u8, 64>, 16>::new();
                let progress = client.poll(millis, |body| _ = sent.push(heapless::Vec::from_slice(body).unwrap()));
                if let Progress::Over(result) = progress {
                    return result;
                }
                for body in &sent {
                    assert!(setups.receive(millis * 1_000, Port::Usb, body, &mut |body| {
                        client.receive(body);
                        true
                    }));
                }
            }
            unreachable!()
        };
        let bytes = [7; 400];
        assert_eq!(ask(&mut setups, Job::Push { slot: 2, bytes: &bytes }), Ok(Answer::Done));
        assert!(!setups.changed(), "another slot plays");
        assert_eq!(ask(&mut setups, Job::Activate(2)), Ok(Answer::Done));
        assert!(setups.changed());
        assert_eq!(setups.load(&mut into).map(|length| &into[..length]), Some(&bytes[..]));
        assert!(ask(&mut setups, Job::Push { slot: 2, bytes: b"nonsense" }).is_err());
        assert!(!setups.changed());
        assert_eq!(ask(&mut setups, Job::Push { slot: 2, bytes: b"better" }), Ok(Answer::Done));
        assert!(setups.changed());
        assert_eq!(setups.load(&mut into).map(|length| &into[..length]), Some(&b"better"[..]));
        assert_eq!(ask(&mut setups, Job::Delete(2)), Ok(Answer::Done));
        assert!(setups.changed());
        assert_eq!(setups.load(&mut into), None);
        assert!(!setups.receive(0, Port::Usb, &[0x41, 0x10], &mut |_| unreachable!()), "somebody else's");
        drop(setups);
        assert_eq!(open(&mut memory).settings().active, Some(2));
    }
}
