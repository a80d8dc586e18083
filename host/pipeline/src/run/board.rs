//! What all processes of a pipeline share beside its streams: words that say whether it stops, and what each task shows.

use crate::bell::Bell;
use crate::memory::{Memory, MemoryError};
use crate::metrics::TaskState;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A number in one word: a parameter or a gauge. Without a word it is always 0.
#[derive(Clone, Debug)]
pub(crate) struct Word(Option<(Arc<Memory>, usize)>);

impl Word {
    pub fn load(&self) -> f64 {
        self.0.as_ref().map_or(0.0, |(memory, at)| f64::from_bits(word(memory, *at).load(Ordering::Relaxed)))
    }

    pub fn store(&self, value: f64) {
        if let Some((memory, at)) = &self.0 {
            word(memory, *at).store(value.to_bits(), Ordering::Relaxed);
        }
    }
}

fn word(memory: &Memory, at: usize) -> &AtomicU64 {
    &memory.words(at..at + 1)[0]
}

fn memory(words: usize, shared: bool) -> Result<Arc<Memory>, MemoryError> {
    let bytes = words * size_of::<u64>();
    Ok(Arc::new(if shared { Memory::anonymous(bytes)? } else { Memory::heap(bytes)? }))
}

/// How far a pipeline has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u64)]
pub(crate) enum Level {
    /// It runs.
    Run,
    /// Sources end, the rest drains.
    Stopping,
    /// All waits are ended.
    Stopped,
}

/// The pipeline's words.
#[derive(Clone, Debug)]
pub(crate) struct Board(Arc<Memory>);

impl Board {
    const LEVEL: usize = 0;
    const OPEN: usize = 1;
    const BELL: usize = 2;
    const WORDS: usize = 8;

    /// Words that processes can share, if there are any: a reload may add the first. Where they cannot be had, `needed` says
    /// whether that is an error.
    pub fn create(needed: bool) -> Result<Self, MemoryError> {
        let shared = memory(Self::WORDS, true);
        (if needed { shared } else { shared.or_else(|_| memory(Self::WORDS, false)) }).map(Self)
    }

    pub fn open(path: &Path) -> Result<Self, MemoryError> {
        let memory = Memory::open(path)?;
        checked(memory, Self::WORDS).map(Self)
    }

    pub fn path(&self) -> Option<PathBuf> {
        self.0.path()
    }

    fn bell(&self) -> Bell<'_> {
        Bell { word: self.0.half(Self::BELL), shared: self.0.is_shared() }
    }

    /// Wakes everyone who waits at this board, to look again.
    pub fn ring(&self) {
        self.bell().ring();
    }

    pub fn raise(&self, level: Level) {
        word(&self.0, Self::LEVEL).fetch_max(level as u64, Ordering::SeqCst);
        self.ring();
    }

    pub fn is_stopping(&self) -> bool {
        word(&self.0, Self::LEVEL).load(Ordering::Relaxed) >= Level::Stopping as u64
    }

    pub fn is_stopped(&self) -> bool {
        word(&self.0, Self::LEVEL).load(Ordering::Relaxed) >= Level::Stopped as u64
    }

    /// Lets all tasks run that are ready.
    pub fn open_gate(&self) {
        word(&self.0, Self::OPEN).store(1, Ordering::SeqCst);
        self.ring();
    }

    /// Waits until tasks may run; false if they shall not.
    pub fn pass_gate(&self) -> bool {
        self.wait_until(u64::MAX, || self.is_open() || self.is_stopped());
        self.is_open() && !self.is_stopped()
    }

    /// Whether tasks may run.
    pub fn is_open(&self) -> bool {
        word(&self.0, Self::OPEN).load(Ordering::SeqCst) != 0
    }

    /// Waits until the clock is at `nanos`, false, or until `over` says so, true. `over` is asked again after every ring.
    pub fn wait_until(&self, nanos: u64, over: impl Fn() -> bool) -> bool {
        let deadline = (nanos != u64::MAX).then_some(nanos);
        self.bell().wait(deadline, || over().then_some(())).is_some()
    }
}

/// How one run of a task ended, as its process wrote it down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Told {
    /// Nothing yet.
    Nothing,
    /// It waits to be let go.
    Ready,
    /// It ended.
    Ended,
    /// It returned an error.
    Failed,
    /// It panicked.
    Panicked,
    /// It could not even begin.
    Refused,
}

impl Told {
    const ALL: [Self; 6] = [Self::Nothing, Self::Ready, Self::Ended, Self::Failed, Self::Panicked, Self::Refused];
}

