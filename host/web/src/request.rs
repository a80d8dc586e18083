//! What the server asks of the state's owner. The server holds no state: each request carries the way back for its answer.

use crate::publisher::{Stamp, Subscription};
use crate::shape::*;
use crate::upload::Intake;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Why something was not done. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such thing: 404.
    #[error("{0}")]
    Unknown(String),
    /// It makes no sense: 400.
    #[error("{0}")]
    Invalid(String),
    /// It is in the way of something else: 409.
    #[error("{0}")]
    Conflict(String),
    /// It is not allowed: 403.
    #[error("{0}")]
    Denied(String),
    /// Not now: 503.
    #[error("{0}")]
    Unavailable(String),
    /// It went wrong: 500.
    #[error("{0}")]
    Failed(String),
}

/// The way back of an answer.
pub type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

/// The way to the owner: bounded, so that a flood is refused at the door.
pub type Requests = mpsc::Sender<Request>;

/// One request. Presets and panels are named by id or, presets, by name. Notes, velocities, controllers and their values are
/// 0 to 127 already; everything else that a client wrote is the owner's to check.
#[derive(Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is the route of its name")]
pub enum Request {
    /// The whole state and everything that follows.
    Subscribe(Reply<Subscription>),
    /// The whole state, as JSON text.
    State(Reply<Arc<str>>),
    /// The number and hash of the whole state.
    Stamp(Reply<Stamp>),

    Panels(Reply<Panels>),
    CreatePanel(NewPanel, Reply<Panel>),
    ChangePanel(String, PanelChange, Reply<Panel>),
    DeletePanel(String, Reply<()>),
    ActivatePanel(String, bool, Reply<()>),
    Reconcile {
        fix_titles: bool,
        reply: Reply<Reconciled>,
    },

    Presets(Kind, Reply<Vec<Preset>>),
    CreatePreset(Kind, String, Reply<Preset>),
    RenamePreset(Kind, String, String, Reply<Preset>),
    DeletePreset(Kind, String, Reply<()>),
    ChangeEntry(Kind, String, EntryAddress, EntryChange, Reply<Entry>),
    /// Takes away what it does; the entry goes if it has nothing left.
    ClearEntry(Kind, String, EntryAddress, Reply<()>),
    SwapEntries(Kind, String, EntryAddress, EntryAddress, Reply<()>),

    /// A control is used from the page: a pad (`note`), a knob (`cc`) or a key, as if its device had sent it.
    Press {
        note: u8,
        velocity: u8,
        reply: Reply<Pressed>,
    },
    Release {
        note: u8,
        reply: Reply<Pressed>,
    },
    Turn {
        cc: u8,
        value: u8,
        reply: Reply<Pressed>,
    },
    /// `bank` is `play` or `map`, or nothing for whatever is active.
    Key {
        note: u8,
        velocity: Option<u8>,
        bank: Option<String>,
        reply: Reply<Pressed>,
    },
    Panic(Reply<()>),

    MidiStatus(Reply<MidiStatus>),
    MidiReconnect(Reply<MidiStatus>),
    Learn(Reply<Learn>),
    ChangeLearn(LearnChange, Reply<Learn>),
    StopLearn(Reply<Learn>),
    /// What a control does, everywhere.
    Uses(EntryAddress, Reply<Vec<Use>>),
    /// Takes a control out of a preset.
    Unlearn(Kind, String, EntryAddress, Reply<()>),
    /// Kinds of action, their fields, and whether they are allowed.
    Actions(Reply<Value>),
    /// Controller descriptions that a device may have.
    Layouts(Reply<Value>),
    /// Connected controllers that run Ripieno.
    Controllers(Reply<Vec<Controller>>),
    /// The last messages of all inputs, the oldest first.
    MidiRecent(Reply<Vec<HeardMidi>>),

    Instruments(Reply<Instruments>),
    Instrument(String, Reply<Instruments>),
    /// Effect and parameter to value, 0 to 1; `reverb.bypass` and the like to 0 or 1; `order` to the effects' names.
    Effects(Reply<Value>),
    /// The same, to be changed: parameters are numbers, bypasses numbers or booleans, `order` is as the client wrote it.
    ChangeEffects(Value, Reply<Value>),
    /// The effects in the order of the chain.
    EffectUnits(Reply<Vec<EffectUnit>>),
    AudioDevices(Reply<AudioDevices>),
    /// What is not applied, or is refused as invalid, is answered with 400 and the reason.
    ChangeAudio(AudioSettings, Reply<AudioApplied>),

    Settings(Reply<Settings>),
    ChangeSetting(String, Value, Reply<()>),
    Profiles(Reply<Profiles>),
    LoadProfile(String, Reply<Profiles>),
    SaveProfile(String, Reply<Profiles>),
    History(Reply<History>),
    Undo(Reply<History>),
    Redo(Reply<History>),

    /// All recordings, by id, looked for anew.
    Recordings(Reply<BTreeMap<String, Recording>>),
    /// Somewhere for the bytes of a recording of this name.
    Upload(String, Reply<Box<dyn Intake>>),
    /// Takes a recording away, and its stems.
    DeleteRecording(String, Reply<()>),
    /// The outline of a recording, or of a stem, in so many parts.
    Peaks {
        recording: String,
        stem: Option<String>,
        buckets: usize,
        reply: Reply<Peaks>,
    },
    /// An address of a recording, or of a stem.
    Ticket(String, TicketWish, Reply<Ticket>),
    Models(Reply<Models>),
    PlanSeparation(Box<Separation>, Reply<SeparationPlan>),

    Operations(Reply<Vec<Operation>>),
    Operation(String, Reply<Operation>),
    StartOperation(NewOperation, Reply<Operation>),
    CancelOperation(String, Reply<Operation>),
    Telemetry(Reply<Telemetry>),
    Log(Reply<Vec<LogEntry>>),

    /// The figures of the pipeline that runs beside.
    Pipeline(Reply<Value>),
    /// Its graph as SVG.
    PipelinePicture(Reply<String>),
    /// Its tasks as its graph declares them.
    PipelineTasks(Reply<Vec<TaskShape>>),
    /// Does something with one of its tasks, and says what was done.
    ChangeTask(String, TaskChange, Reply<String>),
    /// Signals one of its events, and says so.
    SignalEvent(String, Reply<String>),
    /// The newest frame of a stream, so many rows of it at most.
    Tap {
        stream: String,
        rows: usize,
        reply: Reply<StreamFrame>,
    },
    /// Its file.
    PipelineSource(Reply<PipelineSource>),
    /// Reads its file again. What is wrong in the file is an answer, not a refusal.
    ReloadPipeline(Reply<PipelineReloaded>),
    /// All running pipelines of this user.
    Pipelines(Reply<Vec<FoundPipeline>>),
}
