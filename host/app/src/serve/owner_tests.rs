//! The owner on a real session without a card: whatever is asked, what is served is what is, and a copy follows.

use super::super::actions::Deeds;
use super::super::inbox::{Inbox, Post};
use super::super::recent;
use super::super::sound::{self, Manner, Offer};
use super::{Owner, Parts};
use crate::live::{self, Hardware, Running, Settings, Sound};
use crate::separate::Runner;
use crate::studio::{Folder, Studio, Vault, rack};
use crate::{Instrument, instrument};
use proptest::prelude::*;
use ripieno_midi::{Driver, Inputs};
use ripieno_web::shape::*;
use ripieno_web::{Refusal, Reply, Request, Subscription, Tickets, merge};
use serde_json::{Value, json};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::oneshot;

const PATIENCE: Duration = Duration::from_secs(20);

/// An owner, and a client that follows it.
struct Stage {
    owner: Option<Owner>,
    inbox: Receiver<Inbox>,
    client: Subscription,
    copy: Value,
    seq: u64,
    _session: Running,
    folder: TempDir,
}

impl Stage {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("studio.toml");
        ripieno_ports::Storage::store(&mut ripieno_files::FileStorage::new(&path), text.as_bytes()).unwrap();
        Self::open(folder)
    }

    fn open(folder: TempDir) -> Self {
        let path = folder.path().join("studio.toml");
        let studio = Studio::open(Folder::at(&path)).unwrap();
        let (post, inbox) = Post::new();
        let saving = post.clone();
        let save = move |settings: &Settings| {
            let (reply, answer) = mpsc::sync_channel(1);
            saving.send(Inbox::Save(settings.clone(), reply));
            answer.recv().unwrap_or_else(|_| Err("over".into()))
        };
        let name = instrument::ALL.to_owned();
        let (noted, recent) = recent::noting(None::<Inputs>);
        let session = live::start(live::Parts {
            devices: Hardware::without_card(),
            midi: noted,
            inputs: Box::new(Vec::new),
            instrument: (Instrument::open(name.as_ref()).unwrap(), name.clone()),
            settings: studio.model().audio.clone(),
            sound: Sound::default(),
            save: Box::new(save),
        })
        .unwrap();
        let heard = post.clone();
        session.handle().outcomes(move |outcome| heard.send(Inbox::Heard(outcome)));
        let parts = Parts {
            secrets: Vault::beside(&path).unwrap(),
            folder: folder.path().into(),
            session: session.handle(),
            offer: Offer { choices: sound::choices(&[], folder.path()), current: name },
            manner: Manner::default(),
            deeds: Deeds::start(Driver::System, post.clone()).unwrap(),
            lights: None,
            pipeline: None,
            recent,
            boards: None,
            separator: (Runner::new(true).unwrap(), None),
            tickets: Tickets::default(),
            studio,
            post,
        };
        let mut owner = Owner::new(parts).unwrap();
        let client = owner.publisher.subscribe();
        let copy = serde_json::from_str(&client.state).unwrap();
        Self { seq: client.seq, owner: Some(owner), inbox, client, copy, _session: session, folder }
    }

    fn owner(&mut self) -> &mut Owner {
        self.owner.as_mut().expect("it is there until the end")
    }

    /// Asks, and lets happen what has to until the answer is there.
    fn ask<T>(&mut self, request: impl FnOnce(Reply<T>) -> Request) -> Result<T, Refusal> {
        let (reply, mut answer) = oneshot::channel();
        self.owner().take(Inbox::Web(request(reply)));
        let start = Instant::now();
        loop {
            if let Ok(answer) = answer.try_recv() {
                self.check();
                return answer;
            }
            assert!(start.elapsed() < PATIENCE, "no answer");
            self.turn(Duration::from_millis(5));
        }
    }

    /// Takes what comes within a time.
    fn turn(&mut self, wait: Duration) {
        if let Ok(message) = self.inbox.recv_timeout(wait) {
            self.owner().take(message);
        }
    }

    /// Lets everything happen until something is so.
    fn until(&mut self, is_so: impl Fn(&Owner) -> bool) {
        let start = Instant::now();
        while !is_so(self.owner()) {
            assert!(start.elapsed() < PATIENCE, "it does not become so");
            self.turn(Duration::from_millis(5));
        }
        self.check();
    }

    /// What is served is what is, and what a client has that follows.
    fn check(&mut self) {
        while let Ok(message) = self.client.events.try_recv() {
            let message: Value = serde_json::from_str(&message).unwrap();
            self.seq += 1;
            assert_eq!(message["seq"], self.seq, "{message}");
            merge::apply(&mut self.copy, message["patch"].clone());
        }
        let owner = self.owner.as_ref().expect("it is there until the end");
        let tree = merge::without_nulls(owner.tree());
        for (part, value) in tree.as_object().unwrap() {
            assert_eq!(&owner.publisher.state()[part], value, "{part} is served otherwise than it is");
        }
        assert_eq!(owner.publisher.state().as_object().unwrap().len(), tree.as_object().unwrap().len());
        assert!(self.copy == *owner.publisher.state(), "a copy does not follow");
    }

    fn press(&mut self, note: u8) -> Result<Pressed, Refusal> {
        self.ask(|reply| Request::Press { note, velocity: 100, reply })
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // In the order of the program: who waits for the owner learns that it is gone.
        let (_, never) = mpsc::channel();
        drop(std::mem::replace(&mut self.inbox, never));
        self.owner = None;
    }
}

