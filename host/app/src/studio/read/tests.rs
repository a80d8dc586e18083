//! The document, read.
