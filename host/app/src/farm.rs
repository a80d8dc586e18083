//! `ripieno farm`: separation shared by many machines, over a NATS server.

mod choose;
mod fetch;
mod status;
mod submit;
mod worker;

use crate::Failure;
use crate::cli::{CREDENTIALS_VARIABLE, DEFAULT_URL, URL_VARIABLE};
use crate::cli::{FarmVerb, ServerOptions};
use ripieno_farm::jetstream::{JetStream, Layout, Server};
use ripieno_farm::{FarmError, FarmErrorKind, ledger};

/// Carries out the verb.
pub fn run(verb: &FarmVerb) -> Result<(), Failure> {
    match verb {
        FarmVerb::Submit(options) => submit::run(options),
        FarmVerb::Worker(options) => worker::run(options),
        FarmVerb::Status(options) => status::run(options),
        FarmVerb::Fetch(options) => fetch::run(options),
        FarmVerb::Cancel(options) => choose::cancel(options),
        FarmVerb::Retry(options) => choose::retry(options),
    }
}

/// Where the farm is, by options and variables.
fn server(options: &ServerOptions) -> Server {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let url = options.url.clone().or_else(|| variable(URL_VARIABLE)).unwrap_or_else(|| DEFAULT_URL.to_owned());
    let mut server = Server::new(url);
    server.credentials = options.creds.clone().or_else(|| variable(CREDENTIALS_VARIABLE).map(Into::into));
    server.tls_ca.clone_from(&options.tls_ca);
    server.tls_own = options.tls_cert.clone().zip(options.tls_key.clone());
    server
}

/// The farm, as it is.
fn open(options: &ServerOptions) -> Result<JetStream, Failure> {
    JetStream::open(&server(options), &Layout::new(&options.bucket)).map_err(Failure::Farm)
}

/// The ids of jobs by their first digits.
fn named(farm: &JetStream, wanted: &[String]) -> Result<Vec<String>, FarmError> {
    let mut found: Vec<Vec<String>> = vec![Vec::new(); wanted.len()];
    ledger::each(farm, |record| {
        for (start, found) in wanted.iter().zip(&mut found) {
            // Two are enough to see that it is not clear.
            if record.id.starts_with(start.as_str()) && found.len() < 2 {
                found.push(record.id.clone());
            }
        }
    })?;
    let one = |(start, found): (&String, Vec<String>)| match found.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(FarmError::new(
            FarmErrorKind::Invalid,
            format!("there is no job {start}: `ripieno farm status` shows those there are"),
        )),
        _ => Err(FarmError::new(FarmErrorKind::Invalid, format!("{start} begins several jobs: give more digits"))),
    };
    wanted.iter().zip(found).map(one).collect()
}
