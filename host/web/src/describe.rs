//! The API's own description, made of the types and routes: OpenAPI for the requests, a catalogue for the events.

use crate::api;
use crate::event::Event;
use crate::shape::Slice;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, InfoBuilder, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa::{PartialSchema, ToSchema};

/// The API as OpenAPI describes it, straight from the routes. Control.
pub fn openapi() -> OpenApi {
    let mut api = api::routes().into_openapi();
    api.info = InfoBuilder::new()
        .title("Ripieno")
        .version("1")
        .description(Some(
            "The studio's state and sound. One state, one owner: what changes is told on the socket at `/ws`.",
        ))
        .build();
    let components = api.components.get_or_insert_default();
    components.schemas.insert("Failure".into(), api::failure_schema());
    // Parameters of operations, which no route has as they are; those of `separate` are a plan's.
    components.schemas.insert("Slice".into(), Slice::schema());
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    api.security = Some(vec![SecurityRequirement::new("token", [""; 0])]);
    for item in api.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            let failure = ResponseBuilder::new()
                .description("Refused; nothing has changed.")
                .content("application/json", Content::new(Some(Ref::from_schema_name("Failure"))))
                .build();
            operation.responses.responses.insert("default".into(), RefOr::T(failure));
        }
    }
    api
}

/// The events by name, each with what it means and the schema of its payload. Control.
pub fn events() -> Value {
    let schema = serde_json::to_value(Event::schema()).unwrap_or_default();
    let mut schemas = Vec::new();
    Event::schemas(&mut schemas);
    let schemas: BTreeMap<String, _> = schemas.into_iter().collect();
    let variants = schema["oneOf"].as_array().cloned().unwrap_or_default();
    let events: BTreeMap<String, Value> = variants
        .into_iter()
        .filter_map(|mut variant| {
            let name = variant["properties"]["event"]["enum"][0].as_str()?.to_owned();
            let payload = variant["properties"]["payload"].take();
            let mut event = json!({ "payload": payload });
            if let Some(meaning) = variant.get("description") {
                event["description"] = meaning.clone();
            }
            Some((name, event))
        })
        .collect();
    json!({
        "envelope": {
            "type": "always `event`",
            "seq": "one more than that of the last; after a gap, send {\"type\":\"resync\"}",
            "event": "a name of `events`",
            "payload": "by the schema of that name",
            "patch": "the merge patch (RFC 7396) that brings a copy of the state up to date",
            "ts": "seconds since 1970",
        },
        "events": events,
        "components": { "schemas": schemas },
    })
}

/// [`openapi`] as it is served and kept. Control.
pub fn openapi_text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| text(&openapi()))
}

/// [`events`] as it is served and kept. Control.
pub fn events_text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| text(&events()))
}

fn text(value: &impl serde::Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
