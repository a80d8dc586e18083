//! The pages, built in: markup, code and style are files of their own, so that nothing inline has to be allowed.

use crate::config::Scope;
use axum::Router;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::routing::get;

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

const PANELS: &str = include_str!("../page/index.html");
const PIPELINE: &str = include_str!("../page/pipeline.html");

/// Path, type and text of each file beside the pages themselves.
const ASSETS: [(&str, &str, &str); 4] = [
    ("/assets/app.js", SCRIPT, include_str!("../page/app.js")),
    ("/assets/pipeline.js", SCRIPT, include_str!("../page/pipeline.js")),
    ("/assets/style.css", "text/css; charset=utf-8", include_str!("../page/style.css")),
    ("/assets/icon.svg", "image/svg+xml", include_str!("../page/icon.svg")),
];

/// The files' routes.
pub(crate) fn routes(scope: Scope) -> Router {
    let home = match scope {
        Scope::Studio => PANELS,
        Scope::Pipeline => PIPELINE,
    };
    let files = [("/", HTML, home), ("/pipeline", HTML, PIPELINE)].into_iter().chain(ASSETS);
    files.fold(Router::new(), |router, (path, kind, text)| {
        let kind: [(HeaderName, &str); 1] = [(CONTENT_TYPE, kind)];
        router.route(path, get(move || async move { (kind, text) }))
    })
}
