//! All rules in one table: what their codes mean, an example of each, and how it is mended. `explain`, `RULES.md` and the
//! checks themselves read this table and no other.

use std::fmt;

/// Whether a broken rule prevents the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The pipeline is not started.
    Error,
    /// It is started, and does most likely not what was meant.
    Warning,
}

macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident = $code:literal, $severity:ident, $title:literal, $cause:literal, $example:literal, $fix:literal;)*) => {
        /// A rule's stable code: a program may rely on its text, a person may ask what it means. Basic rules come first: the
        /// first fault reported is the first to mend.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $title] $rule,)*
        }

        impl Code {
            /// All rules, basic ones first.
            pub const ALL: &'static [Self] = &[$(Self::$rule,)*];

            /// The code, as `P030`. Any.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$rule => $code,)* }
            }

            /// Whether breaking it prevents the start. Any.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$rule => Severity::$severity,)* }
            }

            /// The rule in a line. Any.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$rule => $title,)* }
            }

            /// Why there is such a rule. Any.
            pub const fn cause(self) -> &'static str {
                match self { $(Self::$rule => $cause,)* }
            }

            /// A piece of a graph file that breaks it. Any.
            pub const fn example(self) -> &'static str {
                match self { $(Self::$rule => $example,)* }
            }

            /// What to do about it. Any.
            pub const fn fix(self) -> &'static str {
                match self { $(Self::$rule => $fix,)* }
            }
        }
    };
}

