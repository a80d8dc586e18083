//! Panels and their slots, row by row and against a model that is nothing but maps.

use proptest::prelude::*;
use ripieno_panel::{BankId, Edit, Finding, Panel, PanelId, PanelKind, Panels, PresetId, SetupError, TextId};
use std::collections::{BTreeMap, HashMap};

type Few = Panels<12>;

fn panel(id: u16, kind: PanelKind, bank: u8, is_active: bool) -> Panel {
    Panel { id: PanelId(id), kind, bank: BankId(bank), preset: None, title: TextId(id), is_active }
}

fn pads(list: &[(u16, u8, bool)]) -> Few {
    let mut panels = Few::new();
    for (id, bank, is_active) in list {
        panels.create(panel(*id, PanelKind::Pad, *bank, *is_active)).unwrap();
    }
    panels
}

/// Who is active, by id.
fn active(panels: &Few) -> Vec<u16> {
    panels.as_slice().iter().filter(|panel| panel.is_active).map(|panel| panel.id.0).collect()
}

fn to_bank(bank: u8) -> Edit {
    Edit { bank: Some(BankId(bank)), ..Edit::default() }
}

#[test]
fn an_active_panel_that_moves_takes_an_empty_slot_and_evicts_nobody() {
    type Row = (&'static [(u16, u8, bool)], u16, u8, &'static [u16]);
    // Panels, who moves where, who is active then.
    let rows: [Row; 5] = [
        (&[(1, 0, true)], 1, 1, &[1]),
        (&[(1, 0, true), (2, 1, true)], 1, 1, &[2]),
        (&[(1, 0, true), (2, 1, false)], 1, 1, &[1]),
        (&[(1, 0, false), (2, 1, true)], 1, 1, &[2]),
        (&[(1, 0, false)], 1, 1, &[]),
    ];
    for (list, id, bank, expected) in rows {
        let mut panels = pads(list);
        panels.update(PanelId(id), to_bank(bank)).unwrap();
        assert_eq!(active(&panels), expected, "{list:?}");
    }
}

#[test]
fn activation_displaces_and_deletion_empties() {
    let mut panels = pads(&[(1, 0, true), (2, 0, true), (3, 1, true)]);
    assert_eq!(active(&panels), [1, 3], "of two for one slot the first is kept");
    assert_eq!(panels.activate(PanelId(2)), Ok(Some(PanelId(1))));
    assert_eq!(panels.activate(PanelId(2)), Ok(Some(PanelId(2))));
    assert_eq!(active(&panels), [2, 3]);
    assert_eq!(panels.deactivate(PanelId(2)), Ok(true));
    assert_eq!(panels.deactivate(PanelId(2)), Ok(false));
    assert_eq!(panels.delete(PanelId(3)).map(|panel| panel.is_active), Ok(true));
    assert_eq!(active(&panels), []);
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let mut panels = pads(&[(1, 0, true)]);
    let before = panels.clone();
    assert_eq!(panels.create(panel(1, PanelKind::Pad, 0, false)), Err(SetupError::Taken("panel", 1)));
    assert_eq!(panels.create(panel(2, PanelKind::Pad, 16, false)), Err(SetupError::Range("bank", 16)));
    assert_eq!(panels.create(panel(2, PanelKind::Piano, 2, false)), Err(SetupError::Range("bank", 2)));
    assert_eq!(panels.update(PanelId(1), to_bank(99)), Err(SetupError::Range("bank", 99)));
    for refused in
        [panels.activate(PanelId(7)).err(), panels.deactivate(PanelId(7)).err(), panels.delete(PanelId(7)).err()]
    {
        assert_eq!(refused, Some(SetupError::Unknown("panel", 7)));
    }
    assert_eq!(panels, before);
    for id in 2..=12 {
        panels.create(panel(id, PanelKind::Knob, 0, false)).unwrap();
    }
    assert_eq!(panels.create(panel(13, PanelKind::Pad, 0, false)), Err(SetupError::Full("panels", 12)));
}

#[test]
fn reconciling_fills_what_is_plain_and_reports_the_rest_once() {
    let mut panels = pads(&[(1, 0, false), (2, 1, false), (3, 1, false), (4, 2, true), (5, 2, false)]);
    panels.update(PanelId(1), Edit { preset: Some(Some(PresetId(1))), ..Edit::default() }).unwrap();
    panels.update(PanelId(4), Edit { preset: Some(Some(PresetId(2))), ..Edit::default() }).unwrap();
    panels.update(PanelId(5), Edit { preset: Some(Some(PresetId(3))), ..Edit::default() }).unwrap();
    let kind = |id: PresetId| [(2, PanelKind::Knob), (3, PanelKind::Pad)].into_iter().find(|(own, _)| *own == id.0);
    let reconcile = |panels: &mut Few| {
        let mut found = Vec::new();
        panels.reconcile(|id| kind(id).map(|(_, kind)| kind), |finding| found.push(finding));
        found
    };
    let warnings = [
        Finding::Ambiguous { kind: PanelKind::Pad, bank: BankId(1), candidates: 2 },
        Finding::NoPreset(PanelId(1), PresetId(1)),
        Finding::OtherKind(PanelId(4), PresetId(2), PanelKind::Knob),
    ];
    assert_eq!(reconcile(&mut panels), [&[Finding::Filled(PanelId(1))], &warnings[..]].concat());
    assert_eq!(reconcile(&mut panels), warnings);
    assert_eq!(active(&panels), [1, 4]);
}

