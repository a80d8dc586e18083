//! Presets of pads.

use super::address::{Control, Narrow, number};
use super::extract::{Asked, Body, Of};
use super::{Answer, Done, Owner};
use crate::request::Request;
use crate::shape::{Entry, EntryChange, Kind, Preset};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Owner> {
    OpenApiRouter::default()
        .routes(routes!(pad_presets, create_pad_preset))
        .routes(routes!(rename_pad_preset, delete_pad_preset))
        .routes(routes!(change_pad))
        .routes(routes!(clear_pad))
        .routes(routes!(pads))
        .routes(routes!(swap_pads))
}

/// A preset's name, trimmed and with any case one with what it is compared with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// The name.
    pub name: String,
}

/// A preset was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Named {
    /// Always true.
    ok: bool,
    /// Its name.
    name: String,
    /// Its id.
    id: String,
}

impl From<Preset> for Named {
    fn from(preset: Preset) -> Self {
        Self { ok: true, name: preset.name, id: preset.id }
    }
}

/// A preset has another name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Renamed {
    /// Always true.
    ok: bool,
    /// What it was addressed by: its name so far, or its id.
    old_name: String,
    /// Its name.
    new_name: String,
    /// Its id.
    id: String,
}

impl Renamed {
    pub fn new(old_name: String, preset: Preset) -> Self {
        Self { ok: true, old_name, new_name: preset.name, id: preset.id }
    }
}

/// The presets of pads.
#[derive(Debug, Serialize, ToSchema)]
struct PadPresets {
    /// In their order.
    list: Vec<Listed>,
}

/// A preset in its place.
#[derive(Debug, Serialize, ToSchema)]
struct Listed {
    /// Its place, from 0.
    index: usize,
    #[serde(flatten)]
    preset: Preset,
}

/// The presets of pads.
#[utoipa::path(get, path = "/api/presets", tag = "pads", responses((status = 200, body = PadPresets)))]
async fn pad_presets(State(owner): State<Owner>) -> Answer<PadPresets> {
    let presets = owner.ask(|reply| Request::Presets(Kind::Pad, reply)).await?;
    Ok(Json(PadPresets {
        list: presets.into_iter().enumerate().map(|(index, preset)| Listed { index, preset }).collect(),
    }))
}

/// Makes a preset of pads.
#[utoipa::path(post, path = "/api/presets", tag = "pads", request_body = Name, responses((status = 200, body = Named)))]
async fn create_pad_preset(State(owner): State<Owner>, Body(Name { name }): Body<Name>) -> Answer<Named> {
    Ok(Json(owner.ask(|reply| Request::CreatePreset(Kind::Pad, name, reply)).await?.into()))
}

/// Renames a preset of pads; panels that have it keep it.
#[utoipa::path(patch, path = "/api/presets/{preset}", tag = "pads",
    params(("preset" = String, Path, description = "id or name")),
    request_body = Name, responses((status = 200, body = Renamed)))]
async fn rename_pad_preset(
    State(owner): State<Owner>,
    Of(preset): Of<String>,
    Body(Name { name }): Body<Name>,
) -> Answer<Renamed> {
    let renamed = owner.ask(|reply| Request::RenamePreset(Kind::Pad, preset.clone(), name, reply)).await?;
    Ok(Json(Renamed::new(preset, renamed)))
}

/// Takes a preset of pads away.
#[utoipa::path(delete, path = "/api/presets/{preset}", tag = "pads",
    params(("preset" = String, Path, description = "id or name")), responses((status = 200, body = Done)))]
async fn delete_pad_preset(State(owner): State<Owner>, Of(preset): Of<String>) -> Answer<Done> {
    owner.done(|reply| Request::DeletePreset(Kind::Pad, preset, reply)).await
}

