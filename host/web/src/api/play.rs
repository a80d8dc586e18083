//! Playing from outside: pads, knobs and keys as if their device had sent them.

use super::extract::{Body, BodyOr, Of, Seven};
use super::{Answer, Done, Owner};
use crate::request::Request;
use crate::shape::Pressed;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Owner> {
    OpenApiRouter::default()
        .routes(routes!(press_pad))
        .routes(routes!(release_pad))
        .routes(routes!(turn_knob))
        .routes(routes!(note_on))
        .routes(routes!(note_off))
        .routes(routes!(panic))
}

fn full() -> Seven {
    Seven(100)
}

/// How hard a pad is pressed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PadPress {
    /// 100 if nothing is said; 0 is a release, as everywhere in MIDI.
    #[serde(default = "full")]
    #[schema(value_type = u8, maximum = 127)]
    velocity: Seven,
}

impl Default for PadPress {
    fn default() -> Self {
        Self { velocity: full() }
    }
}

/// Presses a pad.
#[utoipa::path(post, path = "/api/pads/{note}/press", tag = "play", params(("note" = u8, Path, maximum = 127)),
    request_body = Option<PadPress>, responses((status = 200, body = Pressed)))]
async fn press_pad(
    State(owner): State<Owner>,
    Of(note): Of<Seven>,
    BodyOr(press): BodyOr<PadPress>,
) -> Answer<Pressed> {
    owner.answer(|reply| Request::Press { note: note.0, velocity: press.velocity.0, reply }).await
}

/// Releases a pad.
#[utoipa::path(post, path = "/api/pads/{note}/release", tag = "play", params(("note" = u8, Path, maximum = 127)),
    responses((status = 200, body = Pressed)))]
async fn release_pad(State(owner): State<Owner>, Of(note): Of<Seven>) -> Answer<Pressed> {
    owner.answer(|reply| Request::Release { note: note.0, reply }).await
}

/// Where a knob is turned to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KnobTurn {
    /// 0 to 127.
    #[schema(value_type = u8, maximum = 127)]
    value: Seven,
}

/// Turns a knob.
#[utoipa::path(post, path = "/api/knobs/{cc}", tag = "play", params(("cc" = u8, Path, maximum = 127)),
    request_body = KnobTurn, responses((status = 200, body = Pressed)))]
async fn turn_knob(
    State(owner): State<Owner>,
    Of(cc): Of<Seven>,
    Body(KnobTurn { value }): Body<KnobTurn>,
) -> Answer<Pressed> {
    owner.answer(|reply| Request::Turn { cc: cc.0, value: value.0, reply }).await
}

/// A key to be pressed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoteOn {
    /// 0 to 127.
    #[schema(value_type = u8, maximum = 127)]
    note: Seven,
    /// 100 if nothing is said; 0 is a release.
    #[serde(default = "full")]
    #[schema(value_type = u8, maximum = 127)]
    velocity: Seven,
    /// `play` or `map`; whatever is active if nothing is said.
    #[serde(default)]
    bank: Option<String>,
}

/// Presses a key.
#[utoipa::path(post, path = "/api/piano/note", tag = "play", request_body = NoteOn,
    responses((status = 200, body = Pressed)))]
async fn note_on(State(owner): State<Owner>, Body(on): Body<NoteOn>) -> Answer<Pressed> {
    let NoteOn { note, velocity, bank } = on;
    let velocity = (velocity.0 > 0).then_some(velocity.0);
    owner.answer(|reply| Request::Key { note: note.0, velocity, bank, reply }).await
}

/// A key to be released.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoteOff {
    /// 0 to 127.
    #[schema(value_type = u8, maximum = 127)]
    note: Seven,
    /// `play` or `map`; whatever is active if nothing is said.
    #[serde(default)]
    bank: Option<String>,
}

/// Releases a key.
#[utoipa::path(post, path = "/api/piano/note/off", tag = "play", request_body = NoteOff,
    responses((status = 200, body = Pressed)))]
async fn note_off(State(owner): State<Owner>, Body(NoteOff { note, bank }): Body<NoteOff>) -> Answer<Pressed> {
    owner.answer(|reply| Request::Key { note: note.0, velocity: None, bank, reply }).await
}

/// Ends everything that sounds.
#[utoipa::path(post, path = "/api/panic", tag = "play", responses((status = 200, body = Done)))]
async fn panic(State(owner): State<Owner>) -> Answer<Done> {
    owner.done(Request::Panic).await
}
