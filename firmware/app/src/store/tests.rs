//! The store against a model, with the power cut everywhere.

extern crate std;

mod chip;

use super::*;
use chip::{Chip, Dice};
use std::vec::Vec;

const SECTOR: usize = 256;
const COUNT: usize = 4;
type Small = Chip<SECTOR>;
type SmallStore = Store<Small, COUNT, 44>;
/// What each slot should hold.
type Model = [Option<Vec<u8>>; COUNT];

fn open(chip: Small) -> SmallStore {
    let end = chip.bytes.len() as u32;
    SmallStore::open(chip, 0..end).unwrap()
}

fn held(store: &mut SmallStore) -> Model {
    let mut buffer = [0; 1024];
    core::array::from_fn(|slot| match store.load(slot as u8, &mut buffer) {
        Ok(length) => Some(buffer[..length].to_vec()),
        Err(StoreError::Empty(_)) => None,
        Err(error) => panic!("slot {slot}: {error}"),
    })
}

fn bytes(dice: &mut Dice, longest: usize) -> Vec<u8> {
    (0..1 + dice.below(longest)).map(|_| dice.roll() as u8).collect()
}

/// One change of one slot, or of the settings: what the model is afterwards.
fn change(store: &mut SmallStore, model: &Model, dice: &mut Dice, longest: usize) -> Model {
    let slot = dice.below(COUNT);
    let mut after = model.clone();
    match dice.below(20) {
        0 => {
            store.delete(slot as u8).unwrap();
            after[slot] = None;
        }
        1 => store.keep(Settings { active: None, brightness: dice.below(128) as u8 }).unwrap(),
        _ => {
            let bytes = bytes(dice, longest);
            match store.save(slot as u8, &bytes) {
                Ok(()) => after[slot] = Some(bytes),
                Err(StoreError::NoRoom(free)) => assert!(free < bytes.len()),
                Err(error) => panic!("{error}"),
            }
        }
    }
    after
}

/// What is held after a cut must be what was held before or after, slot by slot: only one slot was changed.
fn check(held: &Model, before: &Model, after: &Model, at: &str) {
    assert!(held == before || held == after, "neither, at {at}:\n{held:?}\nbefore {before:?}\nafter {after:?}");
}

#[test]
fn a_power_cut_at_every_byte_leaves_the_old_or_the_new() {
    // All of a script of 10,000 takes a minute or two: `RIPIENO_TORN_SAVES=10000 cargo test --release`.
    let changes = std::env::var("RIPIENO_TORN_SAVES").map_or(600, |changes| changes.parse().unwrap());
    let mut dice = Dice(1);
    let mut store = open(Small::new(13));
    let mut model = Model::default();
    let (mut cuts, mut again) = (0, 0);
    for change_number in 0..changes {
        let mut image = store.log.flash().flash_mut().bytes.clone();
        store.log.flash().flash_mut().deeds.clear();
        let after = change(&mut store, &model, &mut dice, 130);
        let deeds = store.log.flash().flash_mut().deeds.clone();
        for (number, deed) in deeds.iter().enumerate() {
            for place in 0..Small::cuts(deed) {
                let mut cut = image.clone();
                Small::cut(&mut cut, deed, place, &mut dice);
                let at = std::format!("change {change_number}, deed {number}, place {place}");
                let mut found = open(Small::with(cut.clone()));
                check(&held(&mut found), &model, &after, &at);
                cuts += 1;
                if dice.below(64) > 0 {
                    continue;
                }
                // Opening it is cut too, and then it is used.
                let repairs = found.log.flash().flash_mut().deeds.clone();
                for repair in &repairs {
                    let mut twice = cut.clone();
                    Small::cut(&mut twice, repair, dice.below(Small::cuts(repair)), &mut dice);
                    check(&held(&mut open(Small::with(twice))), &model, &after, &at);
                    Small::redo(&mut cut, repair);
                    again += 1;
                }
                let now = held(&mut found);
                let used = change(&mut found, &now, &mut dice, 130);
                assert_eq!(held(&mut found), used, "{at}");
                assert_eq!(held(&mut open(found.into_flash())), used, "{at}");
            }
            Small::redo(&mut image, deed);
        }
        model = after;
        assert_eq!(held(&mut store), model);
    }
    std::println!("{changes} changes, {cuts} cuts, {again} more while opening");
    assert!(cuts > 100 * changes && again > changes);
}

#[test]
fn ten_thousand_saves_with_a_cut_in_each() {
    let mut dice = Dice(2);
    let mut chip = Small::new(11);
    let mut model = Model::default();
    let (mut kept, mut lost) = (0, 0);
    for number in 0..10_000 {
        // What opening does may be cut as well.
        let mut store = open(Small::with(chip.bytes.clone()));
        let after = change(&mut store, &model, &mut dice, 150);
        let deeds = store.into_flash().deeds;
        let total: usize = deeds.iter().map(Small::cuts).sum();
        // The head is written late: so that as many cuts come behind it as before.
        let place = dice.below(total.max(1));
        let mut place = if dice.below(2) == 0 { place } else { total.saturating_sub(1 + dice.below(60)) };
        for deed in &deeds {
            let cuts = Small::cuts(deed);
            if place < cuts {
                Small::cut(&mut chip.bytes, deed, place, &mut dice);
                break;
            }
            place -= cuts;
            Small::redo(&mut chip.bytes, deed);
        }
        let held = held(&mut open(Small::with(chip.bytes.clone())));
        check(&held, &model, &after, &std::format!("save {number}"));
        if held == after {
            kept += 1
        } else {
            lost += 1
        }
        model = held;
    }
    std::println!("{kept} new, {lost} old");
    assert!(kept > 1_000 && lost > 1_000);
}

