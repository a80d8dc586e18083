//! Tunings of single keys: a few tables of all 128, found by the bank and program of the MIDI Tuning Standard.
//!
//! A table holds where each key sounds, in 16384ths of a semitone above key 0 in equal temperament: the standard's own
//! resolution, so that nothing it sends is rounded.

/// Parts of a semitone in a key's place.
const PARTS: u32 = 1 << 14;

/// Cents of a part.
const CENTS: f32 = 100.0 / PARTS as f32;

/// What a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Nobody,
    /// Filled by a message that is not over yet.
    Arriving,
    Program(Program),
}

/// Bank and program of a tuning, 0..=127 each.
pub type Program = (u8, u8);

#[derive(Clone, Debug)]
struct Table {
    owner: Owner,
    /// When it was begun: the oldest gives way.
    serial: u16,
    keys: [[u8; 3]; 128],
}

impl Table {
    const EQUAL: Self = {
        let mut keys = [[0; 3]; 128];
        let mut key = 0;
        while key < 128 {
            keys[key as usize] = pack(key * PARTS);
            key += 1;
        }
        Self { owner: Owner::Nobody, serial: 0, keys }
    };

    fn put(&mut self, key: u8, place: u32) {
        if let Some(slot) = self.keys.get_mut(usize::from(key)) {
            *slot = pack(place);
        }
    }

    fn place(&self, key: u8) -> u32 {
        self.keys.get(usize::from(key)).map_or(0, |&[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
    }
}

const fn pack(place: u32) -> [u8; 3] {
    let [a, b, c, _] = place.to_le_bytes();
    [a, b, c]
}

/// What a synth has: the same on every target, so that the same events give the same bytes.
pub type Tunings = TuningStore<4>;

/// As many tunings as there are tables. A program that was never tuned takes none. When all are taken, the oldest that no
/// channel has selected gives way; when all are selected, a further one is refused.
#[derive(Clone, Debug)]
pub struct TuningStore<const TABLES: usize> {
    tables: [Table; TABLES],
    serial: u16,
}

impl<const TABLES: usize> TuningStore<TABLES> {
    /// Equal temperament.
    pub const fn new() -> Self {
        Self { tables: [Table::EQUAL; TABLES], serial: 0 }
    }

    /// How far a key lies from equal temperament in the tuning of a program, in cents.
    pub fn key_cents(&self, program: Program, key: u8) -> f32 {
        let table = self.find(Owner::Program(program));
        table.map_or(0.0, |table| (table.place(key) as i32 - (u32::from(key) * PARTS) as i32) as f32 * CENTS)
    }

    /// Tunes one key of a program to a place in 16384ths of a semitone above key 0, below 2²⁴. False if no table gives way.
    pub fn set_key(&mut self, program: Program, key: u8, place: u32, is_selected: impl Fn(Program) -> bool) -> bool {
        let table = self.open(Owner::Program(program), is_selected);
        table.is_some_and(|table| {
            table.put(key, place);
            true
        })
    }

    /// Makes room for a tuning that arrives key by key; keys that do not arrive stay as the program has them. False if no
    /// table gives way.
    pub fn begin(&mut self, program: Program, is_selected: impl Fn(Program) -> bool) -> bool {
        self.abandon();
        let keys = self.find(Owner::Program(program)).unwrap_or(&Table::EQUAL).keys;
        let table = self.open(Owner::Arriving, |other| other == program || is_selected(other));
        table.map(|table| table.keys = keys).is_some()
    }

    /// The arriving tuning's next key, in 16384ths of a semitone above key 0.
    pub fn arrive(&mut self, key: u8, place: u32) {
        if let Some(table) = self.tables.iter_mut().find(|table| table.owner == Owner::Arriving) {
            table.put(key, place);
        }
    }

    /// The tuning that has arrived is that of a program from now on.
    pub fn finish(&mut self, program: Program) {
        self.free(Owner::Program(program));
        if let Some(table) = self.tables.iter_mut().find(|table| table.owner == Owner::Arriving) {
            table.owner = Owner::Program(program);
        }
    }

    /// Forgets a tuning that was cut short.
    pub fn abandon(&mut self) {
        self.free(Owner::Arriving);
    }

    fn find(&self, owner: Owner) -> Option<&Table> {
        self.tables.iter().find(|table| table.owner == owner)
    }

    fn free(&mut self, owner: Owner) {
        self.tables.iter_mut().filter(|table| table.owner == owner).for_each(|table| table.owner = Owner::Nobody);
    }

    /// The owner's table; a new one begins equally tempered.
    fn open(&mut self, owner: Owner, is_selected: impl Fn(Program) -> bool) -> Option<&mut Table> {
        if let Some(place) = self.tables.iter().position(|table| table.owner == owner) {
            return self.tables.get_mut(place);
        }
        let now = self.serial;
        let spare = self.tables.iter_mut().filter(|table| match table.owner {
            Owner::Nobody => true,
            Owner::Program(program) => !is_selected(program),
            Owner::Arriving => false,
        });
        let age = |table: &&mut Table| match table.owner {
            Owner::Nobody => u32::MAX,
            _ => u32::from(now.wrapping_sub(table.serial)),
        };
        let table = spare.max_by_key(age)?;
        self.serial = now.wrapping_add(1);
        *table = Table { owner, serial: now, ..Table::EQUAL };
        Some(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: fn(Program) -> bool = |_| false;

    #[test]
    fn what_was_never_tuned_is_equally_tempered() {
        let mut store = TuningStore::<2>::new();
        assert!((0..128).all(|key| store.key_cents((0, 0), key) == 0.0));
        assert!(store.set_key((1, 2), 60, 61 * PARTS + PARTS / 2, NONE));
        assert_eq!([60, 61].map(|key| store.key_cents((1, 2), key)), [150.0, 0.0]);
        assert_eq!(store.key_cents((2, 1), 60), 0.0);
    }

    #[test]
    fn the_oldest_that_nobody_selected_gives_way() {
        let mut store = TuningStore::<2>::new();
        let tuned = |store: &TuningStore<2>| [0, 1, 2, 3].map(|program| store.key_cents((0, program), 0) != 0.0);
        for program in 0..2 {
            assert!(store.set_key((0, program), 0, 5, NONE));
        }
        assert!(store.set_key((0, 2), 0, 5, |program| program == (0, 0)));
        assert_eq!(tuned(&store), [true, false, true, false]);
        assert!(!store.set_key((0, 3), 0, 5, |_| true));
        assert!(store.set_key((0, 3), 0, 5, NONE));
        assert_eq!(tuned(&store), [false, false, true, true]);
    }

    #[test]
    fn a_tuning_counts_once_it_has_arrived() {
        let mut store = TuningStore::<2>::new();
        assert!(store.set_key((0, 1), 7, 0, NONE));
        assert!(store.begin((0, 1), NONE));
        store.arrive(7, 8 * PARTS);
        assert_eq!(store.key_cents((0, 1), 7), -700.0);
        store.finish((0, 1));
        assert_eq!([6, 7].map(|key| store.key_cents((0, 1), key)), [0.0, 100.0]);
        // Cut short, it leaves nothing but room.
        assert!(store.begin((0, 1), NONE));
        store.arrive(7, 0);
        store.abandon();
        assert_eq!(store.key_cents((0, 1), 7), 100.0);
        assert!(store.set_key((0, 2), 7, 0, |program| program == (0, 1)));
    }
}
