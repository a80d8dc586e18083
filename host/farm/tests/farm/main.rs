//! The farm as it is used: both ports in both versions, jobs from submission to outputs, and what servers and bytes do wrong.

mod any;
mod conformance;
mod hostile;
mod jobs;
mod outages;
mod server;
mod support;
mod tasks;