rules! {
    Unreadable = "P000", Error, "a file that cannot be read",
        "There is no such file, it may not be read, or it is no text.",
        "ripieno graph check mising.toml",
        "Correct the path, or the file's permissions.";
    Syntax = "P001", Error, "not TOML",
        "A graph file is TOML, and this is not: a bracket or a quote is missing, a key stands twice, a value has no key.",
        "name = \"demo",
        "Mend the text where the mark is; TOML quotes every text and names every value.";
    TooLarge = "P002", Error, "a file larger than graphs are",
        "Files of more than 4 MiB, lists of more than 4096 entries and deeply nested values are refused before they cost time or memory.",
        "a list of 5000 streams",
        "Split the graph into several pipelines joined by `export` and `import`.";
    VersionMissing = "P003", Error, "no format_version",
        "The first line says which form of graph file this is, so that older programs refuse what they do not know.",
        "name = \"demo\"",
        "Write `format_version = 2` as the first line.";
    VersionUnknown = "P004", Error, "a format_version that is not known",
        "The file was written for another version of this program.",
        "format_version = 3",
        "Use version 2, or 1 for files of PYTHUSA; or a newer program.";
    UnknownKey = "P005", Error, "a key that means nothing",
        "A key that is not known would be ignored, and what it was to say would not happen.",
        "chanels = 2",
        "Correct the key, or remove it; `ripieno graph schema` lists all.";
    FieldType = "P006", Error, "a field of the wrong type",
        "A text stands where a number is expected, or the other way round.",
        "frames = \"32\"",
        "Write the type that the message names: texts in quotes, numbers and truths without.";
    FieldMissing = "P007", Error, "a field that must be there",
        "Everything has a name, every read a stream, and every task of a file a kind.",
        "[[streams]]\nframes = 8",
        "Add the field.";
    UnknownWord = "P008", Error, "a word that is not among those possible",
        "A field takes one of a few words.",
        "overflow = \"dropnewest\"",
        "Use one of the words that the message lists.";
    UnknownDType = "P009", Error, "an element type that does not exist",
        "Frames are of f32, f64, i16, i32, u8 or complex32, in this machine's byte order.",
        "dtype = \"float\"",
        "Use one of these, or NumPy's little-endian name of one, as `<f4`.";
    BadShape = "P010", Error, "a shape that no frame can have",
        "A frame has at most 4 dimensions, none of them 0, and at most 1 GiB.",
        "shape = [256, 0]",
        "Correct the shape; batch small frames rather than making large ones.";
    HalfSpec = "P011", Error, "a shape without a type, or a type without a shape",
        "Both together say what a frame is; both left out leave it to the writer's kind.",
        "shape = [256, 2]",
        "Give both `shape` and `dtype`, or neither.";
    FieldRange = "P012", Error, "a number outside its range",
        "A count or a rate is negative, zero, not finite, or too large to be meant.",
        "rate = -48000",
        "Use a number in the range that the message names.";
    ActivateMissing = "P013", Error, "a controlled task without its event",
        "A switchable or toggleable task waits for an event, and none is named.",
        "control = \"toggleable\"",
        "Name one of the task's events by its local name: `activate_on = \"go\"`.";
    ActivateAlone = "P014", Error, "activate_on without control",
        "Only switchable and toggleable tasks wait for an event before they run.",
        "activate_on = \"go\"",
        "Add `control = \"switchable\"` or `\"toggleable\"`, or remove `activate_on`.";
    RestartsAlone = "P015", Error, "restarts without a restart",
        "A number of restarts is given, but the task is not restarted when it fails.",
        "on_crash = \"stop\"\nrestarts = 3",
        "Write `on_crash = \"restart\"`, or remove `restarts`.";
    TerminatorBusy = "P016", Error, "a terminator with more than reads",
        "A terminator only stops reading: it runs nothing, writes nothing and waits for nothing.",
        "control = \"terminator\"\nkind = \"gain\"",
        "Remove everything but `reads`, or remove `control`.";
    RealtimeProcess = "P017", Error, "real-time priority in a process",
        "Only threads of the program ask for real-time priority.",
        "place = \"process\"\nrealtime = true",
        "Leave the task on a thread, or remove `realtime`.";
    NoRestarts = "P018", Error, "a restart at most 0 times",
        "A task that is restarted never is one that stops the pipeline.",
        "on_crash = \"restart\"\nrestarts = 0",
        "Give a limit of at least 1, or `on_crash = \"stop\"`.";
    BadName = "P020", Error, "a name with characters that names do not have",
        "Names stand in commands, paths and metrics: letters, digits, `_`, `-` and `.`, at most 64 of them, a letter or `_` first.",
        "name = \"left channel\"",
        "Use `_` or `-` in place of other characters.";
    DuplicateStream = "P021", Error, "two streams of one name",
        "A task that names the stream could mean either.",
        "[[streams]]\nname = \"mix\"\n[[streams]]\nname = \"mix\"",
        "Rename one of them, and what means it.";
    DuplicateEvent = "P022", Error, "two events of one name",
        "A task that names the event could mean either.",
        "[[events]]\nname = \"go\"\n[[events]]\nname = \"go\"",
        "Rename one of them, and what means it.";
    DuplicateTask = "P023", Error, "two tasks of one name",
        "Metrics, commands and faults name tasks.",
        "[[tasks]]\nname = \"fft\"\n[[tasks]]\nname = \"fft\"",
        "Rename one of them.";
    DuplicateLocal = "P024", Error, "a local name used twice in a task",
        "A task finds its streams and events by local names, over reads, writes and events together.",
        "reads = { x = \"a\" }\nwrites = { x = \"b\" }",
        "Give one of them another local name.";
    BadShareName = "P025", Error, "a name that cannot be shared",
        "An exported stream is a file of this name; over the network it is a key expression of Zenoh.",
        "export = \"../mix\"",
        "Use letters, digits, `_`, `-` and `.`, or `zenoh:` and a key such as `studio/mix`.";
    DuplicateExport = "P026", Error, "two streams exported under one name",
        "Whoever imports the name could be given either.",
        "export = \"mix\"",
        "Give each export a name of its own.";
    OwnImport = "P027", Error, "a stream imported from the pipeline itself",
        "An exported stream of the pipeline can be read directly; through the export it would wait for its own start.",
        "export = \"mix\"\nimport = \"mix\"",
        "Read the exported stream itself.";
    UnknownKind = "P030", Error, "a kind that does not exist",
        "A task names a kind that is not registered.",
        "kind = \"rfftt\"",
        "Name one of the kinds that `ripieno graph kinds` lists.";
    UnknownParam = "P031", Error, "a parameter that the kind does not have",
        "It would be ignored, and what it was to set would not be set.",
        "params = { gian = 0.5 }",
        "Correct the name; `ripieno graph kinds` lists each kind's parameters.";
    MissingParam = "P032", Error, "a parameter that must be given",
        "The kind cannot guess it.",
        "kind = \"record\"",
        "Add it to `params`.";
    ParamType = "P033", Error, "a parameter of the wrong type",
        "A parameter is a truth, a number, a whole number, a word, a text or a list of numbers.",
        "params = { gain = \"0.5\" }",
        "Write the type that the message names.";
    ParamRange = "P034", Error, "a parameter outside its range",
        "The kind works only within these bounds, or with one of these words.",
        "params = { taps = 0 }",
        "Use a value that the message names.";
    UnknownInput = "P035", Error, "an input that the kind does not have",
        "A stream is bound to a local name that the kind does not read.",
        "reads = { input = \"a\" }",
        "Use the kind's own name of the input.";
    UnknownOutput = "P036", Error, "an output that the kind does not have",
        "A stream is bound to a local name that the kind does not write.",
        "writes = { output = \"a\" }",
        "Use the kind's own name of the output.";
    UnknownReadStream = "P037", Error, "a read of a stream that does not exist",
        "A task reads a stream that is not declared.",
        "reads = { in = \"signl\" }",
        "Correct the name, or declare the stream.";
    UnknownWriteStream = "P038", Error, "a write to a stream that does not exist",
        "A task writes a stream that is not declared.",
        "writes = { out = \"spectrm\" }",
        "Correct the name, or declare the stream.";
    UnknownEvent = "P039", Error, "an event that does not exist",
        "A task is bound to an event that is not declared.",
        "events = { go = \"amr\" }",
        "Correct the name, or declare the event.";
    ActivateUnbound = "P040", Error, "activate_on names no event of the task",
        "`activate_on` is a local name: a key of the task's `events`.",
        "activate_on = \"start\"\nevents = { go = \"arm\" }",
        "Use a key of `events`, or add one.";
    InputMissing = "P044", Error, "an input that nothing is bound to",
        "The kind cannot work without it.",
        "kind = \"gain\"\nwrites = { out = \"b\" }",
        "Bind a stream to the input.";
    OutputMissing = "P045", Error, "an output that nothing is bound to",
        "The kind cannot work without it.",
        "kind = \"gain\"\nreads = { in = \"a\" }",
        "Bind a stream to the output; where nobody reads it, end it with a terminator.";
    NoBinding = "P046", Error, "a task that is bound to nothing",
        "It could neither be fed nor heard.",
        "[[tasks]]\nname = \"idle\"\nkind = \"gain\"",
        "Bind its inputs and outputs, or remove it.";
    TerminatorIdle = "P047", Error, "a terminator without reads",
        "It ends nothing.",
        "control = \"terminator\"",
        "Name the streams that it ends in `reads`, or remove it.";
    TwoWriters = "P048", Error, "a stream with two writers",
        "A ring has one writer: frames of two would be in no order.",
        "writes = { out = \"mix\" }",
        "Write to a stream each and merge them by a task of kind `mix` or `join`.";
    ImportWritten = "P049", Error, "an imported stream with a writer",
        "It is filled from elsewhere.",
        "import = \"mix\"",
        "Remove `import`, or let the task write another stream.";
    NoWriter = "P050", Error, "a stream without a writer",
        "Its readers would wait for ever.",
        "[[streams]]\nname = \"orphan\"",
        "Bind it as output of a task, import it, or remove it.";
    NoReader = "P051", Error, "a stream without a reader",
        "Nobody would see what is written to it.",
        "writes = { out = \"unheard\" }",
        "Read it, export it, or end it with a terminator; or remove it.";
    ReadTwice = "P052", Error, "a task that reads one stream twice",
        "Both local names would be places of their own in the ring, and the slower one would hold back the task itself.",
        "reads = { a = \"x\", b = \"x\" }",
        "Bind it once, or split it by a task of kind `tee`.";
    Cycle = "P053", Error, "a cycle",
        "Each of the tasks waits for the one before it, and none can begin.",
        "reads = { in = \"a\" }\nwrites = { out = \"a\" }",
        "Give one stream of the cycle `delay_frames`, so that its reader can begin; or break the cycle.";
    SpecUnknown = "P060", Error, "a stream whose frames nobody declares",
        "A function, an import or a delayed stream does not tell what its frames are.",
        "[[streams]]\nname = \"in\"\nimport = \"mix\"",
        "Give the stream `shape` and `dtype`.";
    DTypeRefused = "P061", Error, "an element type that the input does not take",
        "The stream carries elements that the kind cannot work with.",
        "kind = \"ifft\"\nreads = { in = \"samples\" }",
        "Put a task of kind `convert` between them.";
    KindRefuses = "P062", Error, "a kind that cannot work so",
        "The kind's parameters, inputs and outputs do not go together.",
        "kind = \"rfft\"\nreads = { in = \"scalars\" }",
        "Do what the message says: the kind knows best.";
    DTypeMismatch = "P063", Error, "an element type that differs from what is written",
        "The stream declares other elements than its writer makes.",
        "kind = \"rfft\"\nwrites = { out = \"f32-stream\" }",
        "Correct `dtype`, or leave `shape` and `dtype` to the writer.";
    ShapeMismatch = "P064", Error, "a shape that differs from what is written",
        "The stream declares other frames than its writer makes.",
        "shape = [512, 2]",
        "Correct `shape`, or leave `shape` and `dtype` to the writer.";
    RateMismatch = "P065", Error, "a rate that differs from what is written",
        "The stream declares more or fewer rows a second than its writer makes.",
        "rate = 44100",
        "Correct `rate` or leave it out; to change a rate, put a task of kind `resample` before the stream.";
    JoinRates = "P066", Error, "inputs that come at different speeds",
        "A task that takes a frame of each input for every step waits for the slowest, while the rings of the others fill for good.",
        "kind = \"mix\"\nreads = { a = \"at-44100\", b = \"at-48000\" }",
        "Bring both to one rate and frame length by `resample`, `batch` or `decimate`; or read the faster one with policy `latest`.";
    FramesZero = "P070", Error, "a ring without frames",
        "It could never hold anything.",
        "frames = 0",
        "Give it at least 1 frame; 32 if nothing speaks for another number.";
    Memory = "P071", Error, "more memory than a pipeline may take",
        "All rings together hold more than 16 GiB.",
        "frames = 1000000000",
        "Give the rings fewer or smaller frames.";
    RingWindow = "P072", Error, "a ring smaller than its reader's window",
        "The reader waits for more frames than the ring can ever hold: it would stall without a word.",
        "frames = 4",
        "Give the ring at least as many frames as the window has.";
    DelayTooLong = "P073", Error, "a delay that fills its ring",
        "Frames that are there from the start leave the writer no room.",
        "frames = 4\ndelay_frames = 4",
        "Give the ring more frames than the delay has.";
    CycleStarves = "P074", Error, "a cycle with too few frames to go round",
        "The tasks of a cycle with a delay need more frames at once than the delay puts into it: it would stall.",
        "delay_frames = 1",
        "Give the stream more `delay_frames`, or the tasks smaller windows.";
    BranchStarves = "P075", Error, "a branch that fills before the other has begun",
        "Two branches part and meet again. One must gather many frames before it writes its first; the other's rings are full before that, and hold back both.",
        "frames = 2",
        "Give the rings of the shorter branch as many frames as the longer one gathers.";
    BudgetBroken = "P076", Error, "a latency budget that cannot hold",
        "Frames and tasks on the way take longer than `max_latency_ms`, even if computing took no time.",
        "max_latency_ms = 1",
        "Use smaller frames or windows on the path that the message shows, or allow more.";
    ThreadOnly = "P080", Error, "a kind that cannot be a process",
        "The kind uses something that only the program itself has.",
        "kind = \"mic\"\nplace = \"process\"",
        "Leave it on a thread.";
    Empty = "P082", Warning, "a pipeline without tasks",
        "It would end as soon as it starts.",
        "name = \"nothing\"",
        "Add tasks; `ripieno graph new` writes one to begin with.";
    UnusedEvent = "P083", Warning, "an event that no task is bound to",
        "Nobody would notice its signals.",
        "[[events]]\nname = \"spare\"",
        "Bind it to a task, or remove it.";
    SharedEvent = "P084", Warning, "an event bound to more than two tasks",
        "A signal is consumed by whoever resets it first: the others miss it.",
        "events = { go = \"arm\" }",
        "Give each waiting task an event of its own.";
    NoSuchCore = "P085", Warning, "a core that this machine does not have",
        "The task cannot be pinned to it and runs wherever there is room.",
        "core = 64",
        "Use a core from 0 to one less than the machine has, or leave it out.";
    CoresTaken = "P086", Warning, "real-time tasks spinning on every core",
        "Nothing else, not even the pipeline's own supervision, would get a core.",
        "realtime = true\nwait = \"spin\"",
        "Let one of them park, or leave a core free.";
    CoreShared = "P087", Warning, "two tasks spinning on one core",
        "While one looks for frames, the other, that would write them, cannot run.",
        "core = 1\nwait = \"spin\"",
        "Pin them to different cores, or let them park.";
    HeldReader = "P088", Warning, "a lossless reader that may not run",
        "While its event is not signalled, the task reads nothing; its ring fills, and every other reader of the stream starves.",
        "control = \"switchable\"\nreads = { in = \"shared\" }",
        "Let it read with policy `drop-oldest` or `latest`.";
    Unthrottled = "P090", Warning, "a source without a throttle before a reader that loses frames",
        "The source runs as fast as the machine allows, as nobody holds it back; the reader sees few of its frames.",
        "reads = { in = { stream = \"file\", policy = \"latest\" } }",
        "Put a task of kind `throttle` behind the source, or read losslessly.";
    RateUnknown = "P091", Warning, "a latency budget that cannot be proven",
        "A stream on the way says nothing of its rate, so its frames count as taking no time.",
        "max_latency_ms = 20",
        "Give the stream a `rate`.";
    GappyWindow = "P092", Warning, "a window over frames with gaps",
        "The task takes several frames as one stretch of signal, but its reader may skip frames between them.",
        "policy = \"latest\"",
        "Read losslessly, or give the task a window of one frame.";
    OverflowIdle = "P093", Warning, "an overflow policy that never matters",
        "`drop-newest` says what happens when a lossless reader has no room; this stream has no such reader.",
        "overflow = \"drop-newest\"",
        "Remove `overflow`, or let a reader be lossless.";
    MixedPace = "P094", Warning, "frames with a clock joined to frames without one",
        "A task joins by time a branch that keeps time and one that runs as fast as it may: the second runs ahead, and its times mean nothing.",
        "kind = \"join\"\nreads = { a = \"mic\", b = \"file\" }",
        "Put a task of kind `throttle` behind the source that keeps no time.";
}

impl Code {
    /// The rule of this code, in any case of letters. Any.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name().eq_ignore_ascii_case(name.trim()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
