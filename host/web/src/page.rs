//! The page, built in: markup, code and style are files of their own, so that nothing inline has to be allowed.

use axum::Router;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::routing::get;

/// Path, type and text of each file.
const FILES: [(&str, &str, &str); 4] = [
    ("/", "text/html; charset=utf-8", include_str!("../page/index.html")),
    ("/assets/app.js", "text/javascript; charset=utf-8", include_str!("../page/app.js")),
    ("/assets/style.css", "text/css; charset=utf-8", include_str!("../page/style.css")),
    ("/assets/icon.svg", "image/svg+xml", include_str!("../page/icon.svg")),
];

/// The files' routes.
pub(crate) fn routes() -> Router {
    FILES.into_iter().fold(Router::new(), |router, (path, kind, text)| {
        let kind: [(HeaderName, &str); 1] = [(CONTENT_TYPE, kind)];
        router.route(path, get(move || async move { (kind, text) }))
    })
}