/// Changes what a pad does; what is not named stays, null takes it away.
#[utoipa::path(patch, path = "/api/presets/{preset}/pads/{note}", tag = "pads",
    params(("preset" = String, Path, description = "id or name"),
        ("note" = String, Path, description = "a note, or another source"), Narrow),
    request_body = EntryChange, responses((status = 200, body = Entry)))]
async fn change_pad(
    State(owner): State<Owner>,
    Of((preset, note)): Of<(String, String)>,
    Asked(narrow): Asked<Narrow>,
    Body(change): Body<EntryChange>,
) -> Answer<Entry> {
    owner.answer(|reply| Request::ChangeEntry(Kind::Pad, preset, narrow.at(note), change, reply)).await
}

/// Takes away what a pad does.
#[utoipa::path(delete, path = "/api/presets/{preset}/pads/{note}/action", tag = "pads",
    params(("preset" = String, Path, description = "id or name"),
        ("note" = String, Path, description = "a note, or another source"), Narrow),
    responses((status = 200, body = Done)))]
async fn clear_pad(
    State(owner): State<Owner>,
    Of((preset, note)): Of<(String, String)>,
    Asked(narrow): Asked<Narrow>,
) -> Answer<Done> {
    owner.done(|reply| Request::ClearEntry(Kind::Pad, preset, narrow.at(note), reply)).await
}

/// A pad of a preset.
#[derive(Debug, Serialize, ToSchema)]
struct Pad {
    /// Its note; null where another source plays it.
    note: Option<u8>,
    /// The preset's name.
    preset: String,
    /// What stands on it.
    label: String,
    /// Whence it is: always `config`, the studio.
    source: &'static str,
    /// The kind of its action; empty if it has none.
    action_type: String,
    /// The action's fields.
    action_data: Map<String, Value>,
    /// True if it must not be changed: never.
    locked: bool,
    /// Red, green and blue, 0 to 255.
    color: [u8; 3],
    /// All of it.
    entry: Entry,
}

/// The colour of a pad that has none of its own.
const GREY: [u8; 3] = [100, 100, 100];

/// All pads of all presets, by `preset:note`; further ones of one note (on a channel, of a device) have `#2`, `#3`, ... behind.
#[utoipa::path(get, path = "/api/pads", tag = "pads", responses((status = 200, body = BTreeMap<String, Pad>)))]
async fn pads(State(owner): State<Owner>) -> Answer<BTreeMap<String, Pad>> {
    let mut pads = BTreeMap::new();
    for preset in owner.ask(|reply| Request::Presets(Kind::Pad, reply)).await? {
        for entry in preset.entries {
            let note = number(&entry.at.source, "note");
            let place = note.map_or_else(|| entry.at.source.clone(), |note| note.to_string());
            let mut key = format!("{}:{place}", preset.name);
            let mut nth = 1;
            while pads.contains_key(&key) {
                nth += 1;
                key = format!("{}:{place}#{nth}", preset.name);
            }
            let action = entry.action.clone().unwrap_or_default();
            let pad = Pad {
                note,
                preset: preset.name.clone(),
                label: entry.label.clone(),
                source: "config",
                action_type: action.kind,
                action_data: action.fields,
                locked: false,
                color: entry.color.unwrap_or(GREY),
                entry,
            };
            pads.insert(key, pad);
        }
    }
    Ok(Json(pads))
}

/// Two pads of a preset.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PadSwap {
    /// By id or name.
    preset: String,
    /// The one.
    note_a: Control,
    /// The other.
    note_b: Control,
}

/// Lets two pads change places; an empty one may be among them.
#[utoipa::path(post, path = "/api/pads/swap", tag = "pads", request_body = PadSwap, responses((status = 200, body = Done)))]
async fn swap_pads(State(owner): State<Owner>, Body(swap): Body<PadSwap>) -> Answer<Done> {
    let PadSwap { preset, note_a, note_b } = swap;
    owner.done(|reply| Request::SwapEntries(Kind::Pad, preset, note_a.at(), note_b.at(), reply)).await
}