/// A task's words.
#[derive(Clone, Debug)]
pub(crate) struct TaskBoard {
    memory: Arc<Memory>,
    live: Arc<[&'static str]>,
}

/// Gauges of one task.
const GAUGES: usize = 16;

/// Words of a gauge's name, and one for its value.
const GAUGE_WORDS: usize = 5;

/// Words of a text: one for its length.
const TEXT_WORDS: usize = 65;

impl TaskBoard {
    const LEAVE: usize = 0;
    const STATE: usize = 1;
    const TID: usize = 2;
    const TOLD: usize = 3;
    const GAUGES_USED: usize = 4;
    const ERROR: usize = 8;
    const NOTICE: usize = Self::ERROR + TEXT_WORDS;
    const GAUGES: usize = Self::NOTICE + TEXT_WORDS;
    const LIVE: usize = Self::GAUGES + GAUGES * GAUGE_WORDS;

    /// Words for a task with these live parameters, all 0, and gauges, all 0.
    pub fn create(live: Vec<&'static str>, gauges: &[&str], shared: bool) -> Result<Self, MemoryError> {
        let board = Self { memory: memory(Self::LIVE + live.len(), shared)?, live: live.into() };
        for gauge in gauges {
            board.gauge(gauge);
        }
        Ok(board)
    }

    pub fn open(path: &Path, live: Vec<&'static str>) -> Result<Self, MemoryError> {
        let memory = checked(Memory::open(path)?, Self::LIVE + live.len())?;
        Ok(Self { memory, live: live.into() })
    }

    pub fn path(&self) -> Option<PathBuf> {
        self.memory.path()
    }

    fn word(&self, at: usize) -> &AtomicU64 {
        word(&self.memory, at)
    }

    /// Asks the task to leave its places to a successor; at 2 even in the middle of a write.
    pub fn leave(&self, level: u64) {
        self.word(Self::LEAVE).fetch_max(level, Ordering::SeqCst);
    }

    pub fn leaving(&self) -> u64 {
        self.word(Self::LEAVE).load(Ordering::Relaxed)
    }

    pub fn is_leaving(&self) -> bool {
        self.leaving() != 0
    }

    pub fn set_state(&self, state: TaskState) {
        self.word(Self::STATE).store(state as u64, Ordering::Relaxed);
    }

    pub fn state(&self) -> TaskState {
        let number = self.word(Self::STATE).load(Ordering::Relaxed);
        TaskState::ALL.into_iter().find(|state| *state as u64 == number).unwrap_or(TaskState::Failed)
    }

    /// The thread that works for the task, in its process.
    pub fn set_thread(&self, id: u64) {
        self.word(Self::TID).store(id, Ordering::Relaxed);
    }

    pub fn thread(&self) -> u64 {
        self.word(Self::TID).load(Ordering::Relaxed)
    }

    pub fn tell(&self, told: Told) {
        self.word(Self::TOLD).store(told as u64, Ordering::SeqCst);
    }

    pub fn told(&self) -> Told {
        let number = self.word(Self::TOLD).load(Ordering::SeqCst);
        Told::ALL.into_iter().find(|told| *told as u64 == number).unwrap_or(Told::Nothing)
    }

    pub fn set_error(&self, text: &str) {
        self.set_text(Self::ERROR, text);
    }

    pub fn error(&self) -> Option<String> {
        self.text(Self::ERROR)
    }

    pub fn set_notice(&self, text: &str) {
        self.set_text(Self::NOTICE, text);
    }

    pub fn notice(&self) -> Option<String> {
        self.text(Self::NOTICE)
    }

    /// Stores as much of a text as there is room for.
    fn set_text(&self, at: usize, text: &str) {
        let text = &text.as_bytes()[..text.floor_char_boundary((TEXT_WORDS - 1) * size_of::<u64>())];
        self.word(at).store(0, Ordering::Relaxed);
        store_bytes(self.memory.words(at + 1..at + TEXT_WORDS), text);
        self.word(at).store(text.len() as u64, Ordering::Release);
    }

    fn text(&self, at: usize) -> Option<String> {
        let len = self.word(at).load(Ordering::Acquire) as usize;
        (len > 0).then(|| load_bytes(self.memory.words(at + 1..at + TEXT_WORDS), len))
    }

    /// The parameter `name`, if it is a live one.
    pub fn live(&self, name: &str) -> Word {
        let found = self.live.iter().position(|live| *live == name);
        Word(found.map(|index| (self.memory.clone(), Self::LIVE + index)))
    }

