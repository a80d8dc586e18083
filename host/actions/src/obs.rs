//! OBS Studio through its WebSocket server, protocol 5.

use crate::backends::Fault;
use crate::cancel::Cancel;
use crate::config::{ObsConfig, Secret};
use crate::problem::{Problem, must};
use obws::client::{ConnectConfig, DEFAULT_BROADCAST_CAPACITY, HandshakeError};
use obws::requests::EventSubscription;
use obws::requests::inputs::InputId;
use obws::requests::scenes::SceneId;
use obws::{Client, error::Error};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::future::Future;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

/// How long a connection or an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long an old connection may take to show that it is alive.
const PING: Duration = Duration::from_secs(1);

/// How the server closes a connection whose password is wrong.
const WRONG_PASSWORD: u16 = 4009;

/// What OBS is to do, named by `do`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
#[non_exhaustive]
#[expect(missing_docs, reason = "each says what it does")]
pub enum ObsRequest {
    ToggleRecording,
    StartRecording,
    StopRecording,
    TogglePause,
    ToggleStreaming,
    StartStreaming,
    StopStreaming,
    ToggleVirtualCam,
    /// Writes what the replay buffer holds.
    SaveReplay,
    ToggleReplayBuffer,
    /// The scene below the present one in the list, and from the last to the first.
    NextScene,
    /// The scene above.
    PrevScene,
    Scene {
        name: String,
    },
    Mute {
        input: String,
    },
    Unmute {
        input: String,
    },
    ToggleMute {
        input: String,
    },
}

impl ObsRequest {
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let (field, name) = match self {
            Self::Scene { name } => ("name", name),
            Self::Mute { input } | Self::Unmute { input } | Self::ToggleMute { input } => ("input", input),
            _ => return Ok(()),
        };
        must(!name.is_empty(), field, "it is empty; write the name that OBS shows")
    }
}

/// Asks OBS. Control; blocks until it has answered, for some seconds at most.
pub trait Obs: Send {
    /// Asks for something and tells what came of it.
    ///
    /// # Errors
    /// OBS is not there, does not let us in, refuses, or does not answer in time.
    fn ask(&mut self, config: &ObsConfig, request: &ObsRequest, cancel: &Cancel) -> Result<String, Fault>;
}

/// The connection to OBS: made when first needed, and again when it was lost or is to another place. A request is sent
/// once: one whose answer was lost is not repeated, since it may have been carried out.
#[derive(Default)]
pub struct ObsClient {
    // Dropped before its runtime.
    connected: Option<(ObsConfig, Client)>,
    runtime: Option<Runtime>,
}

impl fmt::Debug for ObsClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObsClient").field("connected", &self.connected.is_some()).finish_non_exhaustive()
    }
}

impl Obs for ObsClient {
    fn ask(&mut self, config: &ObsConfig, request: &ObsRequest, cancel: &Cancel) -> Result<String, Fault> {
        if self.runtime.is_none() {
            let made = Builder::new_current_thread().enable_io().enable_time().build();
            self.runtime = Some(made.map_err(|e| Fault::Failed(format!("OBS cannot be asked: {e}")))?);
        }
        let Self { runtime: Some(runtime), connected } = self else {
            return Err(Fault::Failed("OBS cannot be asked".to_owned()));
        };
        let old = connected.take().filter(|(to, _)| to == config).map(|(_, client)| client);
        let (client, result) = runtime.block_on(async {
            tokio::select! {
                biased;
                () = cancel.cancelled() => (None, Err(Fault::Cancelled)),
                asked = ask(old, config, request) => asked,
            }
        });
        *connected = client.map(|client| (config.clone(), client));
        result
    }
}

/// Asks over the old connection, if it is alive, else over a new one. Gives back a connection that can be used again.
async fn ask(old: Option<Client>, config: &ObsConfig, request: &ObsRequest) -> (Option<Client>, Result<String, Fault>) {
    let alive = match old {
        Some(client) if matches!(timeout(PING, client.general().version()).await, Ok(Ok(_))) => Some(client),
        _ => None,
    };
    let client = match alive {
        Some(client) => client,
        None => match within(config, connect(config)).await {
            Ok(client) => client,
            Err((_, why)) => return (None, Err(Fault::Failed(why))),
        },
    };
    match within(config, carry_out(&client, request)).await {
        Ok(told) => (Some(client), Ok(told)),
        // A refusal leaves the connection as it was.
        Err((kept, why)) => (kept.then_some(client), Err(Fault::Failed(why))),
    }
}

