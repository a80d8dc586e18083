//! The effects as a rack shows them: what each unit is called and what its parameters mean.

use super::effects::Effects;
use crate::studio::rack;
use ripieno_fx::{EFFECTS, EffectInfo, ParamInfo, Unit};
use ripieno_web::shape::{EffectParam, EffectUnit, ParamCurve};

/// The units in the order of the chain, with the values that are heard.
pub fn units(effects: &Effects) -> Vec<EffectUnit> {
    let info = effects.order.iter().filter_map(|id| EFFECTS.get(usize::from(id.0)));
    info.map(|info| unit(info, effects)).collect()
}

fn unit(info: &EffectInfo, effects: &Effects) -> EffectUnit {
    let bypass = rack::BYPASS[usize::from(info.id.0)];
    EffectUnit {
        id: info.name.into(),
        name: capitalised(info.name),
        bypass_key: bypass.into(),
        bypassed: effects.values.get(bypass).is_some_and(|value| *value > 0.0),
        params: info.infos().iter().map(|info| param(info, effects)).collect(),
    }
}

fn param(info: &ParamInfo, effects: &Effects) -> EffectParam {
    let value = effects.values.get(info.name).copied().unwrap_or(info.default);
    let curve = curve(info);
    let choices = match curve {
        ParamCurve::Switch => [0.0, 1.0].map(|value| info.text(value).to_string()).into(),
        _ => Vec::new(),
    };
    EffectParam {
        key: info.name.into(),
        name: info.label.into(),
        unit: word(info.unit).into(),
        min: info.physical(0.0),
        max: info.physical(1.0),
        default: info.default,
        curve,
        choices,
        value,
        text: info.text(value).to_string(),
    }
}

/// Whichever curve its middle lies on.
fn curve(info: &ParamInfo) -> ParamCurve {
    let [low, middle, high] = [0.0, 0.5, 1.0].map(|value| info.physical(value));
    let linear = (low + high) / 2.0;
    match info.unit {
        Unit::Mode => ParamCurve::Switch,
        _ if low > 0.0 && (middle - (low * high).sqrt()).abs() < (middle - linear).abs() => ParamCurve::Exponential,
        _ => ParamCurve::Linear,
    }
}

fn word(unit: Unit) -> &'static str {
    match unit {
        Unit::Gain => "gain",
        Unit::Hertz => "hertz",
        Unit::Quality => "quality",
        Unit::Mode => "mode",
        Unit::Semitones => "semitones",
        Unit::Millis => "milliseconds",
        Unit::Seconds => "seconds",
        Unit::Share => "share",
        Unit::Side => "side",
        _ => "",
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::studio::Model;
    use ripieno_fx::PARAMS;

    /// How far a map may be from the curve that it is said to have, as a share of its range.
    const CLOSE: f32 = 1e-3;

    #[test]
    fn the_rack_is_in_the_order_of_the_chain() {
        let order = ["reverb", "volume", "filter", "pitch", "chorus", "delay", "pan"].map(str::to_owned).into();
        let mut model = Model { fx_order: order, ..Model::default() };
        model.fx.insert("delay.bypass".into(), 1.0);
        model.fx.insert("reverb.decay".into(), 1.0);
        let units = units(&Effects::of(&model));
        let ids: Vec<&str> = units.iter().map(|unit| unit.id.as_str()).collect();
        assert_eq!(ids, model.fx_order);
        assert_eq!((units[0].name.as_str(), units[0].bypass_key.as_str()), ("Reverb", "reverb.bypass"));
        assert!(units[5].bypassed && !units[0].bypassed);
        let decay = &units[0].params[1];
        assert_eq!(
            (decay.key.as_str(), decay.unit.as_str(), decay.text.as_str()),
            ("reverb.decay", "seconds", "9.000 s")
        );
        assert_eq!(units.iter().map(|unit| unit.params.len()).sum::<usize>(), PARAMS.len());
    }

    #[test]
    fn curves_are_those_of_the_effects() {
        for info in &PARAMS {
            let (low, high) = (info.physical(0.0), info.physical(1.0));
            let kind = curve(info);
            for step in 0..=20_u8 {
                let value = f32::from(step) / 20.0;
                let said = match kind {
                    ParamCurve::Exponential => low * (high / low).powf(value),
                    ParamCurve::Linear | ParamCurve::Switch => low + value * (high - low),
                };
                let off = (info.physical(value) - said).abs() / (high - low);
                assert!(off < CLOSE, "{} at {value}: {said}, not {}", info.name, info.physical(value));
            }
            assert!(!word(info.unit).is_empty(), "{}", info.name);
            assert_eq!(kind == ParamCurve::Switch, info.unit == Unit::Mode, "{}", info.name);
        }
        let cutoff = PARAMS.iter().find(|info| info.name == "filter.cutoff").map(curve);
        assert_eq!(cutoff, Some(ParamCurve::Exponential));
    }
}