#[test]
fn a_panel_that_a_pad_switches_is_kept_as_one_step() {
    let mut stage = Stage::new("");
    let new = NewPanel { kind: Kind::Pad, bank: None, preset: None, title: None, activate: false };
    let id = stage.ask(|reply| Request::CreatePanel(new, reply)).unwrap().id;
    let change = serde_json::from_value(json!({"action": {"type": "panel", "panel": id}})).unwrap();
    let at = EntryAddress { source: "16".into(), ..EntryAddress::default() };
    stage.ask(|reply| Request::ChangeEntry(Kind::Pad, "Drums".into(), at, change, reply)).unwrap();
    // What the panels say of set-ups is no wish of anybody.
    let steps = stage.owner().history().undo;
    let slot = (Kind::Pad, "A".to_owned());
    assert_ne!(stage.owner().studio.model().active[&slot], id);
    stage.press(16).unwrap();
    let wanted = id.clone();
    stage.until(move |owner| owner.studio.model().active[&(Kind::Pad, "A".to_owned())] == wanted);
    let learn = LearnChange { preset: Some("Drums".into()), kind: Some(Kind::Pad), ..LearnChange::default() };
    stage.ask(|reply| Request::ChangeLearn(learn, reply)).unwrap();
    stage.ask(Request::StopLearn).unwrap();
    let end = Instant::now() + Duration::from_millis(200);
    while Instant::now() < end {
        stage.turn(Duration::from_millis(5));
    }
    assert_eq!((stage.owner().history().undo, &stage.owner().studio.model().active[&slot]), (steps + 1, &id));
    stage.check();
}

/// One thing that a client may do, by a few numbers.
#[derive(Clone, Debug)]
enum Deed {
    Create(u8, u8, bool),
    Change(usize, u8, u8),
    Activate(usize, bool),
    Delete(usize),
    Reconcile(bool),
    NewPreset(u8, u8),
    Rename(usize, u8),
    DeletePreset(usize),
    Entry(usize, u8, u8),
    Clear(usize, u8),
    Swap(usize, u8, u8),
    Fx(u8, u8),
    Press(u8),
    Turn(u8, u8),
    Key(u8, bool),
    Learn(usize, u8),
    StopLearn,
    Setting(u8),
    Undo,
    Redo,
    Profile(u8, bool),
    Tick,
}

