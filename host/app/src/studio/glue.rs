//! How a control of a preset behaves, in the core's terms. Whatever an entry says is checked here, and only here.

use ripieno_panel::Source;
use ripieno_panel::glue as core;
use ripieno_panel::value::from_unit;
use ripieno_web::shape::{Button, Coding, Entry, Fire, Kind, Press, Takeover};
use serde_json::Value;

/// What a button's times are if nothing is said, in milliseconds.
const SHORT_MS: u16 = 300;
const LONG_MS: u16 = 500;
const DOUBLE_MS: u16 = 300;
const REPEAT_MS: u16 = 400;
const EVERY_MS: u16 = 120;
const LATCH_MS: u16 = 300;
const CHORD_MS: u16 = 50;
/// The detent of an endless knob, of the whole way.
const DETENT: f32 = 1.0 / 128.0;

/// The glue of an entry.
///
/// # Errors
/// Names the field, its value and what would do.
pub fn glue(kind: Kind, entry: &Entry) -> Result<core::Glue, String> {
    let unit = |name: &str, value: Option<f32>, default: f32| match value.unwrap_or(default) {
        value if (0.0..=1.0).contains(&value) => Ok(from_unit(value)),
        value => Err(format!("{name} {value} is outside 0..=1")),
    };
    let (min, max) = (unit("min", entry.min, 0.0)?, unit("max", entry.max, 1.0)?);
    if min > max {
        return Err("min is above max; `invert = true` turns the way round".into());
    }
    if let Some(pair) = entry.light.filter(|pair| pair.iter().any(|value| *value > 127)) {
        return Err(format!("light {pair:?} is outside 0..=127"));
    }
    let press = match entry.press {
        None | Some(Press::Momentary) => core::Press::Momentary,
        Some(Press::Toggle) => core::Press::Toggle,
        Some(Press::Radio(group)) => core::Press::Radio(group),
    };
    let given = [entry.button.is_some(), entry.takeover.is_some(), entry.encoder.is_some()];
    if given.iter().filter(|is_given| **is_given).count() > 1 {
        return Err("a control has one of button, takeover and encoder".into());
    }
    let curve = curve(entry.curve.as_ref())?;
    let invert = entry.invert.unwrap_or(false);
    let glue = core::Glue { mode: mode(kind, entry)?, curve, min, max, invert, steps: entry.steps.unwrap_or(0), press };
    glue.check().map_err(|error| error.to_string())?;
    Ok(glue)
}

fn mode(kind: Kind, entry: &Entry) -> Result<core::Mode, String> {
    if let Some(encoder) = entry.encoder {
        let step = encoder.step.unwrap_or(DETENT);
        let acceleration = encoder.acceleration.unwrap_or(1);
        if !(step > 0.0 && step <= 1.0) {
            return Err(format!("encoder: step {step} is outside 0..=1, or 0"));
        }
        if acceleration == 0 {
            return Err("encoder: acceleration 0 is outside 1..=255".into());
        }
        let coding = match encoder.coding {
            Coding::TwosComplement => core::Coding::TwosComplement,
            Coding::BinaryOffset => core::Coding::BinaryOffset,
            Coding::SignBit => core::Coding::SignBit,
            Coding::SignBitInverted => core::Coding::SignBitInverted,
        };
        return Ok(core::Mode::Encoder(core::Encoder { coding, step: from_unit(step).max(1), acceleration }));
    }
    if let Some(takeover) = entry.takeover {
        return self::takeover(takeover).map(core::Mode::Knob);
    }
    match (entry.button, super::address::source_of(kind, &entry.at.source)) {
        (Some(button), _) => self::button(&button).map(core::Mode::Button),
        (None, Ok(super::address::Heard::Source(source))) => Ok(usual_mode(kind, source)),
        _ => Ok(core::Mode::Button(core::Button::default())),
    }
}

/// How a control behaves of which nothing is said.
pub fn usual_mode(kind: Kind, source: Source) -> core::Mode {
    // A pad may send a controller: it is down above the middle. What is neither pad nor key stands somewhere.
    let is_button = match source {
        Source::Control(_) => kind != Kind::Knob,
        source => source.is_button(),
    };
    if is_button { core::Mode::Button(core::Button::default()) } else { core::Mode::Knob(core::Takeover::PickUp) }
}

fn takeover(takeover: Takeover) -> Result<core::Takeover, String> {
    Ok(match takeover {
        Takeover::Off => core::Takeover::Off,
        Takeover::PickUp => core::Takeover::PickUp,
        Takeover::Tolerant(near) if (0.0..=1.0).contains(&near) => {
            core::Takeover::Tolerant { tolerance: from_unit(near) }
        }
        Takeover::Tolerant(near) => return Err(format!("takeover: tolerant {near} is outside 0..=1")),
        Takeover::CatchUp => core::Takeover::CatchUp,
        Takeover::Parallel => core::Takeover::Parallel,
        Takeover::Proportional => core::Takeover::Proportional,
    })
}

