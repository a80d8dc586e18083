//! The hub's work, one step at a time: looks what there is, lets go of what has left, binds what has come.

use crate::backend::{Backend, LinkState};
use crate::error::MidiError;
use crate::feed::{Feed, FeedStats, Gauge, Loan};
use crate::hub::SCAN_INTERVAL;
use crate::port::{PortInfo, Wanted, find};
use crate::roster::Roster;
use ripieno_ports::{InputId, Micros};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};

/// Something happened to an input.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A device is bound and can be played.
    Plugged {
        /// Its slot.
        input: InputId,
        /// Its name.
        name: String,
        /// Its identifier.
        id: String,
    },
    /// A device has left; its notes are let go.
    Unplugged {
        /// Its slot.
        input: InputId,
        /// Its name.
        name: String,
        /// Its identifier.
        id: String,
    },
    /// A port cannot be bound. Said once; it is tried again and again.
    Failed {
        /// Its name, or the one that was asked for.
        name: String,
        /// Why.
        error: MidiError,
    },
    /// The MIDI system is gone, and all inputs with it. They are bound again when it is back.
    Lost(MidiError),
    /// The MIDI system is back.
    Back,
}

/// How an input is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InputStatus {
    /// Its slot; none if it was never there.
    pub input: Option<InputId>,
    /// Its name, or the one that was asked for.
    pub name: String,
    /// Its identifier; empty if it was never there.
    pub id: String,
    /// True while messages can come; false while it is awaited.
    pub is_connected: bool,
    /// What came through its slot.
    pub stats: FeedStats,
}

/// What the hub shows to others.
#[derive(Debug, Default)]
pub(crate) struct Board {
    pub status: Vec<InputStatus>,
    pub ports: Vec<PortInfo>,
}

/// What fails, since when, and whether it was told, so that it is told once.
struct Failure {
    name: String,
    error: MidiError,
    since: Micros,
    is_told: bool,
}

pub(crate) struct Worker<B: Backend> {
    backend: B,
    wanted: Wanted,
    roster: Roster,
    /// By slot: feeds at home, links, and what they count.
    feeds: Vec<Option<Feed>>,
    links: Vec<Option<B::Link>>,
    gauges: Vec<Arc<Gauge>>,
    home: (Sender<Feed>, Receiver<Feed>),
    events: Sender<Event>,
    board: Arc<Mutex<Board>>,
    failing: Vec<Failure>,
    is_lost: bool,
}

impl<B: Backend> Worker<B> {
    pub fn new(backend: B, wanted: Wanted, feeds: Vec<Feed>, events: Sender<Event>, board: Arc<Mutex<Board>>) -> Self {
        Self {
            backend,
            wanted,
            roster: Roster::new(feeds.len()),
            gauges: feeds.iter().map(Feed::gauge).collect(),
            links: feeds.iter().map(|_| None).collect(),
            feeds: feeds.into_iter().map(Some).collect(),
            home: mpsc::channel(),
            events,
            board,
            failing: Vec::new(),
            is_lost: false,
        }
    }

    /// One look around.
    pub fn step(&mut self, now: Micros) {
        self.collect(now);
        let ports = match self.backend.inputs() {
            Ok(ports) => ports,
            Err(error) => {
                self.lose(now, error);
                return;
            }
        };
        if std::mem::take(&mut self.is_lost) {
            self.tell(Event::Back);
        }
        let choice = self.wanted.choose(&ports, |port| self.roster.is_seated(port));
        // The door first: it has the first seat.
        let mut wanted: Vec<PortInfo> = self.backend.door().into_iter().collect();
        wanted.extend(choice.ports.iter().map(|place| ports[*place].clone()));

        self.unplug_departed(&wanted, now);
        let mut failing = Vec::new();
        for (seat, port) in self.roster.arrivals(&wanted) {
            let place = seat.ok_or(MidiError::Full(self.feeds.len()));
            match place.map(|seat| (seat, self.plug(seat, port))) {
                Ok((seat, Ok(true))) => {
                    self.roster.take(seat, port);
                    let (input, name, id) = (InputId(seat as u8), port.name.clone(), port.id.clone());
                    self.tell(Event::Plugged { input, name, id });
                }
                // Its feed is still on the way home.
                Ok((_, Ok(false))) => {}
                Ok((_, Err(error))) | Err(error) => failing.push((port.name.clone(), error)),
            }
        }
        failing.extend(choice.ambiguous.into_iter().map(|(name, near)| {
            let error = MidiError::Ambiguous { name: name.clone(), near };
            (name, error)
        }));
        self.tell_failures(failing, now);
        self.show(ports, &choice.absent);
    }

