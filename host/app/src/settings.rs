//! `fx.param=VALUE` as commands, with a suggestion for a name that is almost right.

use crate::Failure;
use ripieno_fx::PARAMS;
use ripieno_types::{Command, ParamId};

/// How alike two names must be for one to be suggested for the other (Jaro-Winkler, 0 to 1).
const ALIKE: f64 = 0.7;

/// The name among `names` that `typed` was probably meant to be.
pub fn closest<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&typed.to_lowercase(), name), name))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// Reads the values of `--set`.
pub fn parse(settings: &[String]) -> Result<Vec<Command>, Failure> {
    settings.iter().map(|setting| parse_one(setting).map_err(Failure::Usage)).collect()
}

fn parse_one(setting: &str) -> Result<Command, String> {
    let (name, value) = setting
        .split_once('=')
        .ok_or_else(|| format!("--set {setting}: a name and a value are wanted, such as reverb.mix=0.3"))?;
    let value = match value.trim().parse::<f32>() {
        Ok(value) if (0.0..=1.0).contains(&value) => value,
        _ => return Err(format!("--set {setting}: the value must be a number from 0 to 1")),
    };
    let id = parameter(name.trim()).map_err(|error| format!("--set {setting}: {error}"))?;
    Ok(Command::Parameter { id, value })
}

/// The parameter of this name: `fx.param`, or `fx` alone for its main one.
fn parameter(name: &str) -> Result<ParamId, String> {
    let names = || PARAMS.iter().map(|info| info.name);
    ripieno_fx::param(name).map(|info| info.id).ok_or_else(|| {
        let meant = closest(name, names()).map(|name| format!("; did you mean {name}?")).unwrap_or_default();
        let known: Vec<_> = names().collect();
        format!("no effect has a parameter `{name}`{meant}\nhint: there are {}", known.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_become_commands() {
        let check = |setting: &str, name: &str, value: f32| {
            let id = parameter(name).unwrap();
            assert_eq!(parse_one(setting), Ok(Command::Parameter { id, value }), "{setting}");
        };
        check("reverb.mix=0.3", "reverb.mix", 0.3);
        check(" reverb.mix = 1 ", "reverb.mix", 1.0);
        check("reverb=0", "reverb.mix", 0.0);
        check("volume=1", "volume.gain", 1.0);
    }

    #[test]
    fn mistakes_are_explained() {
        let check = |setting: &str, word: &str| {
            let error = parse_one(setting).unwrap_err();
            assert!(error.contains(setting) && error.contains(word), "{error}");
        };
        check("reverb.mix", "a name and a value");
        check("reverb.mix=2", "from 0 to 1");
        check("reverb.mix=NaN", "from 0 to 1");
        check("reverb.mix=-0.1", "from 0 to 1");
        check("revreb.mix=0.5", "did you mean reverb.mix?");
        check("zither=0.5", "there are volume.gain");
    }
}
