//! What the user allows, and where the programs that are spoken to listen: `[actions]` of the document.

use crate::action::Kind;
use crate::osc::check_target;
use crate::problem::Problem;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;

/// `[actions]`. By default nothing is allowed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Config {
    /// Kinds of actions that may be carried out.
    pub allow: BTreeSet<Kind>,
    /// OBS Studio.
    pub obs: ObsConfig,
    /// `host:port` where REAPER takes OSC.
    pub reaper: String,
}

impl Default for Config {
    fn default() -> Self {
        Self { allow: BTreeSet::new(), obs: ObsConfig::default(), reaper: "127.0.0.1:8000".to_owned() }
    }
}

impl Config {
    /// Whether the places are well-formed. Any; not for the audio path, it allocates.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), Problem> {
        check_target("reaper", &self.reaper)?;
        check_target("obs", &format!("{}:{}", self.obs.host, self.obs.port))
    }

    /// The defaults with these kinds allowed.
    pub fn allowing(kinds: impl IntoIterator<Item = Kind>) -> Self {
        Self { allow: kinds.into_iter().collect(), ..Self::default() }
    }
}

/// `[actions.obs]`: where OBS Studio takes WebSocket connections.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ObsConfig {
    /// Its computer.
    pub host: String,
    /// Its port, as *Tools → WebSocket Server Settings* shows.
    pub port: u16,
    /// Its password, when one is set there.
    pub password: Option<Secret>,
}

impl Default for ObsConfig {
    fn default() -> Self {
        Self { host: "127.0.0.1".to_owned(), port: 4455, password: None }
    }
}

/// A text that is never shown: neither by `Debug` nor by serialisation, which it lacks.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_checked() {
        let check = |json: &str, expected: Result<(), &str>| {
            let config: Config = serde_json::from_str(json).expect("it is well-formed");
            assert_eq!(config.check().map_err(|problem| problem.field), expected, "{json}");
        };
        check("{}", Ok(()));
        check(r#"{"reaper": "studio:9000", "obs": {"host": "[::1]"}}"#, Ok(()));
        check(r#"{"reaper": "studio"}"#, Err("reaper"));
        check(r#"{"obs": {"host": "studio/path"}}"#, Err("obs"));
        check(r#"{"obs": {"port": 0}}"#, Err("obs"));
    }

    #[test]
    fn nothing_is_allowed_by_default_and_a_password_is_not_shown() {
        let config: Config = serde_json::from_str("{}").expect("all has defaults");
        assert_eq!(config, Config::default());
        assert!(config.allow.is_empty());
        let text = r#"{"allow": ["launch", "midi_out"], "obs": {"password": "hunter2", "port": 4444}}"#;
        let config: Config = serde_json::from_str(text).expect("it is well-formed");
        assert_eq!(config.allow, BTreeSet::from([Kind::Launch, Kind::MidiOut]));
        assert_eq!((config.obs.host.as_str(), config.obs.port), ("127.0.0.1", 4444));
        assert_eq!(config.obs.password.as_ref().map(Secret::reveal), Some("hunter2"));
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
