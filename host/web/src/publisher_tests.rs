//! A copy that applies every patch is the state, whatever is patched and whoever is dropped on the way.

use super::*;
use crate::merge::{apply, tests as any};
use proptest::prelude::*;
use serde_json::json;

/// A client: the state it was given and what it makes of the patches.
struct Copy {
    state: Value,
    seq: u64,
    events: mpsc::Receiver<Arc<str>>,
}

impl Copy {
    fn of(publisher: &mut Publisher) -> Self {
        let Subscription { state, seq, events } = publisher.subscribe();
        Self { state: serde_json::from_str(&state).expect("JSON"), seq, events }
    }

    /// Hears what waits; false once it was dropped.
    fn hear(&mut self) -> bool {
        loop {
            match self.events.try_recv() {
                Ok(message) => {
                    let mut message: Value = serde_json::from_str(&message).expect("JSON");
                    self.seq += 1;
                    assert_eq!(message["seq"], self.seq, "a gap");
                    apply(&mut self.state, message["patch"].take());
                }
                Err(mpsc::error::TryRecvError::Empty) => return true,
                Err(mpsc::error::TryRecvError::Disconnected) => return false,
            }
        }
    }
}

fn event() -> Event {
    Event::Bank { bank: "A".into() }
}

proptest! {
    #[test]
    fn a_copy_is_the_state(start in any::state(), patches in prop::collection::vec((any::value(), any::<bool>()), 0..20)) {
        let mut publisher = Publisher::new(start);
        let mut copy = Copy::of(&mut publisher);
        for (patch, hears) in patches {
            // A state stays an object.
            let patch = if patch.is_object() { patch } else { json!({"a": patch}) };
            publisher.publish(&event(), patch);
            if hears {
                prop_assert!(copy.hear());
                prop_assert_eq!(&copy.state, publisher.state());
            }
        }
        prop_assert!(copy.hear());
        prop_assert_eq!(publisher.stamp(), Stamp { seq: copy.seq, hash: hash::hash(&copy.state) });
        let text: Value = serde_json::from_str(&publisher.text()).expect("JSON");
        prop_assert_eq!(&text, publisher.state());
    }

    #[test]
    fn another_state_is_reached_by_its_difference(start in any::state(), other in any::value()) {
        let mut publisher = Publisher::new(start);
        let mut copy = Copy::of(&mut publisher);
        let other = json!({"a": other, "b": null});
        publisher.replace(&Event::Replaced {}, other.clone());
        prop_assert!(copy.hear());
        prop_assert_eq!(&copy.state, publisher.state());
        prop_assert_eq!(publisher.state(), &merge::without_nulls(other));
    }
}

#[test]
fn who_does_not_listen_is_dropped_and_comes_back_whole() {
    let mut publisher = Publisher::new(json!({"n": 0}));
    let (mut quick, mut slow, gone) = (Copy::of(&mut publisher), Copy::of(&mut publisher), Copy::of(&mut publisher));
    drop(gone);
    for n in 1..=QUEUE + 1 {
        publisher.publish(&event(), json!({ "n": n }));
        assert!(quick.hear());
        assert_eq!(publisher.subscribers(), if n <= QUEUE { 2 } else { 1 });
    }
    assert!(!slow.hear());
    assert_eq!(slow.state["n"], QUEUE);
    let mut back = Copy::of(&mut publisher);
    publisher.publish(&event(), json!({"n": null, "m": 1}));
    assert!(quick.hear() && back.hear());
    assert_eq!(quick.state, json!({"m": 1}));
    assert_eq!((back.state, back.seq), (quick.state, quick.seq));
}

#[test]
fn the_message_is_as_promised() {
    let mut publisher = Publisher::new(json!({}));
    let mut heard = publisher.subscribe();
    publisher.publish(&Event::PanelDeleted { panel: "p1".into() }, json!({"panels": {"p1": null}}));
    let mut message: Value = serde_json::from_str(&heard.events.try_recv().expect("a message")).expect("JSON");
    assert!(message["ts"].take().as_f64().is_some_and(|ts| ts > 1.7e9));
    assert_eq!(
        message,
        json!({"type": "event", "seq": 1, "event": "panel.deleted", "payload": {"instanceId": "p1"},
            "patch": {"panels": {"p1": null}}, "ts": null})
    );
}
