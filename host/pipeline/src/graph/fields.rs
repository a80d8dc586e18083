//! What may stand in a graph file: one table that the reader, the schema and the documentation share.

use crate::declare::{Overflow, ReaderPolicy, Wait};

/// The form of graph file that is written.
pub(crate) const FORMAT_VERSION: i64 = 2;

/// Most entries of one list of a file: streams, events, tasks, or bindings of a task.
pub(crate) const MAX_ENTRIES: usize = 4096;

/// Restarts of a task that says `on_crash = "restart"` and no more.
pub(crate) const RESTARTS: u32 = 3;

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Of {
    /// Any text.
    Text,
    /// A name: see [`crate::rules::NAME`].
    Name,
    /// A whole number in this range.
    Count { min: u64, max: u64 },
    /// A finite number above 0.
    Positive,
    /// A truth.
    Bool,
    /// A list of dimensions.
    Shape,
    /// The name of an element type.
    DType,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Values by name.
    Params,
    /// Streams by local name, with a policy each.
    Reads,
    /// Names by local name.
    Names,
    /// A list of tables with these fields.
    Tables(&'static [Field]),
}

/// A field of a graph file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// Its key.
    pub key: &'static str,
    /// What it holds.
    pub of: Of,
    /// Whether it must be there.
    pub required: bool,
    /// What it says, in a line.
    pub summary: &'static str,
}

const fn must(key: &'static str, of: Of, summary: &'static str) -> Field {
    Field { key, of, required: true, summary }
}

const fn may(key: &'static str, of: Of, summary: &'static str) -> Field {
    Field { key, of, required: false, summary }
}

/// Words of `overflow`.
pub(crate) const OVERFLOWS: [(&str, Overflow); 2] = [("block", Overflow::Block), ("drop-newest", Overflow::DropNewest)];

/// Words of `policy`.
pub(crate) const POLICIES: [(&str, ReaderPolicy); 3] =
    [("lossless", ReaderPolicy::Lossless), ("drop-oldest", ReaderPolicy::DropOldest), ("latest", ReaderPolicy::Latest)];

/// Words of `wait`.
pub(crate) const WAITS: [(&str, Wait); 2] = [("park", Wait::Park), ("spin", Wait::Spin)];

/// The word that stands for `value`.
pub(crate) fn word<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> &'static str {
    words.iter().find(|(_, of)| of == value).map_or("", |(word, _)| word)
}

const ANY_COUNT: Of = Of::Count { min: 0, max: u32::MAX as u64 };

/// The file itself.
pub(crate) const GRAPH: &[Field] = &[
    must("format_version", Of::Count { min: 1, max: FORMAT_VERSION as u64 }, "the form of this file: 2"),
    must("name", Of::Name, "the pipeline's name"),
    may("description", Of::Text, "what it is for"),
    may(
        "max_latency_ms",
        Of::Positive,
        "the longest time that data may take from any source to any sink, in milliseconds",
    ),
    may("streams", Of::Tables(STREAM), "rings of frames"),
    may("events", Of::Tables(EVENT), "counts that tasks wait for"),
    may("tasks", Of::Tables(TASK), "what runs"),
];

/// An entry of `streams`.
pub(crate) const STREAM: &[Field] = &[
    must("name", Of::Name, "its name, alone among the streams"),
    may("shape", Of::Shape, "dimensions of a frame, rows first; left out together with dtype: what the writer makes"),
    may("dtype", Of::DType, "type of its elements"),
    may("rate", Of::Positive, "rows a second of the signal"),
    may("frames", ANY_COUNT, "frames that the ring holds, rounded up to a power of two: 32 when nothing is said"),
    may(
        "overflow",
        Of::Word(&["block", "drop-newest"]),
        "what the writer does when a lossless reader has no room: wait (block), or drop what it has",
    ),
    may("delay_frames", ANY_COUNT, "frames of zeros that are there before the start: what allows a cycle"),
    may("export", Of::Text, "the name under which other processes may read it"),
    may("import", Of::Text, "the exported stream that it is filled from; then no task writes it"),
    may("description", Of::Text, "what it carries"),
];

/// An entry of `events`.
pub(crate) const EVENT: &[Field] = &[
    must("name", Of::Name, "its name, alone among the events"),
    may("initial", ANY_COUNT, "signals that are pending at the start: 0 when nothing is said"),
    may("description", Of::Text, "what it means"),
];

/// An entry of `tasks`.
pub(crate) const TASK: &[Field] = &[
    must("name", Of::Name, "its name, alone among the tasks"),
    may("kind", Of::Text, "what it does; every task but a terminator has one"),
    may("reads", Of::Reads, "streams that it reads, by the kind's names of its inputs"),
    may("writes", Of::Names, "streams that it writes, by the kind's names of its outputs"),
    may("events", Of::Names, "events, by local name"),
    may("params", Of::Params, "the kind's parameters"),
    may(
        "control",
        Of::Word(&["switchable", "toggleable", "terminator"]),
        "run while an event is open, run once a signal, or only stop reading",
    ),
    may("activate_on", Of::Name, "the local name of the event that a switchable or toggleable task waits for"),
    may("place", Of::Word(&["thread", "process"]), "where it runs: a thread of the program, or a process of its own"),
    may("core", Of::Count { min: 0, max: 4095 }, "the core it is pinned to, from 0"),
    may("realtime", Of::Bool, "whether its thread asks for real-time priority"),
    may(
        "on_crash",
        Of::Word(&["stop", "restart", "isolate"]),
        "what its failure does: stop the pipeline, start it again, or end its streams",
    ),
    may("restarts", ANY_COUNT, "how often it is started again at most: 3 when nothing is said"),
    may("wait", Of::Word(&["park", "spin"]), "how it waits: asleep, or looking again and again on a core of its own"),
    may("description", Of::Text, "what it does here"),
];

/// An entry of a task's `reads` that says more than the stream's name.
pub(crate) const READ: &[Field] = &[
    must("stream", Of::Name, "the stream"),
    may(
        "policy",
        Of::Word(&["lossless", "drop-oldest", "latest"]),
        "hold the writer back; be overtaken and told so; or always read the newest frame",
    ),
];

/// The streams of a file of PYTHUSA; what its rings do about a full ring does not matter here.
pub(crate) const STREAM_1: &[Field] = &[
    must("name", Of::Name, ""),
    must("shape", Of::Shape, ""),
    must("dtype", Of::DType, ""),
    may("frames", ANY_COUNT, ""),
    may("cache_align", Of::Bool, ""),
    may("min_reader_pos_refresh_interval", ANY_COUNT, ""),
    may("min_reader_pos_refresh_s", Of::Positive, ""),
    may("description", Of::Text, ""),
];

/// The events of a file of PYTHUSA.
pub(crate) const EVENT_1: &[Field] =
    &[must("name", Of::Name, ""), may("initial_state", Of::Bool, ""), may("description", Of::Text, "")];

/// The tasks of a file of PYTHUSA.
pub(crate) const TASK_1: &[Field] = &[
    must("name", Of::Name, ""),
    must("function_module", Of::Text, ""),
    must("function_qualname", Of::Text, ""),
    may("reads", Of::Names, ""),
    may("writes", Of::Names, ""),
    may("events", Of::Names, ""),
    may("control_mode", Of::Word(&["switchable", "toggleable"]), ""),
    may("control_event", Of::Name, ""),
    may("description", Of::Text, ""),
];
