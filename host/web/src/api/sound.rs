//! Instruments, effects and audio devices.

use super::extract::Body;
use super::{Answer, Now, Owner};
use crate::refused::No;
use crate::request::{Refusal, Request};
use crate::shape::{AudioApplied, AudioDevices, AudioSettings, EffectUnit, Instruments};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Owner> {
    OpenApiRouter::default()
        .routes(routes!(instruments))
        .routes(routes!(choose_instrument))
        .routes(routes!(effects, change_effects))
        .routes(routes!(effect_units))
        .routes(routes!(audio_devices))
        .routes(routes!(change_audio))
}

/// What can be played.
#[utoipa::path(get, path = "/api/piano/instruments", tag = "sound", responses((status = 200, body = Instruments)))]
async fn instruments(State(owner): State<Owner>) -> Answer<Instruments> {
    owner.answer(Request::Instruments).await
}

/// An instrument's name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Instrument {
    /// As `GET /api/piano/instruments` lists it.
    name: String,
}

/// Plays another instrument; if it cannot be had, the old one plays on.
#[utoipa::path(post, path = "/api/piano/instrument", tag = "sound", request_body = Instrument,
    responses((status = 200, body = Now<Instruments>)))]
async fn choose_instrument(
    State(owner): State<Owner>,
    Body(Instrument { name }): Body<Instrument>,
) -> Answer<Now<Instruments>> {
    Ok(Now::new(owner.ask(|reply| Request::Instrument(name, reply)).await?))
}

/// The effects' parameters, 0 to 1; bypasses, 0 or 1; and `order`, the effects' names from first to last.
#[utoipa::path(get, path = "/api/piano/fx", tag = "sound", responses((status = 200, body = Object)))]
async fn effects(State(owner): State<Owner>) -> Answer<Value> {
    owner.answer(Request::Effects).await
}

/// Changes parameters: `{"reverb.mix": 0.3}` or `{"reverb": {"mix": 0.3}}`; bypasses: `{"reverb.bypass": true}`; and the
/// order: `{"order": [...]}` with the names of all effects. All of it or nothing.
#[utoipa::path(patch, path = "/api/piano/fx", tag = "sound", request_body = Object,
    responses((status = 200, body = Object)))]
async fn change_effects(
    State(owner): State<Owner>,
    Body(change): Body<Map<String, Value>>,
) -> Result<Json<Value>, Response> {
    let flat = flat(change).map_err(IntoResponse::into_response)?;
    owner.answer(|reply| Request::ChangeEffects(flat, reply)).await.map_err(IntoResponse::into_response)
}

/// The effects as units of a rack, in the order of the chain, with what their parameters mean.
#[utoipa::path(get, path = "/api/piano/fx/units", tag = "sound", responses((status = 200, body = Vec<EffectUnit>)))]
async fn effect_units(State(owner): State<Owner>) -> Answer<Vec<EffectUnit>> {
    owner.answer(Request::EffectUnits).await
}

/// Both forms as the first.
fn flat(change: Map<String, Value>) -> Result<Value, No> {
    let mut flat = Map::new();
    for (effect, value) in change {
        match value {
            Value::Number(_) | Value::Bool(_) => drop(flat.insert(effect, value)),
            Value::Array(_) if effect == "order" => drop(flat.insert(effect, value)),
            Value::Object(parameters) => {
                for (parameter, value) in parameters {
                    let name = format!("{effect}.{parameter}");
                    if !value.is_number() && !value.is_boolean() {
                        return Err(No::malformed(format!("`{name}` is neither a number nor true or false")));
                    }
                    flat.insert(name, value);
                }
            }
            _ => return Err(No::malformed(format!("`{effect}` is neither a number nor an object of numbers"))),
        }
    }
    Ok(Value::Object(flat))
}

/// The output devices.
#[utoipa::path(get, path = "/api/audio/devices", tag = "sound", responses((status = 200, body = AudioDevices)))]
async fn audio_devices(State(owner): State<Owner>) -> Answer<AudioDevices> {
    owner.answer(Request::AudioDevices).await
}

/// Changes the sound's settings: tried, applied, then saved. A refusal says why and changes nothing.
#[utoipa::path(put, path = "/api/settings/piano_audio", tag = "sound", request_body = AudioSettings,
    responses((status = 200, body = AudioApplied), (status = 400, body = AudioApplied, description = "refused")))]
async fn change_audio(State(owner): State<Owner>, Body(settings): Body<AudioSettings>) -> Response {
    let applied = match owner.ask(|reply| Request::ChangeAudio(settings, reply)).await {
        Ok(applied) => applied,
        Err(Refusal::Invalid(reason)) => AudioApplied { ok: false, applied: false, reason: Some(reason) },
        Err(refusal) => return refusal.into_response(),
    };
    let status = if applied.applied { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    (status, Json(applied)).into_response()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn both_forms_of_parameters_are_one() {
        let flat = |value: serde_json::Value| super::flat(value.as_object().expect("an object").clone()).ok();
        assert_eq!(flat(json!({"reverb.mix": 0.3})), Some(json!({"reverb.mix": 0.3})));
        assert_eq!(
            flat(json!({"reverb": {"mix": 0.3, "size": 1}, "pan": {}})),
            Some(json!({"reverb.mix": 0.3, "reverb.size": 1}))
        );
        let order = json!({"order": ["pan"], "reverb.bypass": true});
        assert_eq!(flat(order.clone()), Some(order));
        assert_eq!(flat(json!({"reverb": {"bypass": false}})), Some(json!({"reverb.bypass": false})));
        for wrong in [
            json!({"reverb": ["mix"]}),
            json!({"reverb": "loud"}),
            json!({"reverb": {"mix": null}}),
            json!({"reverb": {"mix": {}}}),
        ] {
            assert_eq!(flat(wrong), None);
        }
    }
}