/// An error is told with whether the connection can be used again.
async fn within<T>(config: &ObsConfig, asked: impl Future<Output = Result<T, Error>>) -> Result<T, (bool, String)> {
    match timeout(PATIENCE, asked).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err((matches!(error, Error::Api { .. }), explained(config, &error))),
        Err(_) => Err((false, format!("OBS at {}:{} does not answer", config.host, config.port))),
    }
}

async fn connect(config: &ObsConfig) -> Result<Client, Error> {
    Client::connect_with_config(ConnectConfig {
        host: config.host.as_str(),
        port: config.port,
        dangerous: None,
        password: config.password.as_ref().map(Secret::reveal),
        event_subscriptions: Some(EventSubscription::NONE),
        broadcast_capacity: DEFAULT_BROADCAST_CAPACITY,
        connect_timeout: PATIENCE,
    })
    .await
}

async fn carry_out(client: &Client, request: &ObsRequest) -> Result<String, Error> {
    let (recording, streaming, inputs) = (client.recording(), client.streaming(), client.inputs());
    let is = |what: &str, on: bool, yes: &str, no: &str| format!("{what} {}", if on { yes } else { no });
    let muted = |input: &str, on: bool| is(input, on, "is muted", "is not muted");
    Ok(match request {
        ObsRequest::ToggleRecording => is("recording", recording.toggle().await?, "runs", "has ended"),
        ObsRequest::StartRecording => recording.start().await.map(|()| "recording runs".to_owned())?,
        ObsRequest::StopRecording => recording.stop().await.map(|_| "recording has ended".to_owned())?,
        ObsRequest::TogglePause => is("recording", recording.toggle_pause().await?, "is paused", "goes on"),
        ObsRequest::ToggleStreaming => is("streaming", streaming.toggle().await?, "runs", "has ended"),
        ObsRequest::StartStreaming => streaming.start().await.map(|()| "streaming runs".to_owned())?,
        ObsRequest::StopStreaming => streaming.stop().await.map(|()| "streaming has ended".to_owned())?,
        ObsRequest::ToggleVirtualCam => is("virtual camera", client.virtual_cam().toggle().await?, "runs", "has ended"),
        ObsRequest::SaveReplay => client.replay_buffer().save().await.map(|()| "replay saved".to_owned())?,
        ObsRequest::ToggleReplayBuffer => {
            is("replay buffer", client.replay_buffer().toggle().await?, "runs", "has ended")
        }
        ObsRequest::NextScene => neighbour(client, 1).await?,
        ObsRequest::PrevScene => neighbour(client, -1).await?,
        ObsRequest::Scene { name } => show(client, name).await?,
        ObsRequest::Mute { input } => {
            inputs.set_muted(InputId::Name(input), true).await.map(|()| muted(input, true))?
        }
        ObsRequest::Unmute { input } => {
            inputs.set_muted(InputId::Name(input), false).await.map(|()| muted(input, false))?
        }
        ObsRequest::ToggleMute { input } => muted(input, inputs.toggle_mute(InputId::Name(input)).await?),
    })
}

async fn show(client: &Client, name: &str) -> Result<String, Error> {
    client.scenes().set_current_program_scene(SceneId::Name(name)).await?;
    Ok(format!("scene {name}"))
}

/// Shows the scene so many places further down. OBS counts places from the bottom of its list.
async fn neighbour(client: &Client, step: isize) -> Result<String, Error> {
    let list = client.scenes().list().await?;
    let mut scenes = list.scenes;
    scenes.sort_by_key(|scene| std::cmp::Reverse(scene.index));
    let current = list.current_program_scene.map(|scene| scene.uuid);
    let place = scenes.iter().position(|scene| Some(scene.id.uuid) == current);
    // With no scene shown, the first below is the topmost and the first above the lowest.
    let from = place.map_or(if step > 0 { -1 } else { 0 }, |place| place as isize);
    match (from + step).checked_rem_euclid(scenes.len() as isize).and_then(|index| scenes.get(index as usize)) {
        Some(scene) => show(client, &scene.id.name).await,
        None => Ok("there is no scene".to_owned()),
    }
}

/// The whole chain of causes, none of which holds the password.
fn explained(config: &ObsConfig, error: &Error) -> String {
    match error {
        Error::Api { code, message } => {
            let why = message.clone().unwrap_or_else(|| format!("{code:?}"));
            return format!("OBS refused: {why}");
        }
        Error::Handshake(HandshakeError::ConnectionClosed(Some(details)))
            if u16::from(details.code) == WRONG_PASSWORD =>
        {
            return "OBS does not accept the password; write its own as password under [actions.obs]".to_owned();
        }
        _ => {}
    }
    let mut text = format!("OBS at {}:{}: {error}", config.host, config.port);
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

#[cfg(test)]
#[path = "obs_tests.rs"]
mod tests;
