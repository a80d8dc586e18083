//! The one owner of the state: a thread with one inbox. Every change happens here, one after the other; nothing that takes
//! its time does. What does is handed to a [`Pool`], and comes back as a message.

use super::actions::Deeds;
use super::effects::Effects;
use super::inbox::{Inbox, Post};
use super::learn::Learning;
use super::lights::Lights;
use super::log::{Level, Log};
use super::ops::Operations;
use super::pool::Pool;
use super::ports::{self, Port};
use super::served::Section;
use super::sound::Offer;
use super::telemetry::Counters;
use super::values::Values;
use crate::live::Handle;
use crate::studio::{EditError, Files, Model, Names, Studio, compile};
use ripieno_panel::{BankId, Zone};
use ripieno_web::shape::History;
use ripieno_web::{Event, Publisher, Refusal};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How long the owner sleeps when nothing is due.
const REST: Duration = Duration::from_secs(1);
/// Workers for operations and for what only looks.
const WORKERS: usize = 4;

/// The state, and everything that follows it.
#[derive(Debug)]
pub struct Owner {
    pub(super) studio: Studio<Files>,
    /// The studio's folder: profiles and recordings are beside it.
    pub(super) folder: PathBuf,
    pub(super) session: Handle,
    pub(super) post: Post,
    pub(super) publisher: Publisher,
    /// What the numbers mean that the panels use.
    pub(super) names: Names,
    /// The layout as the panels know it.
    pub(super) zones: Vec<Zone>,
    /// One thread for all that changes the sound, so that it happens in order.
    pub(super) desk: Pool,
    pub(super) pool: Pool,
    pub(super) lights: Option<Lights>,
    pub(super) deeds: Deeds,
    pub(super) ports: Vec<Port>,
    /// Why there are no MIDI inputs at all.
    pub(super) effects: Effects,
    pub(super) values: Values,
    pub(super) bank: BankId,
    pub(super) offer: Offer,
    /// What the session says of itself, as it is served and as it is told.
    pub(super) sound_status: Value,
    pub(super) telemetry: Value,
    pub(super) learn: Learning,
    pub(super) operations: Operations,
    pub(super) counters: Counters,
    pub(super) log: Log,
}
