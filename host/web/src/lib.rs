#![doc = include_str!("../README.md")]

pub mod event;
mod publisher;
mod request;
pub mod shape;

pub use event::Event;
pub use publisher::{Publisher, QUEUE, Subscription};
pub use request::{Refusal, Reply, Request, Requests};
