//! What a handler takes from a request; what does not fit is refused as malformed, and says where.

use crate::refused::No;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A body, which must be there.
pub(crate) struct Body<T>(pub T);

/// A body, or what stands for none.
pub(crate) struct BodyOr<T>(pub T);

/// The parts of the path that are not fixed.
pub(crate) struct Of<T>(pub T);

/// The query.
pub(crate) struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = No;

    async fn from_request(request: Request, _: &S) -> Result<Self, No> {
        parse(&bytes(request).await?).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for BodyOr<T> {
    type Rejection = No;

    async fn from_request(request: Request, _: &S) -> Result<Self, No> {
        let bytes = bytes(request).await?;
        if bytes.is_empty() { Ok(Self(T::default())) } else { parse(&bytes).map(Self) }
    }
}

/// The door has bounded and gathered it.
async fn bytes(request: Request) -> Result<Bytes, No> {
    Bytes::from_request(request, &()).await.map_err(|error| No::malformed(error.body_text()))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, No> {
    let mut text = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut text)
        .map_err(|error| No::malformed(format!("the body does not fit: {error}")))?;
    text.end().map_err(|error| No::malformed(format!("the body does not end: {error}")))?;
    Ok(value)
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Of<T> {
    type Rejection = No;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, No> {
        let path = Path::from_request_parts(parts, state).await;
        path.map(|Path(parts)| Self(parts)).map_err(|error| No::malformed(error.body_text()))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = No;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, No> {
        let query = Query::from_request_parts(parts, state).await;
        query.map(|Query(asked)| Self(asked)).map_err(|error| No::malformed(error.body_text()))
    }
}

/// What MIDI holds in a data byte: 0 to 127.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8")]
pub(crate) struct Seven(pub u8);

impl TryFrom<u8> for Seven {
    type Error = &'static str;

    fn try_from(value: u8) -> Result<Self, Self::Error> {
        if value <= 127 { Ok(Self(value)) } else { Err("MIDI goes from 0 to 127") }
    }
}
