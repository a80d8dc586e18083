//! The one session of this process.

use crate::ports::TaskError;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use zenoh::{Config, Session, Wait};

/// Endpoints that this host is reached at.
const LISTEN: &str = "RIPIENO_ZENOH_LISTEN";
/// Endpoints of other hosts.
const CONNECT: &str = "RIPIENO_ZENOH_CONNECT";

/// One a process, as its endpoints are the process's: two sessions could not listen at one.
static SESSION: Mutex<Weak<Session>> = Mutex::new(Weak::new());

/// The session; closed when the last task that has it is gone.
pub(super) fn session() -> Result<Arc<Session>, TaskError> {
    let mut known = SESSION.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(session) = known.upgrade() {
        return Ok(session);
    }
    let endpoints = |name: &str| std::env::var(name).unwrap_or_default();
    let config = config(&endpoints(LISTEN), &endpoints(CONNECT))?;
    let session = zenoh::open(config).wait().map_err(|error| failed("open a session", &error))?;
    let session = Arc::new(session);
    *known = Arc::downgrade(&session);
    Ok(session)
}

/// Peers that know each other by endpoints alone, and try again and again.
fn config(listen: &str, connect: &str) -> Result<Config, TaskError> {
    let list = |endpoints: &str| {
        let quoted: Vec<String> = (endpoints.split(',').map(str::trim).filter(|endpoint| !endpoint.is_empty()))
            .map(|endpoint| format!("{endpoint:?}"))
            .collect();
        format!("[{}]", quoted.join(","))
    };
    let mut config = Config::default();
    for (key, value) in [
        ("mode", r#""peer""#.to_owned()),
        ("scouting/multicast/enabled", "false".into()),
        ("listen/endpoints", list(listen)),
        ("connect/endpoints", list(connect)),
        ("connect/timeout_ms", "-1".into()),
        ("connect/exit_on_failure", "false".into()),
        ("connect/retry", "{ period_init_ms: 200, period_max_ms: 1000, period_increase_factor: 1.5 }".into()),
    ] {
        config
            .insert_json5(key, &value)
            .map_err(|error| TaskError::failed(format!("{LISTEN} or {CONNECT} cannot be used: {error}")))?;
    }
    Ok(config)
}

/// What Zenoh says, as a task's failure.
pub(super) fn failed(what: &str, error: &zenoh::Error) -> TaskError {
    TaskError::failed(format!("cannot {what} with Zenoh: {error}"))
}

/// The key of a name such as `zenoh:studio/mix`.
pub(super) fn key(name: &str) -> &str {
    name.strip_prefix(crate::share::plan::ZENOH).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_lists() {
        assert!(config("", "").is_ok());
        assert!(config("tcp/127.0.0.1:7447, tcp/[::1]:7447", "tcp/10.0.0.1:7447").is_ok());
        assert!(config("nonsense", "").is_err());
    }
}
