//! Reader threads. Each has its own feeders and serves the one whose ring is emptiest.

use super::feeder::{Feeder, Shelf};
use super::memory::Open;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;
use std::time::Duration;

/// Reader threads of a kit.
const LANES: usize = 2;
/// How often wishes are looked at: while a voice reads, and while none does. Voices live on memory for longer than that.
const BUSY: Duration = Duration::from_millis(1);
const IDLE: Duration = Duration::from_millis(4);

/// The ways to the reader threads, which end when nobody plays the kit any more.
pub(super) struct Lanes([Sender<Vec<Feeder>>; LANES]);

impl Lanes {
    pub(super) fn new(open: &Open, frames: Arc<[u32]>) -> Self {
        Self(std::array::from_fn(|number| {
            let (sender, arrivals) = channel();
            let shelf = Shelf::new(open.clone(), frames.clone());
            let spawned =
                thread::Builder::new().name(format!("samples-{number}")).spawn(move || serve(&arrivals, shelf));
            // Without a thread nothing beyond memory arrives: silence, which is counted.
            drop(spawned);
            sender
        }))
    }

    /// Hands feeders to the threads, one after the other. Control.
    pub(super) fn add(&self, feeders: Vec<Feeder>) {
        let mut shares: [Vec<Feeder>; LANES] = Default::default();
        for (number, feeder) in feeders.into_iter().enumerate() {
            shares[number % LANES].push(feeder);
        }
        for (sender, share) in self.0.iter().zip(shares) {
            let _ = sender.send(share);
        }
    }
}

fn serve(arrivals: &Receiver<Vec<Feeder>>, mut shelf: Shelf) {
    let mut feeders: Vec<Feeder> = Vec::new();
    loop {
        match arrivals.try_recv() {
            Ok(new) => feeders.extend(new),
            Err(TryRecvError::Disconnected) if feeders.is_empty() => return,
            Err(_) => {}
        }
        let mut emptiest: Option<(usize, &mut Feeder)> = None;
        for feeder in &mut feeders {
            if let Some(ahead) = feeder.lack(&mut shelf)
                && emptiest.as_ref().is_none_or(|(least, _)| ahead < *least)
            {
                emptiest = Some((ahead, feeder));
            }
        }
        if let Some((_, feeder)) = emptiest {
            feeder.feed(&mut shelf);
        } else {
            feeders.retain(|feeder| !feeder.is_abandoned());
            thread::sleep(if feeders.iter().any(Feeder::is_active) { BUSY } else { IDLE });
        }
    }
}
