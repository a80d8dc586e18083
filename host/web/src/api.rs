//! The routes. Each makes one request of the owner and gives its answer; each is documented by what routes it.

mod address;
mod devices;
mod document;
mod extract;
mod knobs;
mod ops;
mod pads;
mod panels;
mod piano;
mod pipeline;
mod play;
mod recordings;
mod settings;
mod sound;

pub(crate) use extract::{Asked, Of};

use crate::refused::{Failure, No, Reason, failure};
use crate::request::{Refusal, Reply, Request, Requests};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

/// The way to the owner, and how long its answer is waited for.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    requests: Requests,
    patience: Duration,
}

impl Owner {
    pub fn new(requests: Requests, patience: Duration) -> Self {
        Self { requests, patience }
    }

    /// Asks, and waits for the answer.
    pub async fn ask<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Result<T, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.requests.try_send(request(reply)).map_err(|refused| {
            Refusal::Unavailable(match refused {
                mpsc::error::TrySendError::Full(_) => "the studio is busy; try again".into(),
                mpsc::error::TrySendError::Closed(_) => "the studio is closing".into(),
            })
        })?;
        match timeout(self.patience, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(Refusal::Failed("the studio gave no answer".into())),
            Err(_) => Err(Refusal::Unavailable(format!(
                "the studio has not answered in {} s; what was asked may still be done",
                self.patience.as_secs()
            ))),
        }
    }

    /// Asks for something whose answer is only that it was done.
    async fn done(&self, request: impl FnOnce(Reply<()>) -> Request) -> Answer<Done> {
        self.ask(request).await?;
        Ok(Json(Done { ok: true }))
    }

    /// Asks for something that is answered as it is.
    async fn answer<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Answer<T> {
        Ok(Json(self.ask(request).await?))
    }
}

/// What a route answers.
type Answer<T> = Result<Json<T>, Refusal>;

/// It was done.
#[derive(Debug, Serialize, ToSchema)]
struct Done {
    /// Always true: what is not done is an error.
    ok: bool,
}

/// It was done, and this is how it is now.
#[derive(Debug, Serialize, ToSchema)]
struct Now<T> {
    /// Always true.
    ok: bool,
    /// How it is.
    #[serde(flatten)]
    now: T,
}

impl<T> Now<T> {
    fn new(now: T) -> Json<Self> {
        Json(Self { ok: true, now })
    }
}

impl Refusal {
    /// Its HTTP status. Any.
    pub fn status(&self) -> u16 {
        match self {
            Self::Unknown(_) => 404,
            Self::Invalid(_) => 400,
            Self::Conflict(_) => 409,
            Self::Denied(_) => 403,
            Self::Unavailable(_) => 503,
            Self::Failed(_) => 500,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        failure(StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), &self.to_string())
    }
}

/// A path that is not there.
pub(crate) async fn unknown() -> No {
    No::new(Reason::Unknown, StatusCode::NOT_FOUND, "there is nothing at this path; GET /api/openapi.json lists all")
}

/// A path that is there, for other methods; which they are is put beside it.
pub(crate) async fn other_method() -> No {
    No::new(Reason::Unknown, StatusCode::METHOD_NOT_ALLOWED, "this path has other methods; see the allow header")
}

/// The routes of a pipeline alone.
pub(crate) fn pipeline_routes() -> OpenApiRouter<Owner> {
    pipeline::routes()
}

/// All routes with their documentation.
pub(crate) fn routes() -> OpenApiRouter<Owner> {
    OpenApiRouter::default()
        .merge(document::routes())
        .merge(panels::routes())
        .merge(pads::routes())
        .merge(knobs::routes())
        .merge(piano::routes())
        .merge(play::routes())
        .merge(devices::routes())
        .merge(sound::routes())
        .merge(settings::routes())
        .merge(recordings::routes())
        .merge(ops::routes())
        .merge(pipeline::routes())
        .merge(pipeline::desk_routes())
}

/// Every operation may be refused in this shape.
pub(crate) fn failure_schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
    <Failure as utoipa::PartialSchema>::schema()
}