#[test]
fn sectors_wear_evenly() {
    let mut dice = Dice(3);
    let mut store = open(Small::new(13));
    let mut model = Model::default();
    for _ in 0..10_000 {
        model = change(&mut store, &model, &mut dice, 120);
    }
    assert_eq!(held(&mut store), model);
    let erases = store.into_flash().erases;
    let (journal, log) = erases.split_at(2);
    let (least, most) = (log.iter().min().unwrap(), log.iter().max().unwrap());
    std::println!("erases of each sector after 10,000 saves: journal {journal:?}, log {log:?}");
    assert!(most - least <= 1, "{log:?}");
    assert!(journal.iter().all(|erases| erases < least), "{journal:?}");
}

#[test]
fn a_full_store_refuses_and_loses_nothing() {
    let mut dice = Dice(4);
    let mut store = open(Small::new(8));
    let mut model = Model::default();
    let mut refused = 0;
    for round in 0..500 {
        let slot = dice.below(COUNT);
        if round % 50 == 49 {
            store.delete(slot as u8).unwrap();
            model[slot] = None;
        }
        let bytes = bytes(&mut dice, 400);
        match store.save(slot as u8, &bytes) {
            Ok(()) => model[slot] = Some(bytes),
            Err(StoreError::NoRoom(free)) => {
                assert!(free < bytes.len());
                refused += 1;
            }
            Err(error) => panic!("{error}"),
        }
        store.keep(Settings { active: Some(slot as u8), brightness: 1 }).unwrap();
        assert_eq!(held(&mut store), model);
    }
    assert!((1..500).contains(&refused), "{refused}");
    assert_eq!(held(&mut open(store.into_flash())), model);
}

/// The store over a strict flash of other words and sectors, opened again after every change.
fn serves<const WORD: usize, const SECTOR: usize>() {
    let mut dice = Dice(5);
    let mut memory = std::vec![0xFF; 10 * SECTOR];
    let mut model: [Vec<u8>; 3] = Default::default();
    for round in 0..128 {
        let end = memory.len() as u32;
        let mut store = Store::<_, 3, 40>::open(MemoryFlash::<WORD, SECTOR>::new(&mut memory), 0..end).unwrap();
        let settings = Settings { active: None, brightness: round };
        assert_eq!(store.settings().brightness, if round == 0 { 96 } else { round - 1 });
        store.keep(settings).unwrap();
        let slot = dice.below(3);
        model[slot] = bytes(&mut dice, 100);
        store.save(slot as u8, &model[slot]).unwrap();
        let mut buffer = [0; 100];
        for (slot, bytes) in model.iter().enumerate().filter(|(_, bytes)| !bytes.is_empty()) {
            let length = store.load(slot as u8, &mut buffer).unwrap();
            assert_eq!(&buffer[..length], bytes);
        }
    }
}

#[test]
fn flashes_of_any_word_and_sector_do() {
    serves::<1, 256>();
    serves::<4, 512>();
    serves::<8, 256>();
    serves::<32, 1024>();
}

#[test]
fn any_bytes_become_a_store_and_a_region_that_will_not_do_is_refused() {
    let mut dice = Dice(6);
    for _ in 0..200 {
        let mut chip = Small::new(8);
        chip.bytes.iter_mut().for_each(|byte| *byte = dice.roll() as u8);
        let mut store = open(chip);
        assert_eq!(held(&mut store), Model::default());
        store.save(1, b"kept").unwrap();
        assert_eq!(held(&mut open(store.into_flash()))[1].as_deref(), Some(&b"kept"[..]));
    }
    let backwards = core::ops::Range { start: 2048, end: 0 };
    for region in [0..SECTOR as u32 * 4, 8..2048, 0..2047, backwards] {
        assert_eq!(SmallStore::open(Small::new(8), region).unwrap_err(), StoreError::Region(5));
    }
    let error = SmallStore::open(Small::new(4), 0..2048).unwrap_err();
    assert!(matches!(error, StoreError::Flash(_)), "{error}");
}

#[test]
fn what_is_asked_wrongly_is_refused() {
    let mut store = open(Small::new(8));
    let mut buffer = [0; 4];
    assert_eq!(store.save(4, b"x"), Err(StoreError::Slot(4)));
    assert_eq!(store.save(0, b""), Err(StoreError::TooLong(44 * 127)));
    assert_eq!(store.load(0, &mut buffer), Err(StoreError::Empty(0)));
    store.save(0, b"12345").unwrap();
    assert_eq!(store.load(0, &mut buffer), Err(StoreError::TooLong(4)));
    assert_eq!(store.read(0, 3, &mut buffer), Ok(2));
    assert_eq!(&buffer[..2], b"45");
    assert_eq!(store.read(0, 9, &mut buffer), Ok(0));
    assert_eq!(store.delete(3), Ok(()));
}
