#![doc = include_str!("../README.md")]

mod api;
mod bucket;
mod config;
mod describe;
mod door;
pub mod event;
mod files;
mod guard;
mod hash;
mod hosts;
pub mod merge;
mod page;
mod publisher;
mod range;
mod refused;
mod request;
mod server;
pub mod shape;
mod socket;
mod stall;
mod tickets;
mod token;
mod upload;

pub use config::{Config, Limits, Scope};
pub use describe::{events, events_text, openapi, openapi_text};
pub use event::Event;
pub use hash::hash;
pub use publisher::{Publisher, QUEUE, Stamp, Subscription};
pub use refused::{Reason, Refused};
pub use request::{Refusal, Reply, Request, Requests};
pub use server::{Server, ServerError};
pub use tickets::Tickets;
pub use token::Token;
pub use upload::Intake;