fn button(button: &Button) -> Result<core::Button, String> {
    let ms = |default: u16| match button.ms.unwrap_or(default) {
        0 => Err("button: ms 0 is outside 1..=65535".to_owned()),
        ms => Ok(ms),
    };
    if button.fire != Fire::Repeat && (button.every_ms.is_some() || button.fastest_ms.is_some()) {
        return Err("button: every_ms and fastest_ms belong to fire = \"repeat\"".into());
    }
    if button.fire != Fire::Chord && button.with.is_some() {
        return Err("button: with belongs to fire = \"chord\"".into());
    }
    let fire = match button.fire {
        Fire::Press => core::Fire::Press,
        Fire::Release => core::Fire::Release,
        Fire::Short => core::Fire::Short { within_ms: ms(SHORT_MS)? },
        Fire::Long => core::Fire::Long { after_ms: ms(LONG_MS)? },
        Fire::Double => core::Fire::Double { within_ms: ms(DOUBLE_MS)? },
        Fire::Repeat => {
            let every_ms = button.every_ms.unwrap_or(EVERY_MS);
            let fastest_ms = button.fastest_ms.unwrap_or(every_ms);
            if every_ms == 0 || fastest_ms == 0 || fastest_ms > every_ms {
                return Err(format!("button: fastest_ms {fastest_ms} is outside 1..={every_ms}, which is every_ms"));
            }
            core::Fire::Repeat { after_ms: ms(REPEAT_MS)?, every_ms, fastest_ms }
        }
        Fire::Latch => core::Fire::Latch { hold_ms: ms(LATCH_MS)? },
        Fire::Chord => match button.with {
            Some(note) if note < 128 => core::Fire::Chord { with: Source::Note(note), within_ms: ms(CHORD_MS)? },
            Some(note) => return Err(format!("button: with {note} is outside 0..=127")),
            None => return Err("button: fire = \"chord\" needs the other note: `with = 17`".into()),
        },
    };
    Ok(core::Button { fire, guard_ms: button.guard_ms.unwrap_or(0) })
}

fn curve(curve: Option<&Value>) -> Result<core::Curve, String> {
    let wrong = |value: &Value| {
        format!("curve {value} will not do: linear, soft, softer, hard, harder, s, fixed, or five points from 0 to 1")
    };
    match curve {
        None => Ok(core::Curve::Linear),
        Some(Value::String(name)) => Ok(match name.as_str() {
            "linear" => core::Curve::Linear,
            "soft" => core::Curve::Soft,
            "softer" => core::Curve::Softer,
            "hard" => core::Curve::Hard,
            "harder" => core::Curve::Harder,
            "s" => core::Curve::S,
            "fixed" => core::Curve::Fixed,
            _ => return Err(wrong(&Value::String(name.clone()))),
        }),
        Some(value) => {
            let point = |point: &Value| point.as_f64().filter(|p| (0.0..=1.0).contains(p)).map(|p| from_unit(p as f32));
            let points: Option<Vec<u16>> = value.as_array().and_then(|all| all.iter().map(point).collect());
            let points = points.and_then(|points| <[u16; 5]>::try_from(points).ok());
            points.map(core::Curve::Points).ok_or_else(|| wrong(value))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(source: &str, fields: Value) -> Entry {
        let mut all = json!({ "source": source, "label": "x" });
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        serde_json::from_value(all).unwrap()
    }

    #[test]
    fn modes_follow_from_kind_and_source() {
        let check = |kind, source: &str, fields: Value, expected: core::Mode| {
            assert_eq!(glue(kind, &entry(source, fields)).unwrap().mode, expected, "{kind:?} {source}");
        };
        let (press, knob) = (core::Mode::Button(core::Button::default()), core::Mode::Knob(core::Takeover::PickUp));
        check(Kind::Pad, "note:16", json!({}), press);
        check(Kind::Pad, "cc:16", json!({}), press);
        check(Kind::Pad, "pitch-bend", json!({}), knob);
        check(Kind::Knob, "cc:48", json!({}), knob);
        check(Kind::Knob, "note:48", json!({}), press);
        check(Kind::Knob, "sysex:7e", json!({}), press);
        check(Kind::Knob, "cc:48", json!({"takeover": "off"}), core::Mode::Knob(core::Takeover::Off));
        let long = core::Button { fire: core::Fire::Long { after_ms: 700 }, guard_ms: 20 };
        check(
            Kind::Pad,
            "16",
            json!({"button": {"fire": "long", "ms": 700, "guard_ms": 20}}),
            core::Mode::Button(long),
        );
        let encoder = core::Encoder { coding: core::Coding::SignBit, step: 512, acceleration: 4 };
        check(
            Kind::Knob,
            "21",
            json!({"encoder": {"coding": "sign-bit", "acceleration": 4}}),
            core::Mode::Encoder(encoder),
        );
    }

    #[test]
    fn mistakes_name_field_and_value() {
        let check = |fields: Value, words: &str| {
            let error = glue(Kind::Knob, &entry("48", fields.clone())).expect_err(&fields.to_string());
            assert!(error.contains(words), "{fields}: {error}");
        };
        check(json!({"min": 0.6, "max": 0.5}), "invert");
        check(json!({"min": -0.1}), "min -0.1");
        check(json!({"max": 1.5}), "max 1.5");
        check(json!({"light": [0, 128]}), "128");
        check(json!({"curve": "steep"}), "softer");
        check(json!({"curve": [0, 1]}), "five points");
        check(json!({"curve": [0, 0.5, 0.6, 0.7, 1.1]}), "five points");
        check(json!({"curve": [0, 0.5, 0.4, 0.7, 1.0]}), "point 2");
        check(json!({"button": {"fire": "chord"}}), "with");
        check(json!({"button": {"fire": "chord", "with": 200}}), "200");
        check(json!({"button": {"fire": "press", "with": 20}}), "belongs");
        check(json!({"button": {"fire": "repeat", "every_ms": 50, "fastest_ms": 60}}), "60");
        check(json!({"button": {"fire": "long", "ms": 0}}), "ms 0");
        check(json!({"takeover": {"tolerant": 2.0}}), "tolerant 2");
        check(json!({"encoder": {"coding": "sign-bit", "step": 0.0}}), "step 0");
        check(json!({"encoder": {"coding": "sign-bit", "acceleration": 0}}), "acceleration 0");
        check(json!({"takeover": "off", "button": {"fire": "press"}}), "one of");
    }
}