#[test]
fn the_next_panel_goes_round() {
    let panels = pads(&[(1, 0, false), (9, 3, true), (2, 0, true), (3, 0, false)]);
    let next = |panels: &Few, bank, by| panels.next(PanelKind::Pad, BankId(bank), by).map(|id| id.0);
    assert_eq!([next(&panels, 0, 1), next(&panels, 0, -1)], [Some(3), Some(1)]);
    assert_eq!([next(&panels, 3, 1), next(&panels, 4, 1)], [None, None]);
    let mut last = panels.clone();
    last.activate(PanelId(3)).unwrap();
    assert_eq!([next(&last, 0, 1), next(&last, 0, -1)], [Some(1), Some(2)]);
    last.deactivate(PanelId(3)).unwrap();
    assert_eq!([next(&last, 0, 1), next(&last, 0, -1)], [Some(1), Some(3)]);
}

#[derive(Clone, Debug)]
enum Op {
    Create(u16, PanelKind, u8, bool),
    Activate(u16),
    Deactivate(u16),
    Move(u16, u8),
    Delete(u16),
    Reconcile,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let id = 0..8_u16;
    let kind = prop::sample::select(&PanelKind::ALL[..]);
    let op = prop_oneof![
        3 => (id.clone(), kind, 0..4_u8, any::<bool>()).prop_map(|(id, kind, bank, on)| Op::Create(id, kind, bank, on)),
        3 => id.clone().prop_map(Op::Activate),
        2 => id.clone().prop_map(Op::Deactivate),
        4 => (id.clone(), 0..4_u8).prop_map(|(id, bank)| Op::Move(id, bank)),
        2 => id.prop_map(Op::Delete),
        1 => Just(Op::Reconcile),
    ];
    prop::collection::vec(op, 0..60)
}

/// Panels by id, and slots by kind and bank.
#[derive(Default)]
struct Model {
    panels: BTreeMap<u16, (PanelKind, u8)>,
    slots: HashMap<(PanelKind, u8), u16>,
}

impl Model {
    fn apply(&mut self, op: &Op) {
        let valid = |kind: PanelKind, bank: u8| kind != PanelKind::Piano || bank < 2;
        match *op {
            Op::Create(id, kind, bank, on) if valid(kind, bank) && !self.panels.contains_key(&id) => {
                self.panels.insert(id, (kind, bank));
                if on {
                    self.slots.entry((kind, bank)).or_insert(id);
                }
            }
            Op::Activate(id) => {
                if let Some(slot) = self.panels.get(&id) {
                    self.slots.insert(*slot, id);
                }
            }
            Op::Deactivate(id) => self.slots.retain(|_, active| *active != id),
            Op::Move(id, bank) => {
                let Some((kind, old)) = self.panels.get(&id).copied() else { return };
                if !valid(kind, bank) {
                    return;
                }
                self.panels.insert(id, (kind, bank));
                if bank != old && self.slots.get(&(kind, old)) == Some(&id) {
                    self.slots.remove(&(kind, old));
                    self.slots.entry((kind, bank)).or_insert(id);
                }
            }
            Op::Delete(id) => {
                self.panels.remove(&id);
                self.slots.retain(|_, active| *active != id);
            }
            Op::Reconcile => {
                let mut candidates: HashMap<(PanelKind, u8), Vec<u16>> = HashMap::new();
                for (id, slot) in &self.panels {
                    candidates.entry(*slot).or_default().push(*id);
                }
                for (slot, ids) in candidates.into_iter().filter(|(_, ids)| ids.len() == 1) {
                    self.slots.entry(slot).or_insert(ids[0]);
                }
            }
            Op::Create(..) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn slots_are_those_of_a_plain_model(ops in ops()) {
        let (mut panels, mut model) = (Few::new(), Model::default());
        for op in &ops {
            match *op {
                Op::Create(id, kind, bank, on) => _ = panels.create(panel(id, kind, bank, on)),
                Op::Activate(id) => _ = panels.activate(PanelId(id)),
                Op::Deactivate(id) => _ = panels.deactivate(PanelId(id)),
                Op::Move(id, bank) => _ = panels.update(PanelId(id), to_bank(bank)),
                Op::Delete(id) => _ = panels.delete(PanelId(id)),
                Op::Reconcile => panels.reconcile(|_| None, |_| {}),
            }
            model.apply(op);
            for kind in PanelKind::ALL {
                for bank in 0..4 {
                    let all = panels.as_slice().iter().filter(|p| p.is_active && p.kind == kind && p.bank.0 == bank);
                    let all: Vec<u16> = all.map(|panel| panel.id.0).collect();
                    let expected: Vec<u16> = model.slots.get(&(kind, bank)).copied().into_iter().collect();
                    prop_assert_eq!(all, expected, "{:?} {} after {:?}", kind, bank, op);
                }
            }
            prop_assert_eq!(panels.as_slice().len(), model.panels.len());
        }
    }
}
