//! The `[bind]` table of a manifest: what each input of the network is fed with.

use crate::driver::{BoundGraph, DriverError, shown_shape};
use crate::graph::Slot;
use crate::tensor::ElementKind;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;

/// The length of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// A number.
    Is(usize),
    /// As many as there are latent frames, written `"frames"`.
    Frames,
}

/// What an input is fed with: a word, or `{ zeros = [1, 1024, "frames"] }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `noise`: the state that goes from noise to stems, `[1, frames, stems · latents]`.
    Noise,
    /// `time`: how far the state is, 0 to 1.
    Time,
    /// `audio_features`: the mix's latent frames, once for every stem.
    AudioFeatures,
    /// `text`: what the text graph gave for the description.
    Text,
    /// `text_mask`: which of its tokens count.
    TextMask,
    /// `anchor_ids`: the anchors' tokens.
    AnchorIds,
    /// `anchor_align`: for every latent frame its place among the tokens.
    AnchorAlign,
    /// `pad_mask`: which latent frames are part of the window.
    PadMask,
    /// `zeros`: nothing, of the input's own shape or of a given one.
    Zeros(Option<Vec<Axis>>),
}

const WORDS: [(&str, Source); 9] = [
    ("noise", Source::Noise),
    ("time", Source::Time),
    ("audio_features", Source::AudioFeatures),
    ("text", Source::Text),
    ("text_mask", Source::TextMask),
    ("anchor_ids", Source::AnchorIds),
    ("anchor_align", Source::AnchorAlign),
    ("pad_mask", Source::PadMask),
    ("zeros", Source::Zeros(None)),
];

const EXPECTED: &str = "noise, time, audio_features, text, text_mask, anchor_ids, anchor_align, pad_mask, zeros, or \
                        { zeros = [1, 1024, \"frames\"] }";

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reads;
        impl<'de> Visitor<'de> for Reads {
            type Value = Source;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Source, E> {
                let found = WORDS.iter().find(|(name, _)| *name == word).map(|(_, source)| source.clone());
                found.ok_or_else(|| E::invalid_value(de::Unexpected::Str(word), &self))
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Source, M::Error> {
                match map.next_key::<String>()?.as_deref() {
                    Some("zeros") => Ok(Source::Zeros(Some(map.next_value()?))),
                    other => Err(de::Error::invalid_value(de::Unexpected::Str(other.unwrap_or("{}")), &self)),
                }
            }
        }
        from.deserialize_any(Reads)
    }
}

impl<'de> Deserialize<'de> for Axis {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reads;
        impl Visitor<'_> for Reads {
            type Value = Axis;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a length from 1 on, or \"frames\"")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Axis, E> {
                if word == "frames" {
                    Ok(Axis::Frames)
                } else {
                    Err(E::invalid_value(de::Unexpected::Str(word), &self))
                }
            }

            fn visit_i64<E: de::Error>(self, length: i64) -> Result<Axis, E> {
                let refused = || E::invalid_value(de::Unexpected::Signed(length), &self);
                usize::try_from(length)
                    .ok()
                    .filter(|length| (1..=MOST_ZEROS).contains(length))
                    .map(Axis::Is)
                    .ok_or_else(refused)
            }

            fn visit_u64<E: de::Error>(self, length: u64) -> Result<Axis, E> {
                self.visit_i64(i64::try_from(length).unwrap_or(i64::MAX))
            }
        }
        from.deserialize_any(Reads)
    }
}

/// The most zeros an axis has.
const MOST_ZEROS: usize = 1 << 20;

/// Sources in the order of the network's inputs, each with the shape that the input has in the file.
#[derive(Debug)]
pub(crate) struct Bindings {
    pub sources: Vec<(Source, Slot)>,
}