    /// Lets everything go: the hub closes.
    pub fn close(&mut self, now: Micros) {
        for seat in 0..self.links.len() {
            self.unplug(seat, now);
        }
        self.collect(now);
    }

    fn lose(&mut self, now: Micros, error: MidiError) {
        for seat in 0..self.links.len() {
            self.unplug(seat, now);
        }
        if !std::mem::replace(&mut self.is_lost, true) {
            self.tell(Event::Lost(error));
        }
        self.show(Vec::new(), &[]);
    }

    fn unplug_departed(&mut self, wanted: &[PortInfo], now: Micros) {
        for seat in self.roster.departed(wanted) {
            self.unplug(seat, now);
        }
        for seat in 0..self.links.len() {
            if self.links[seat].as_ref().is_some_and(|link| self.backend.state(link) == LinkState::Stale) {
                self.unplug(seat, now);
            }
        }
    }

    fn unplug(&mut self, seat: usize, now: Micros) {
        let Some(link) = self.links[seat].take() else { return };
        self.backend.disconnect(link);
        self.roster.leave(seat);
        self.collect(now);
        if let Some(device) = self.roster.seats()[seat].device.clone() {
            self.tell(Event::Unplugged { input: InputId(seat as u8), name: device.name, id: device.id });
        }
    }

    /// Lends a feed to a port; false if the feed is not at home yet.
    fn plug(&mut self, seat: usize, port: &PortInfo) -> Result<bool, MidiError> {
        let Some(feed) = self.feeds[seat].take() else { return Ok(false) };
        self.links[seat] = Some(self.backend.connect(port, Loan::new(feed, self.home.0.clone()))?);
        Ok(true)
    }

    /// Welcomes feeds home, and lets go of what they left behind.
    fn collect(&mut self, now: Micros) {
        while let Ok(mut feed) = self.home.1.try_recv() {
            feed.let_go(now);
            let seat = usize::from(feed.id().0);
            self.feeds[seat] = Some(feed);
        }
    }

    /// Ports that come and go may refuse for a moment; what lasts is told.
    fn tell_failures(&mut self, failing: Vec<(String, MidiError)>, now: Micros) {
        let mut before = std::mem::take(&mut self.failing);
        for (name, error) in failing {
            let known = before.iter().position(|failure| failure.name == name && failure.error == error);
            let since = now;
            let mut failure = known.map_or(Failure { name, error, since, is_told: false }, |at| before.swap_remove(at));
            let is_final = matches!(failure.error, MidiError::Ambiguous { .. } | MidiError::Full(_));
            let lasts = now.0.saturating_sub(failure.since.0) >= SCAN_INTERVAL.as_micros() as u64;
            if !failure.is_told && (is_final || lasts) {
                failure.is_told = true;
                self.tell(Event::Failed { name: failure.name.clone(), error: failure.error.clone() });
            }
            self.failing.push(failure);
        }
    }

    fn show(&self, ports: Vec<PortInfo>, absent: &[String]) {
        let seated = self.roster.seats().iter().enumerate().filter_map(|(seat, taken)| {
            let device = taken.device.as_ref()?;
            let link = self.links[seat].as_ref();
            Some(InputStatus {
                input: Some(InputId(seat as u8)),
                name: device.name.clone(),
                id: device.id.clone(),
                is_connected: link.is_some_and(|link| self.backend.state(link) == LinkState::Linked),
                stats: self.gauges[seat].stats(),
            })
        });
        // A name that means a device which was there is shown as that device.
        let left: Vec<PortInfo> = self.roster.seats().iter().filter_map(|taken| taken.device.clone()).collect();
        let unknown = absent.iter().filter(|name| find(&left, name, |_| true).is_err());
        let absent = unknown.map(|name| InputStatus {
            input: None,
            name: name.clone(),
            id: String::new(),
            is_connected: false,
            stats: FeedStats::default(),
        });
        let status = seated.chain(absent).collect();
        *self.board.lock().unwrap_or_else(PoisonError::into_inner) = Board { status, ports };
    }

    /// Nobody has to listen.
    fn tell(&self, event: Event) {
        let _ = self.events.send(event);
    }
}

#[cfg(test)]
#[path = "worker_tests.rs"]
mod tests;
