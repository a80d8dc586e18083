//! Panels.

use super::extract::{Body, BodyOr, Of};
use super::{Answer, Done, Owner};
use crate::request::Request;
use crate::shape::{NewPanel, Panel, PanelChange, Panels, Reconciled};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Owner> {
    OpenApiRouter::default()
        .routes(routes!(panels, create_panel))
        .routes(routes!(change_panel, delete_panel))
        .routes(routes!(activate_panel))
        .routes(routes!(deactivate_panel))
        .routes(routes!(reconcile_panels))
}

/// All panels, and which of them receive MIDI.
#[utoipa::path(get, path = "/api/panels", tag = "panels", responses((status = 200, body = Panels)))]
async fn panels(State(owner): State<Owner>) -> Answer<Panels> {
    owner.answer(Request::Panels).await
}

/// Makes a panel.
#[utoipa::path(post, path = "/api/panels", tag = "panels", request_body = NewPanel, responses((status = 200, body = Panel)))]
async fn create_panel(State(owner): State<Owner>, Body(panel): Body<NewPanel>) -> Answer<Panel> {
    owner.answer(|reply| Request::CreatePanel(panel, reply)).await
}

/// Changes a panel; what is not named stays.
#[utoipa::path(patch, path = "/api/panels/{id}", tag = "panels", params(("id" = String, Path)),
    request_body = PanelChange, responses((status = 200, body = Panel)))]
async fn change_panel(
    State(owner): State<Owner>,
    Of(id): Of<String>,
    Body(change): Body<PanelChange>,
) -> Answer<Panel> {
    owner.answer(|reply| Request::ChangePanel(id, change, reply)).await
}

/// Takes a panel away.
#[utoipa::path(delete, path = "/api/panels/{id}", tag = "panels", params(("id" = String, Path)),
    responses((status = 200, body = Done)))]
async fn delete_panel(State(owner): State<Owner>, Of(id): Of<String>) -> Answer<Done> {
    owner.done(|reply| Request::DeletePanel(id, reply)).await
}

/// Lets a panel receive MIDI, in the place of whatever did in its slot.
#[utoipa::path(post, path = "/api/panels/{id}/activate", tag = "panels", params(("id" = String, Path)),
    responses((status = 200, body = Done)))]
async fn activate_panel(State(owner): State<Owner>, Of(id): Of<String>) -> Answer<Done> {
    owner.done(|reply| Request::ActivatePanel(id, true, reply)).await
}

/// Empties a panel's slot, which is silent then.
#[utoipa::path(post, path = "/api/panels/{id}/deactivate", tag = "panels", params(("id" = String, Path)),
    responses((status = 200, body = Done)))]
async fn deactivate_panel(State(owner): State<Owner>, Of(id): Of<String>) -> Answer<Done> {
    owner.done(|reply| Request::ActivatePanel(id, false, reply)).await
}

/// How to reconcile.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct Reconcile {
    /// Makes titles of the usual form right as well.
    fix_titles: bool,
}

/// Makes panels and slots agree.
#[utoipa::path(post, path = "/api/panels/reconcile", tag = "panels", request_body = Option<Reconcile>,
    responses((status = 200, body = Reconciled)))]
async fn reconcile_panels(
    State(owner): State<Owner>,
    BodyOr(Reconcile { fix_titles }): BodyOr<Reconcile>,
) -> Answer<Reconciled> {
    owner.answer(|reply| Request::Reconcile { fix_titles, reply }).await
}
