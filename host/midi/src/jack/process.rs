//! JACK's process callback: the events of each period into the feeds, stamped to their frame.

use crate::feed::Loan;
use crate::inputs::SLOTS;
use jack::{Client, Control, MidiIn, Port, ProcessHandler, ProcessScope};
use ripieno_ports::Micros;
use ripieno_ring::spsc::{Consumer, Producer};

/// A port of ours and the feed that it fills.
pub(super) struct Line {
    pub port: Port<MidiIn>,
    pub loan: Loan,
}

/// What the hub's thread asks of the callback.
#[expect(clippy::large_enum_variant, reason = "in a box, the callback would have to free it")]
pub(super) enum Order {
    /// Read this port from now on.
    Take(Line),
    /// Give the port of a slot back.
    Give(u8),
    /// A source has left the port of a slot: let its notes go.
    LetGo(u8),
}

pub(super) struct Process {
    lines: [Option<Line>; SLOTS],
    orders: Consumer<'static, Order>,
    back: Producer<'static, Line>,
}

impl Process {
    pub fn new(orders: Consumer<'static, Order>, back: Producer<'static, Line>) -> Self {
        Self { lines: Default::default(), orders, back }
    }

    /// Real-time: moves what it is given, and neither makes nor drops anything.
    fn obey(&mut self, order: Order, at: Micros) {
        match order {
            Order::Take(line) => {
                let slot = usize::from(line.loan.id().0);
                // The slot is empty: a feed is lent to one line at a time.
                let before = self.lines[slot].replace(line);
                self.give(before);
            }
            Order::Give(slot) => {
                let line = self.lines[usize::from(slot)].take();
                self.give(line);
            }
            Order::LetGo(slot) => {
                if let Some(feed) = self.lines[usize::from(slot)].as_mut().and_then(|line| line.loan.feed()) {
                    feed.let_go(at);
                }
            }
        }
    }

    fn give(&mut self, line: Option<Line>) {
        if let Some(line) = line {
            // There is a place for the line of each slot.
            let _ = self.back.push(line);
        }
    }
}

impl ProcessHandler for Process {
    fn process(&mut self, client: &Client, scope: &ProcessScope) -> Control {
        // The very values that audio callbacks of this period are given. Where the next one begins is the server's own
        // estimate: its periods are never quite as long as the rate says, and an event lies as far into the time between
        // the two as its frame into the period.
        let (start, next) = scope.cycle_times().map_or_else(
            |_| (client.time(), client.frames_to_time(scope.last_frame_time().wrapping_add(scope.n_frames()))),
            |times| (times.current_usecs, times.next_usecs),
        );
        let (frames, micros) = (u64::from(scope.n_frames().max(1)), next.saturating_sub(start));
        while let Some(order) = self.orders.pop() {
            self.obey(order, Micros(start));
        }
        for Line { port, loan } in self.lines.iter_mut().flatten() {
            let Some(feed) = loan.feed() else { continue };
            for event in port.iter(scope) {
                let offset = (u64::from(event.time) * micros + frames / 2) / frames;
                feed.take(Micros(start + offset), event.bytes);
            }
        }
        Control::Continue
    }
}
