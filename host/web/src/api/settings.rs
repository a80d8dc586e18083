//! Settings, profiles and the way back.

use super::extract::{Body, Of};
use super::{Answer, Done, Now, Owner};
use crate::request::Request;
use crate::shape::{History, Profiles, Settings};
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Owner> {
    OpenApiRouter::default()
        .routes(routes!(settings))
        .routes(routes!(change_setting))
        .routes(routes!(profiles))
        .routes(routes!(load_profile))
        .routes(routes!(save_profile))
        .routes(routes!(history))
        .routes(routes!(undo))
        .routes(routes!(redo))
}

/// All settings. Secrets are not among them.
#[utoipa::path(get, path = "/api/settings", tag = "settings", responses((status = 200, body = Settings)))]
async fn settings(State(owner): State<Owner>) -> Answer<Settings> {
    owner.answer(Request::Settings).await
}

/// A setting's value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Setting {
    /// Of the kind that the setting has.
    value: Value,
}

/// Changes a setting.
#[utoipa::path(put, path = "/api/settings/{key}", tag = "settings", params(("key" = String, Path)),
    request_body = Setting, responses((status = 200, body = Done)))]
async fn change_setting(
    State(owner): State<Owner>,
    Of(key): Of<String>,
    Body(Setting { value }): Body<Setting>,
) -> Answer<Done> {
    owner.done(|reply| Request::ChangeSetting(key, value, reply)).await
}

/// The profiles.
#[utoipa::path(get, path = "/api/profiles", tag = "settings", responses((status = 200, body = Profiles)))]
async fn profiles(State(owner): State<Owner>) -> Answer<Profiles> {
    owner.answer(Request::Profiles).await
}

/// Puts a profile in the place of the whole state.
#[utoipa::path(post, path = "/api/profiles/{name}/load", tag = "settings", params(("name" = String, Path)),
    responses((status = 200, body = Now<Profiles>)))]
async fn load_profile(State(owner): State<Owner>, Of(name): Of<String>) -> Answer<Now<Profiles>> {
    Ok(Now::new(owner.ask(|reply| Request::LoadProfile(name, reply)).await?))
}

/// Saves the whole state as a profile.
#[utoipa::path(post, path = "/api/profiles/{name}/save", tag = "settings", params(("name" = String, Path)),
    responses((status = 200, body = Now<Profiles>)))]
async fn save_profile(State(owner): State<Owner>, Of(name): Of<String>) -> Answer<Now<Profiles>> {
    Ok(Now::new(owner.ask(|reply| Request::SaveProfile(name, reply)).await?))
}

/// How far one can go back and forth.
#[utoipa::path(get, path = "/api/history", tag = "settings", responses((status = 200, body = History)))]
async fn history(State(owner): State<Owner>) -> Answer<History> {
    owner.answer(Request::History).await
}

/// Takes the last change back.
#[utoipa::path(post, path = "/api/undo", tag = "settings", responses((status = 200, body = History)))]
async fn undo(State(owner): State<Owner>) -> Answer<History> {
    owner.answer(Request::Undo).await
}

/// Makes the change again that was taken back last.
#[utoipa::path(post, path = "/api/redo", tag = "settings", responses((status = 200, body = History)))]
async fn redo(State(owner): State<Owner>) -> Answer<History> {
    owner.answer(Request::Redo).await
}
