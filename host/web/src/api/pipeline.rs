//! The pipeline that runs beside the studio, or by itself: its figures and its picture.

use super::{Answer, Owner};
use crate::request::{Refusal, Request};
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Owner> {
    OpenApiRouter::default().routes(routes!(pipeline)).routes(routes!(picture))
}

/// The running pipeline's figures; `version` is the number of their schema.
#[utoipa::path(get, path = "/api/pipeline", tag = "pipeline", responses((status = 200, body = Object)))]
async fn pipeline(State(owner): State<Owner>) -> Answer<Value> {
    owner.answer(Request::Pipeline).await
}

/// The running pipeline's graph, drawn.
#[utoipa::path(get, path = "/api/pipeline.svg", tag = "pipeline",
    responses((status = 200, body = String, content_type = "image/svg+xml")))]
async fn picture(State(owner): State<Owner>) -> Result<impl IntoResponse, Refusal> {
    let picture = owner.ask(Request::PipelinePicture).await?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], picture))
}