impl Bindings {
    /// Checks that each input is bound, to something of its kind and rank, and that each name is an input.
    pub(crate) fn new(graph: &BoundGraph, bind: &BTreeMap<String, Source>) -> Result<Self, DriverError> {
        let inputs = graph.graph.inputs();
        let known = |name: &String| inputs.iter().any(|slot| slot.name == *name);
        if let Some(name) = bind.keys().find(|name| !known(name)) {
            return Err(graph
                .fault(format!("has no input '{name}', which [bind] names; it has {}", crate::driver::names(inputs))));
        }
        let mut sources = Vec::new();
        for slot in inputs {
            let source = bind.get(&slot.name).ok_or_else(|| {
                graph.fault(format!("has an input '{}' that [bind] does not name: it may be {EXPECTED}", slot.name))
            })?;
            let source = source.resolved(slot).map_err(|cause| graph.fault(cause))?;
            sources.push((source, slot.clone()));
        }
        let noisy = sources.iter().filter(|(source, _)| *source == Source::Noise).count();
        if noisy != 1 {
            return Err(graph.fault(format!("has {noisy} inputs bound to noise, where exactly one takes the state")));
        }
        Ok(Self { sources })
    }

    /// The input of a source, if any is bound to it.
    pub(crate) fn slot(&self, wanted: &Source) -> Option<&Slot> {
        self.sources.iter().find(|(source, _)| source == wanted).map(|(_, slot)| slot)
    }
}

impl Source {
    /// Itself where it suits an input; zeros get the input's shape where they have none.
    fn resolved(&self, slot: &Slot) -> Result<Self, String> {
        let (kind, rank) = (slot.kind, slot.shape.len());
        let float = matches!(kind, ElementKind::F32 | ElementKind::F16);
        let refuse = |wanted: &str| {
            Err(format!("takes '{}' as {kind:?} {}, where {wanted}", slot.name, shown_shape(&slot.shape)))
        };
        match self {
            Self::Noise | Self::AudioFeatures if !float || rank != 3 => refuse("latent frames are floats of 3 axes"),
            Self::Time if !float || slot.shape.iter().any(|axis| axis.is_some_and(|length| length != 1)) => {
                refuse("the time is one float")
            }
            Self::Text if !float => refuse("what is known of the text is floats"),
            Self::AnchorIds | Self::AnchorAlign if kind != ElementKind::I64 || rank != 2 => {
                refuse("anchors are integers of 2 axes")
            }
            Self::TextMask | Self::PadMask if rank != 2 => refuse("a mask has 2 axes"),
            Self::Zeros(None) => {
                let free = slot.shape.iter().skip(1).filter(|axis| axis.is_none()).count();
                if free > 1 {
                    return refuse("zeros need their shape, as in { zeros = [1, 1024, \"frames\"] }");
                }
                let axes = slot.shape.iter().enumerate();
                let axis = |(at, axis): (usize, &Option<usize>)| match axis {
                    Some(length) => Axis::Is(*length),
                    None if at == 0 => Axis::Is(1),
                    None => Axis::Frames,
                };
                Self::bounded(axes.map(axis).collect(), slot)
            }
            Self::Zeros(Some(shape)) => {
                let suits = |(asked, axis): (&Axis, &Option<usize>)| match (asked, axis) {
                    (Axis::Is(asked), Some(length)) => asked == length,
                    _ => true,
                };
                if shape.len() != rank || !shape.iter().zip(&slot.shape).all(suits) {
                    return refuse("the shape of its zeros differs");
                }
                Self::bounded(shape.clone(), slot)
            }
            _ => Ok(self.clone()),
        }
    }

    fn bounded(shape: Vec<Axis>, slot: &Slot) -> Result<Self, String> {
        let lengths = shape.iter().map(|axis| if let Axis::Is(length) = axis { *length } else { 1 });
        let all = lengths.fold(1usize, |all, length| all.saturating_mul(length));
        if all > MOST_ZEROS {
            return Err(format!("takes '{}' with {all} zeros a latent frame, more than {MOST_ZEROS}", slot.name));
        }
        Ok(Self::Zeros(Some(shape)))
    }
}
