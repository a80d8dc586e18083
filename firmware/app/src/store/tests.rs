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
    std::array::from_fn(|slot| match store.load(slot as u8, &mut buffer) {
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
    let mut dice = Dice(1);
    let mut store = open(Small::new(13));
    let mut model = Model::default();
    let (mut cuts, mut again) = (0, 0);
    for change_number in 0..400 {
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
    std::println!("{cuts} cuts, {again} more while opening");
    assert!(cuts > 100_000 && again > 1_000);
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
        let mut place = dice.below(total.max(1));
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