fn deed() -> impl Strategy<Value = Deed> {
    use Deed::*;
    prop_oneof![
        (any::<u8>(), any::<u8>(), any::<bool>()).prop_map(|(kind, bank, on)| Create(kind, bank, on)),
        (0..9_usize, any::<u8>(), any::<u8>()).prop_map(|(n, bank, title)| Change(n, bank, title)),
        (0..9_usize, any::<bool>()).prop_map(|(n, on)| Activate(n, on)),
        (0..9_usize).prop_map(Delete),
        any::<bool>().prop_map(Reconcile),
        (any::<u8>(), any::<u8>()).prop_map(|(kind, name)| NewPreset(kind, name)),
        (0..9_usize, any::<u8>()).prop_map(|(n, name)| Rename(n, name)),
        (0..9_usize).prop_map(DeletePreset),
        (0..9_usize, any::<u8>(), any::<u8>()).prop_map(|(n, at, what)| Entry(n, at, what)),
        (0..9_usize, any::<u8>()).prop_map(|(n, at)| Clear(n, at)),
        (0..9_usize, any::<u8>(), any::<u8>()).prop_map(|(n, a, b)| Swap(n, a, b)),
        (any::<u8>(), any::<u8>()).prop_map(|(param, value)| Fx(param, value)),
        (0..40_u8).prop_map(Press),
        (44..56_u8, 0..128_u8).prop_map(|(cc, value)| Turn(cc, value)),
        (0..128_u8, any::<bool>()).prop_map(|(note, on)| Key(note, on)),
        (0..9_usize, any::<u8>()).prop_map(|(n, what)| Learn(n, what)),
        Just(StopLearn),
        any::<u8>().prop_map(Setting),
        Just(Undo),
        Just(Redo),
        (0..3_u8, any::<bool>()).prop_map(|(n, load)| Profile(n, load)),
        Just(Tick),
    ]
}

fn kind(n: u8) -> Kind {
    [Kind::Pad, Kind::Knob, Kind::Piano][usize::from(n) % 3]
}

fn action(n: u8) -> Value {
    [
        json!({"type": "panic"}),
        json!({"type": "fx", "target": "reverb.mix"}),
        json!({"type": "note", "note": 60, "channel": 1}),
        json!({"type": "next_bank", "by": 1}),
        json!({"type": "launch", "argv": ["true"]}),
        json!({"type": "nonsense"}),
    ][usize::from(n) % 6]
        .clone()
}