    /// The gauge `name`, which gets a place if it has none yet and there is one. Only the task itself makes gauges.
    pub fn gauge(&self, name: &str) -> Word {
        let name = &name[..name.floor_char_boundary((GAUGE_WORDS - 1) * size_of::<u64>())];
        let used = self.gauges_used();
        let place = |index| Self::GAUGES + index * GAUGE_WORDS;
        if let Some(index) = (0..used).find(|index| self.gauge_name(*index) == name) {
            return Word(Some((self.memory.clone(), place(index) + GAUGE_WORDS - 1)));
        }
        if used == GAUGES || name.is_empty() {
            return Word(None);
        }
        store_bytes(self.memory.words(place(used)..place(used) + GAUGE_WORDS - 1), name.as_bytes());
        self.word(Self::GAUGES_USED).store(used as u64 + 1, Ordering::Release);
        Word(Some((self.memory.clone(), place(used) + GAUGE_WORDS - 1)))
    }

    fn gauges_used(&self) -> usize {
        (self.word(Self::GAUGES_USED).load(Ordering::Acquire) as usize).min(GAUGES)
    }

    fn gauge_name(&self, index: usize) -> String {
        let at = Self::GAUGES + index * GAUGE_WORDS;
        let name = load_bytes(self.memory.words(at..at + GAUGE_WORDS - 1), usize::MAX);
        name.trim_end_matches('\0').into()
    }

    /// All gauges.
    pub fn gauges(&self) -> impl Iterator<Item = (String, f64)> {
        let value = |index| self.word(Self::GAUGES + (index + 1) * GAUGE_WORDS - 1).load(Ordering::Relaxed);
        (0..self.gauges_used()).map(move |index| (self.gauge_name(index), f64::from_bits(value(index))))
    }
}

/// Memory of another process of the same program, if it is as large as it should be.
fn checked(memory: Memory, words: usize) -> Result<Arc<Memory>, MemoryError> {
    if memory.bytes() < words * size_of::<u64>() {
        return Err(MemoryError::Layout("it is smaller than what this program makes".into()));
    }
    Ok(Arc::new(memory))
}

fn store_bytes(words: &[AtomicU64], bytes: &[u8]) {
    for (word, chunk) in words.iter().zip(bytes.chunks(size_of::<u64>())) {
        let mut eight = [0; size_of::<u64>()];
        eight[..chunk.len()].copy_from_slice(chunk);
        word.store(u64::from_le_bytes(eight), Ordering::Relaxed);
    }
}

fn load_bytes(words: &[AtomicU64], len: usize) -> String {
    let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.load(Ordering::Relaxed).to_le_bytes()).collect();
    bytes.truncate(len);
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_a_character() {
        let board = TaskBoard::create(vec![], &[], false).expect("memory");
        assert_eq!(board.error(), None);
        let check = |text: &str, expected: &str| {
            board.set_error(text);
            assert_eq!(board.error().as_deref(), Some(expected));
        };
        check("short", "short");
        check(&"é".repeat(300), &"é".repeat(256));
        check("shorter again", "shorter again");
    }

    #[test]
    fn gauges_have_names_and_an_end() {
        let board = TaskBoard::create(vec!["gain"], &["level"], false).expect("memory");
        board.gauge("level").store(0.5);
        for index in 0..2 * GAUGES {
            board.gauge(&format!("gauge number {index} of a task with a long name")).store(index as f64);
        }
        let gauges: Vec<_> = board.gauges().collect();
        assert_eq!(gauges.len(), GAUGES);
        assert_eq!(gauges[0], ("level".into(), 0.5));
        assert_eq!(gauges[1].0, "gauge number 0 of a task with a ");
    }

    #[test]
    fn parameters_that_are_none_are_zero() {
        let board = TaskBoard::create(vec!["gain", "pan"], &[], false).expect("memory");
        board.live("pan").store(-0.5);
        board.live("else").store(1.0);
        assert_eq!((board.live("gain").load(), board.live("pan").load(), board.live("else").load()), (0.0, -0.5, 0.0));
    }

    #[test]
    fn the_gate_holds_until_it_is_opened() {
        let board = Board::create(false).expect("memory");
        std::thread::scope(|scope| {
            let passed = scope.spawn(|| board.pass_gate());
            board.open_gate();
            assert!(passed.join().expect("no panic"));
        });
        board.raise(Level::Stopped);
        assert!(!board.pass_gate());
        assert!(board.wait_until(u64::MAX, || board.is_stopped()));
        assert!(!board.wait_until(0, || false));
    }
}
