//! What words mean the same sound, and how a description is read.

/// Words of one sound. Singular, lower case.
struct Notion {
    /// What the whole of it is called.
    whole: &'static [&'static str],
    /// Sorts and parts of it: whoever asks for one may be given the whole, never the other way round.
    parts: &'static [&'static str],
}

const NOTIONS: &[Notion] = &[
    Notion {
        whole: &["drum", "drum kit", "drum set", "drum track", "percussion", "percussive", "beat", "rhythm section"],
        parts: &[
            "bass drum",
            "kick drum",
            "kick",
            "snare",
            "snare drum",
            "cymbal",
            "ride",
            "crash",
            "hi hat",
            "hihat",
            "hat",
            "tom",
            "clap",
            "hand clap",
            "shaker",
            "tambourine",
            "conga",
            "bongo",
            "cowbell",
            "rimshot",
            "timpani",
            "click",
            "knock",
            "transient",
            "attack",
            "drummer",
            "drumming",
            "rhythm",
        ],
    },
    Notion {
        whole: &[
            "vocal",
            "vox",
            "voice",
            "singing",
            "lead vocal",
            "vocal track",
            "acapella",
            "a cappella",
            "human voice",
        ],
        parts: &[
            "singer",
            "sung",
            "sing",
            "speech",
            "speaking",
            "speaker",
            "spoken word",
            "spoken",
            "talking",
            "dialogue",
            "dialog",
            "rap",
            "rapper",
            "rapping",
            "choir",
            "man",
            "woman",
            "male",
            "female",
            "backing vocal",
            "vocalist",
            "narrator",
            "word",
            "lyric",
            "person",
            "people",
        ],
    },
    Notion {
        whole: &["bass", "bassline", "bass line", "low end"],
        parts: &["bass guitar", "double bass", "upright bass", "electric bass", "synth bass", "sub bass", "sub"],
    },
    Notion {
        whole: &["guitar"],
        parts: &["electric guitar", "acoustic guitar", "rhythm guitar", "lead guitar", "guitarist", "riff"],
    },
    Notion {
        whole: &["piano", "key", "keyboard"],
        parts: &["grand piano", "electric piano", "upright piano", "pianist"],
    },
    Notion {
        whole: &[
            "instrumental",
            "instrument",
            "accompaniment",
            "backing track",
            "karaoke",
            "minus one",
            "background music",
        ],
        parts: &["band", "orchestra"],
    },
    Notion {
        whole: &["harmonic", "harmony", "tonal", "pitched", "pitched instrument", "melodic", "melody", "tone"],
        parts: &["chord", "pad", "drone", "sustained note", "note"],
    },
    Notion { whole: &["center", "centre", "middle", "mid channel", "phantom center", "mono"], parts: &[] },
    Notion { whole: &["side", "stereo", "width", "side channel"], parts: &["ambience", "surround"] },
    Notion { whole: &["low", "low band", "low frequency"], parts: &["rumble", "hum"] },
    Notion { whole: &["mid", "mid band", "midrange", "mid range", "mid frequency", "medium"], parts: &[] },
    Notion {
        whole: &["high", "treble", "high band", "high frequency", "top end"],
        parts: &["hiss", "air", "sibilance"],
    },
    Notion { whole: &["other", "rest", "remainder", "residual", "everything else", "else"], parts: &[] },
    Notion { whole: &["string"], parts: &["violin", "viola", "cello", "string section", "fiddle"] },
    Notion { whole: &["synth", "synthesizer", "synthesiser"], parts: &["synth lead", "synth pad"] },
    Notion { whole: &["brass", "horn"], parts: &["trumpet", "trombone", "tuba", "french horn"] },
    Notion { whole: &["wind", "woodwind"], parts: &["flute", "clarinet", "oboe", "saxophone", "sax", "bassoon"] },
];

/// Words that turn the meaning of what follows round.
const NEGATIONS: &[&str] = &["but", "except", "minus", "no", "non", "not", "remove", "without"];
/// Words after which only the surroundings are told.
const ASIDES: &[&str] = &["at", "behind", "during", "from", "in", "on", "over", "with"];
/// Words that join several things.
const JOINTS: &[&str] = &["and", "or", "plus"];

/// Some words and the notion that they name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase<'a> {
    /// The words themselves.
    pub words: &'a [String],
    /// Index of their notion; `None` for words that only a model's own names hold.
    pub notion: Option<usize>,
    /// Whether they mean the whole of the notion.
    pub is_whole: bool,
}

/// A description as understood.
#[derive(Debug, PartialEq, Eq)]
pub struct Said<'a> {
    /// The known phrases in order, the last of them the most telling.
    pub phrases: Vec<Phrase<'a>>,
    /// Whether all but these are meant.
    pub is_negated: bool,
    /// Whether several things are asked for at once.
    pub is_several: bool,
}

/// The words of a text: lower case, singular, without punctuation. Signs that join become "and".
pub fn words(text: &str) -> Vec<String> {
    let spelled: String =
        text.chars().map(|c| if "&+,/;".contains(c) { " and ".into() } else { c.to_string() }).collect();
    let lower = spelled.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(singular).collect()
}

fn singular(word: &str) -> String {
    match word {
        _ if word.len() <= 3 || word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") => word.to_owned(),
        _ => match (word.strip_suffix("ies"), word.strip_suffix('s')) {
            (Some(stem), _) if stem.len() > 1 => format!("{stem}y"),
            (_, Some(stem)) => stem.to_owned(),
            _ => word.to_owned(),
        },
    }
}

/// The notion of a phrase, if it has one.
pub fn phrase(words: &[String]) -> Phrase<'_> {
    let is_here = |list: &[&str]| list.iter().any(|known| known.split(' ').eq(words.iter().map(String::as_str)));
    let notion = NOTIONS.iter().position(|notion| is_here(notion.whole) || is_here(notion.parts));
    Phrase { words, notion, is_whole: notion.is_some_and(|index| is_here(NOTIONS[index].whole)) }
}

/// Reads a description; `own` are the phrases that a model knows beside ours.
pub fn said<'a>(words: &'a [String], own: &[Vec<String>]) -> Said<'a> {
    /// The longest phrases are of three words.
    const LONGEST: usize = 3;
    let is_of = |list: &[&str], word: &String| list.contains(&word.as_str());
    let mut said = Said { phrases: Vec::new(), is_negated: false, is_several: false };
    let mut joint = false;
    let mut at = 0;
    while at < words.len() {
        let rest = &words[at..];
        let known = (1..=LONGEST.min(rest.len())).rev().map(|length| phrase(&rest[..length]));
        let mut known = known.filter(|phrase| phrase.notion.is_some() || own.iter().any(|own| own == phrase.words));
        if let Some(phrase) = known.next() {
            said.is_several |= joint && !said.phrases.is_empty();
            joint = false;
            at += phrase.words.len();
            said.phrases.push(phrase);
            continue;
        }
        if is_of(NEGATIONS, &rest[0]) {
            // "drums without cymbals": what stands before says enough.
            if !said.phrases.is_empty() {
                break;
            }
            said.is_negated = true;
        } else if is_of(ASIDES, &rest[0]) && !said.phrases.is_empty() {
            break;
        } else if is_of(JOINTS, &rest[0]) {
            joint = true;
        }
        at += 1;
    }
    said
}