impl Stage {
    /// Does it; refusals are part of the game.
    fn act(&mut self, deed: &Deed) {
        let model = self.owner().studio.model();
        let panel = |n: usize| model.panels.get(n).map_or("nobody".to_owned(), |panel| panel.id.clone());
        let preset = |n: usize| model.presets.get(n).map_or((Kind::Pad, "none".into()), |p| (p.kind, p.id.clone()));
        let at = |kind, n: u8| EntryAddress {
            source: if kind == Kind::Knob { (48 + n % 4).to_string() } else { (36 + n % 8).to_string() },
            channel: (n > 128).then_some(n % 20),
            ..EntryAddress::default()
        };
        let bank = |n: u8| Some(["A", "B", "play", "map", "Q"][usize::from(n) % 5].to_owned());
        let name = |n: u8| ["Drums", "drums ", "More", "", "Ünder_9"][usize::from(n) % 5].to_owned();
        match *deed {
            Deed::Create(of, at, activate) => {
                let new = NewPanel { kind: kind(of), bank: bank(at), preset: None, title: None, activate };
                drop(self.ask(|reply| Request::CreatePanel(new, reply)));
            }
            Deed::Change(n, to, title) => {
                let change = PanelChange { bank: bank(to), title: (title > 128).then(|| name(title)), preset: None };
                let id = panel(n);
                drop(self.ask(|reply| Request::ChangePanel(id, change, reply)));
            }
            Deed::Activate(n, on) => {
                let id = panel(n);
                drop(self.ask(|reply| Request::ActivatePanel(id, on, reply)));
            }
            Deed::Delete(n) => {
                let id = panel(n);
                drop(self.ask(|reply| Request::DeletePanel(id, reply)));
            }
            Deed::Reconcile(fix_titles) => drop(self.ask(|reply| Request::Reconcile { fix_titles, reply })),
            Deed::NewPreset(of, as_) => drop(self.ask(|reply| Request::CreatePreset(kind(of), name(as_), reply))),
            Deed::Rename(n, to) => {
                let ((kind, id), name) = (preset(n), name(to));
                drop(self.ask(|reply| Request::RenamePreset(kind, id, name, reply)));
            }
            Deed::DeletePreset(n) => {
                let (kind, id) = preset(n);
                drop(self.ask(|reply| Request::DeletePreset(kind, id, reply)));
            }
            Deed::Entry(n, place, what) => {
                let (kind, id) = preset(n);
                let change = json!({"label": name(what), "action": action(what)});
                let change = serde_json::from_value(change).unwrap();
                let at = at(kind, place);
                drop(self.ask(|reply| Request::ChangeEntry(kind, id, at, change, reply)));
            }
            Deed::Clear(n, place) => {
                let (kind, id) = preset(n);
                let at = at(kind, place);
                drop(self.ask(|reply| Request::ClearEntry(kind, id, at, reply)));
            }
            Deed::Swap(n, a, b) => {
                let (kind, id) = preset(n);
                let (a, b) = (at(kind, a), at(kind, b));
                drop(self.ask(|reply| Request::SwapEntries(kind, id, a, b, reply)));
            }
            Deed::Fx(param, value) => {
                let names: Vec<&str> = ripieno_fx::PARAMS.iter().map(|info| info.name).chain(rack::BYPASS).collect();
                let mut order = rack::names(&rack::usual());
                let count = order.len();
                order.rotate_left(usize::from(value) % count);
                let change = match names.get(usize::from(param) % (names.len() + 2)) {
                    Some(name) => json!({ *name: f32::from(value) / 200.0 }),
                    None => json!({ "order": order }),
                };
                drop(self.ask(|reply| Request::ChangeEffects(change, reply)));
            }
            Deed::Press(note) => {
                drop(self.press(note));
                drop(self.ask(|reply| Request::Release { note, reply }));
            }
            Deed::Turn(cc, value) => drop(self.ask(|reply| Request::Turn { cc, value, reply })),
            Deed::Key(note, on) => {
                let velocity = on.then_some(90);
                drop(self.ask(|reply| Request::Key { note, velocity, bank: None, reply }));
            }
            Deed::Learn(n, what) => {
                let (kind, id) = preset(n);
                let targets = vec![serde_json::from_value(action(what)).unwrap()];
                let change = LearnChange { preset: Some(id), kind: Some(kind), targets, replace: what > 99 };
                drop(self.ask(|reply| Request::ChangeLearn(change, reply)));
            }
            Deed::StopLearn => drop(self.ask(Request::StopLearn)),
            Deed::Setting(n) => {
                let key = if n > 40 { "ui_layout" } else { "token" };
                drop(self.ask(|reply| Request::ChangeSetting(key.into(), json!({"n": n}), reply)));
            }
            Deed::Undo => drop(self.ask(Request::Undo)),
            Deed::Redo => drop(self.ask(Request::Redo)),
            Deed::Profile(n, load) => {
                let name = format!("p{n}");
                if load {
                    drop(self.ask(|reply| Request::LoadProfile(name, reply)));
                } else {
                    drop(self.ask(|reply| Request::SaveProfile(name, reply)));
                }
            }
            Deed::Tick => {
                self.owner().tick(Instant::now() + Duration::from_secs(5));
                self.check();
            }
        }
        // What the panels say meanwhile.
        (0..8).for_each(|_| self.turn(Duration::ZERO));
        self.check();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_asked_copies_follow_and_a_restart_brings_the_same(deeds in proptest::collection::vec(deed(), 1..30)) {
        let mut stage = Stage::new("");
        deeds.iter().for_each(|deed| stage.act(deed));
        stage.owner().keep_all();
        let state = stage.owner().publisher.state().clone();
        let folder = std::mem::replace(&mut stage.folder, tempfile::tempdir().unwrap());
        drop(stage);
        let mut again = Stage::open(folder);
        let restored = again.owner().publisher.state().clone();
        for part in ["panels", "active_panels", "presets", "fx", "fx_order", "settings", "profiles", "history"] {
            prop_assert_eq!(&restored[part], &state[part], "{} after a restart", part);
        }
    }
}

#[path = "shelf_tests.rs"]
mod shelf;
