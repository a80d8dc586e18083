#![doc = include_str!("../README.md")]

pub mod build;
pub mod large;
pub mod models;
#[allow(missing_docs, reason = "fields are named as the standard names them")]
pub mod proto;
