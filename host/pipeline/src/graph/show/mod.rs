//! A pipeline as a picture: Mermaid for documents, DOT for Graphviz, SVG for everybody.

mod dot;
mod mermaid;
mod picture;
mod svg;

pub use dot::dot;
pub use mermaid::mermaid;
pub use svg::{MAX_SVG_NODES, svg};
