//! Presets of knobs.

use super::address::{Control, Narrow, number};
use super::extract::{Asked, Body, Of};
use super::pads::{Name, Named, Renamed};
use super::{Answer, Done, Owner};
use crate::request::Request;
use crate::shape::{Action, Entry, EntryChange, Kind, Preset};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Owner> {
    OpenApiRouter::default()
        .routes(routes!(knob_presets, create_knob_preset))
        .routes(routes!(rename_knob_preset, delete_knob_preset))
        .routes(routes!(change_knob))
        .routes(routes!(clear_knob))
        .routes(routes!(swap_knobs))
        .routes(routes!(knob_catalog))
}

/// A preset of knobs.
#[derive(Debug, Serialize, ToSchema)]
struct KnobPreset {
    /// Its name.
    name: String,
    /// How many knobs it has.
    knob_count: usize,
    /// Them, in short.
    knobs: Vec<Knob>,
    /// Its id.
    id: String,
    /// Them, in full.
    entries: Vec<Entry>,
}

/// A knob of a preset.
#[derive(Debug, Serialize, ToSchema)]
struct Knob {
    /// Its controller; null where another source turns it.
    cc: Option<u8>,
    /// What stands on it.
    label: String,
    /// What it does.
    action: Option<Action>,
    /// Always 0: a value is not the preset's; the state has it among `values`.
    value: u8,
}

impl From<Preset> for KnobPreset {
    fn from(preset: Preset) -> Self {
        let knob = |entry: &Entry| Knob {
            cc: number(&entry.at.source, "cc"),
            label: entry.label.clone(),
            action: entry.action.clone(),
            value: 0,
        };
        Self {
            name: preset.name,
            knob_count: preset.entries.len(),
            knobs: preset.entries.iter().map(knob).collect(),
            id: preset.id,
            entries: preset.entries,
        }
    }
}

/// The presets of knobs.
#[utoipa::path(get, path = "/api/knob-presets", tag = "knobs", responses((status = 200, body = Vec<KnobPreset>)))]
async fn knob_presets(State(owner): State<Owner>) -> Answer<Vec<KnobPreset>> {
    let presets = owner.ask(|reply| Request::Presets(Kind::Knob, reply)).await?;
    Ok(Json(presets.into_iter().map(KnobPreset::from).collect()))
}

/// Makes a preset of knobs.
#[utoipa::path(post, path = "/api/knob-presets", tag = "knobs", request_body = Name,
    responses((status = 200, body = Named)))]
async fn create_knob_preset(State(owner): State<Owner>, Body(Name { name }): Body<Name>) -> Answer<Named> {
    Ok(Json(owner.ask(|reply| Request::CreatePreset(Kind::Knob, name, reply)).await?.into()))
}

/// Renames a preset of knobs; panels that have it keep it.
#[utoipa::path(patch, path = "/api/knob-presets/{preset}", tag = "knobs",
    params(("preset" = String, Path, description = "id or name")),
    request_body = Name, responses((status = 200, body = Renamed)))]
async fn rename_knob_preset(
    State(owner): State<Owner>,
    Of(preset): Of<String>,
    Body(Name { name }): Body<Name>,
) -> Answer<Renamed> {
    let renamed = owner.ask(|reply| Request::RenamePreset(Kind::Knob, preset.clone(), name, reply)).await?;
    Ok(Json(Renamed::new(preset, renamed)))
}

/// Takes a preset of knobs away.
#[utoipa::path(delete, path = "/api/knob-presets/{preset}", tag = "knobs",
    params(("preset" = String, Path, description = "id or name")), responses((status = 200, body = Done)))]
async fn delete_knob_preset(State(owner): State<Owner>, Of(preset): Of<String>) -> Answer<Done> {
    owner.done(|reply| Request::DeletePreset(Kind::Knob, preset, reply)).await
}

/// Changes what a knob does; what is not named stays, null takes it away.
#[utoipa::path(patch, path = "/api/knob-presets/{preset}/knobs/{cc}", tag = "knobs",
    params(("preset" = String, Path, description = "id or name"),
        ("cc" = String, Path, description = "a controller, or another source"), Narrow),
    request_body = EntryChange, responses((status = 200, body = Entry)))]
async fn change_knob(
    State(owner): State<Owner>,
    Of((preset, cc)): Of<(String, String)>,
    Asked(narrow): Asked<Narrow>,
    Body(change): Body<EntryChange>,
) -> Answer<Entry> {
    owner.answer(|reply| Request::ChangeEntry(Kind::Knob, preset, narrow.at(cc), change, reply)).await
}

/// Takes away what a knob does.
#[utoipa::path(delete, path = "/api/knob-presets/{preset}/knobs/{cc}/action", tag = "knobs",
    params(("preset" = String, Path, description = "id or name"),
        ("cc" = String, Path, description = "a controller, or another source"), Narrow),
    responses((status = 200, body = Done)))]
async fn clear_knob(
    State(owner): State<Owner>,
    Of((preset, cc)): Of<(String, String)>,
    Asked(narrow): Asked<Narrow>,
) -> Answer<Done> {
    owner.done(|reply| Request::ClearEntry(Kind::Knob, preset, narrow.at(cc), reply)).await
}

/// Two knobs of a preset.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KnobSwap {
    /// By id or name.
    preset: String,
    /// The one.
    cc_a: Control,
    /// The other.
    cc_b: Control,
}

/// Lets two knobs change places; an empty one may be among them.
#[utoipa::path(post, path = "/api/knobs/swap", tag = "knobs", request_body = KnobSwap,
    responses((status = 200, body = Done)))]
async fn swap_knobs(State(owner): State<Owner>, Body(swap): Body<KnobSwap>) -> Answer<Done> {
    let KnobSwap { preset, cc_a, cc_b } = swap;
    owner.done(|reply| Request::SwapEntries(Kind::Knob, preset, cc_a.at(), cc_b.at(), reply)).await
}

/// What a knob may do: the same as everything else.
#[utoipa::path(get, path = "/api/knobs/catalog", tag = "knobs", responses((status = 200, body = Object)))]
async fn knob_catalog(State(owner): State<Owner>) -> Answer<Value> {
    owner.answer(Request::Actions).await
}
