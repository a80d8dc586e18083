//! Presets of keys.

use super::address::{Narrow, number};
use super::extract::{Asked, Body, Of};
use super::pads::{Name, Named, Renamed};
use super::{Answer, Done, Owner};
use crate::request::{Refusal, Request};
use crate::shape::{Action, Entry, EntryChange, Kind, Preset};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Owner> {
    OpenApiRouter::default()
        .routes(routes!(piano_presets, create_piano_preset))
        .routes(routes!(piano_preset, rename_piano_preset, delete_piano_preset))
        .routes(routes!(change_key))
        .routes(routes!(clear_key))
}

/// The presets of keys.
#[derive(Debug, Serialize, ToSchema)]
struct PianoPresets {
    /// In their order.
    presets: Vec<PianoPreset>,
}

/// A preset of keys.
#[derive(Debug, Serialize, ToSchema)]
struct PianoPreset {
    /// Its name.
    name: String,
    /// Its keys, in short.
    keys: Vec<MappedKey>,
    /// Its id.
    id: String,
    /// Its keys, in full.
    entries: Vec<Entry>,
}

/// A key of a preset.
#[derive(Debug, Serialize, ToSchema)]
struct MappedKey {
    /// Its note; null where another source plays it.
    note: Option<u8>,
    /// What stands on it.
    label: String,
    /// What it does.
    action: Option<Action>,
}

impl From<Preset> for PianoPreset {
    fn from(preset: Preset) -> Self {
        let key = |entry: &Entry| MappedKey {
            note: number(&entry.at.source, "note"),
            label: entry.label.clone(),
            action: entry.action.clone(),
        };
        Self {
            name: preset.name,
            keys: preset.entries.iter().map(key).collect(),
            id: preset.id,
            entries: preset.entries,
        }
    }
}

/// The presets of keys.
#[utoipa::path(get, path = "/api/piano/presets", tag = "piano", responses((status = 200, body = PianoPresets)))]
async fn piano_presets(State(owner): State<Owner>) -> Answer<PianoPresets> {
    let presets = owner.ask(|reply| Request::Presets(Kind::Piano, reply)).await?;
    Ok(Json(PianoPresets { presets: presets.into_iter().map(PianoPreset::from).collect() }))
}

/// Makes a preset of keys.
#[utoipa::path(post, path = "/api/piano/presets", tag = "piano", request_body = Name,
    responses((status = 200, body = Named)))]
async fn create_piano_preset(State(owner): State<Owner>, Body(Name { name }): Body<Name>) -> Answer<Named> {
    Ok(Json(owner.ask(|reply| Request::CreatePreset(Kind::Piano, name, reply)).await?.into()))
}

/// One preset of keys.
#[utoipa::path(get, path = "/api/piano/presets/{preset}", tag = "piano",
    params(("preset" = String, Path, description = "id or name")), responses((status = 200, body = PianoPreset)))]
async fn piano_preset(State(owner): State<Owner>, Of(preset): Of<String>) -> Answer<PianoPreset> {
    let presets = owner.ask(|reply| Request::Presets(Kind::Piano, reply)).await?;
    let name = preset.trim().to_lowercase();
    let found = presets
        .iter()
        .position(|candidate| candidate.id == preset)
        .or_else(|| presets.iter().position(|candidate| candidate.name.trim().to_lowercase() == name));
    let found = found.and_then(|place| presets.into_iter().nth(place));
    found
        .map(|preset| Json(preset.into()))
        .ok_or_else(|| Refusal::Unknown(format!("there is no piano preset `{preset}`")))
}

/// Renames a preset of keys; panels that have it keep it.
#[utoipa::path(patch, path = "/api/piano/presets/{preset}", tag = "piano",
    params(("preset" = String, Path, description = "id or name")),
    request_body = Name, responses((status = 200, body = Renamed)))]
async fn rename_piano_preset(
    State(owner): State<Owner>,
    Of(preset): Of<String>,
    Body(Name { name }): Body<Name>,
) -> Answer<Renamed> {
    let renamed = owner.ask(|reply| Request::RenamePreset(Kind::Piano, preset.clone(), name, reply)).await?;
    Ok(Json(Renamed::new(preset, renamed)))
}

/// Takes a preset of keys away.
#[utoipa::path(delete, path = "/api/piano/presets/{preset}", tag = "piano",
    params(("preset" = String, Path, description = "id or name")), responses((status = 200, body = Done)))]
async fn delete_piano_preset(State(owner): State<Owner>, Of(preset): Of<String>) -> Answer<Done> {
    owner.done(|reply| Request::DeletePreset(Kind::Piano, preset, reply)).await
}

/// Changes what a key of the map range does; what is not named stays, null takes it away.
#[utoipa::path(patch, path = "/api/piano/presets/{preset}/keys/{note}", tag = "piano",
    params(("preset" = String, Path, description = "id or name"),
        ("note" = String, Path, description = "a note, or another source"), Narrow),
    request_body = EntryChange, responses((status = 200, body = Entry)))]
async fn change_key(
    State(owner): State<Owner>,
    Of((preset, note)): Of<(String, String)>,
    Asked(narrow): Asked<Narrow>,
    Body(change): Body<EntryChange>,
) -> Answer<Entry> {
    owner.answer(|reply| Request::ChangeEntry(Kind::Piano, preset, narrow.at(note), change, reply)).await
}

/// Takes away what a key does.
#[utoipa::path(delete, path = "/api/piano/presets/{preset}/keys/{note}/action", tag = "piano",
    params(("preset" = String, Path, description = "id or name"),
        ("note" = String, Path, description = "a note, or another source"), Narrow),
    responses((status = 200, body = Done)))]
async fn clear_key(
    State(owner): State<Owner>,
    Of((preset, note)): Of<(String, String)>,
    Asked(narrow): Asked<Narrow>,
) -> Answer<Done> {
    owner.done(|reply| Request::ClearEntry(Kind::Piano, preset, narrow.at(note), reply)).await
}
