//! Controllers: what is there, what they are taught, what they can be taught.

use super::extract::{Asked, Body};
use super::{Answer, Done, Now, Owner};
use crate::request::Request;
use crate::shape::{Controller, EntryAddress, HeardMidi, Kind, Learn, LearnChange, MidiStatus, Use};
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Owner> {
    OpenApiRouter::default()
        .routes(routes!(midi_status))
        .routes(routes!(midi_reconnect))
        .routes(routes!(learning, learn, stop_learning))
        .routes(routes!(uses))
        .routes(routes!(unlearn))
        .routes(routes!(actions))
        .routes(routes!(layouts))
        .routes(routes!(controllers))
        .routes(routes!(midi_recent))
}

/// The MIDI inputs.
#[utoipa::path(get, path = "/api/midi/status", tag = "devices", responses((status = 200, body = MidiStatus)))]
async fn midi_status(State(owner): State<Owner>) -> Answer<MidiStatus> {
    owner.answer(Request::MidiStatus).await
}

/// Looks for controllers again, now.
#[utoipa::path(post, path = "/api/midi/reconnect", tag = "devices", responses((status = 200, body = Now<MidiStatus>)))]
async fn midi_reconnect(State(owner): State<Owner>) -> Answer<Now<MidiStatus>> {
    Ok(Now::new(owner.ask(Request::MidiReconnect).await?))
}

/// Learning as it stands.
#[utoipa::path(get, path = "/api/learn", tag = "devices", responses((status = 200, body = Learn)))]
async fn learning(State(owner): State<Owner>) -> Answer<Learn> {
    owner.answer(Request::Learn).await
}

/// Begins to learn, or adds targets.
#[utoipa::path(post, path = "/api/learn", tag = "devices", request_body = LearnChange,
    responses((status = 200, body = Learn)))]
async fn learn(State(owner): State<Owner>, Body(change): Body<LearnChange>) -> Answer<Learn> {
    owner.answer(|reply| Request::ChangeLearn(change, reply)).await
}

/// Stops learning; what was learned stays.
#[utoipa::path(delete, path = "/api/learn", tag = "devices", responses((status = 200, body = Learn)))]
async fn stop_learning(State(owner): State<Owner>) -> Answer<Learn> {
    owner.answer(Request::StopLearn).await
}

/// A control.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Source {
    /// `note:16`, `cc:48`, ...
    source: String,
    /// MIDI channel, 1 to 16.
    channel: Option<u8>,
    /// A device's id.
    device: Option<String>,
}

/// What a control does, in every preset.
#[utoipa::path(get, path = "/api/uses", tag = "devices", params(Source), responses((status = 200, body = Vec<Use>)))]
async fn uses(State(owner): State<Owner>, Asked(asked): Asked<Source>) -> Answer<Vec<Use>> {
    let Source { source, channel, device } = asked;
    let at = EntryAddress { source, channel, device, nth: 0 };
    owner.answer(|reply| Request::Uses(at, reply)).await
}

/// A control of a preset.
#[derive(Debug, Deserialize, ToSchema)]
struct Unlearn {
    /// The preset's kind.
    #[serde(rename = "type")]
    kind: Kind,
    /// The preset, by id or name.
    preset: String,
    /// The control.
    #[serde(flatten)]
    at: EntryAddress,
}

/// Takes a control out of a preset.
#[utoipa::path(post, path = "/api/unlearn", tag = "devices", request_body = Unlearn,
    responses((status = 200, body = Done)))]
async fn unlearn(State(owner): State<Owner>, Body(Unlearn { kind, preset, at }): Body<Unlearn>) -> Answer<Done> {
    owner.done(|reply| Request::Unlearn(kind, preset, at, reply)).await
}

/// Kinds of action, their fields, and whether they are allowed.
#[utoipa::path(get, path = "/api/actions", tag = "devices", responses((status = 200, body = Object)))]
async fn actions(State(owner): State<Owner>) -> Answer<Value> {
    owner.answer(Request::Actions).await
}

/// Controller descriptions that a device may have.
#[utoipa::path(get, path = "/api/layouts", tag = "devices", responses((status = 200, body = Object)))]
async fn layouts(State(owner): State<Owner>) -> Answer<Value> {
    owner.answer(Request::Layouts).await
}

/// The connected controllers that run Ripieno, looked for now. The operations `controller_pull` and `controller_push` take
/// one's `port`.
#[utoipa::path(get, path = "/api/controllers", tag = "devices", responses((status = 200, body = Vec<Controller>)))]
async fn controllers(State(owner): State<Owner>) -> Answer<Vec<Controller>> {
    owner.answer(Request::Controllers).await
}

/// The last messages of all inputs, the oldest first. Asked ten times a second, it is a view of what comes in.
#[utoipa::path(get, path = "/api/midi/recent", tag = "devices", responses((status = 200, body = Vec<HeardMidi>)))]
async fn midi_recent(State(owner): State<Owner>) -> Answer<Vec<HeardMidi>> {
    owner.answer(Request::MidiRecent).await
}
