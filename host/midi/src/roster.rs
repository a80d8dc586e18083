//! Who sits where: which slot a device takes, and takes again when it comes back. Plain values, no driver.

use crate::port::PortInfo;

/// The slots and who they belong to.
#[derive(Debug)]
pub(crate) struct Roster {
    seats: Vec<Seat>,
    /// Departures so far.
    departures: u64,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Seat {
    /// Who sits here, or did last: that device finds its seat again.
    pub device: Option<PortInfo>,
    pub is_taken: bool,
    /// Which departure it was left at.
    left: u64,
}

impl Roster {
    pub fn new(seats: usize) -> Self {
        Self { seats: vec![Seat::default(); seats], departures: 0 }
    }

    pub fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// True if this very port has a seat now.
    pub fn is_seated(&self, port: &PortInfo) -> bool {
        self.taken().any(|(_, device)| device.is_same(port))
    }

    /// Seats whose device is not among those present.
    pub fn departed(&self, present: &[PortInfo]) -> Vec<usize> {
        self.taken()
            .filter(|(_, device)| !present.iter().any(|port| port.is_same(device)))
            .map(|(seat, _)| seat)
            .collect()
    }

    /// A seat for each port that has none: its own from before, by name and identifier; else one that a device of the
    /// same name has left, in the order of seats and identifiers; else one that was never taken; else the one that has
    /// been left the longest. `None` when all are taken.
    pub fn arrivals<'p>(&self, ports: &'p [PortInfo]) -> Vec<(Option<usize>, &'p PortInfo)> {
        let mut free: Vec<(usize, &Seat)> = self.seats.iter().enumerate().filter(|(_, seat)| !seat.is_taken).collect();
        let mut waiting: Vec<&PortInfo> = ports.iter().filter(|port| !self.is_seated(port)).collect();
        waiting.sort_by(|a, b| a.id.cmp(&b.id));
        let mut seated = Vec::new();
        let mut seat = |waiting: &mut Vec<&'p PortInfo>, fits: &dyn Fn(&PortInfo, &PortInfo) -> bool| {
            waiting.retain(|port| {
                let place = free.iter().position(|(_, seat)| seat.device.as_ref().is_some_and(|old| fits(old, port)));
                if let Some(place) = place {
                    seated.push((Some(free.remove(place).0), *port));
                }
                place.is_none()
            });
        };
        seat(&mut waiting, &|old, port| old.is_same(port));
        seat(&mut waiting, &|old, port| old.name == port.name);
        free.sort_by_key(|(place, seat)| (seat.device.is_some(), seat.left, *place));
        let mut free = free.into_iter().map(|(place, _)| place);
        seated.extend(waiting.into_iter().map(|port| (free.next(), port)));
        seated
    }

    /// Seats a device.
    pub fn take(&mut self, seat: usize, port: &PortInfo) {
        self.seats[seat] = Seat { device: Some(port.clone()), is_taken: true, left: 0 };
    }

    /// Lets the device leave; the seat remembers it.
    pub fn leave(&mut self, seat: usize) {
        self.departures += 1;
        self.seats[seat].is_taken = false;
        self.seats[seat].left = self.departures;
    }

    fn taken(&self) -> impl Iterator<Item = (usize, &PortInfo)> {
        let taken = self.seats.iter().enumerate().filter(|(_, seat)| seat.is_taken);
        taken.filter_map(|(place, seat)| Some((place, seat.device.as_ref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::Direction;

    fn port(name: &str, id: &str) -> PortInfo {
        PortInfo { name: name.into(), id: id.into(), direction: Direction::Input, is_hardware: true }
    }

    /// Lets the ports of `ids` (all of one name) be what is there; gives who sits on each seat.
    fn scan(roster: &mut Roster, ids: &[&str]) -> Vec<Option<String>> {
        let ports: Vec<_> = ids.iter().map(|id| port("Pad", id)).collect();
        for seat in roster.departed(&ports) {
            roster.leave(seat);
        }
        for (seat, port) in roster.arrivals(&ports) {
            if let Some(seat) = seat {
                roster.take(seat, port);
            }
        }
        let id = |seat: &Seat| seat.device.as_ref().filter(|_| seat.is_taken).map(|device| device.id.clone());
        roster.seats().iter().map(id).collect()
    }

    fn seats(ids: &[&str]) -> Vec<Option<String>> {
        ids.iter().map(|id| (!id.is_empty()).then(|| (*id).into())).collect()
    }

    #[test]
    fn a_device_finds_its_seat_again() {
        let mut roster = Roster::new(4);
        assert_eq!(scan(&mut roster, &["c", "a", "b"]), seats(&["a", "b", "c", ""]));
        assert_eq!(scan(&mut roster, &["b"]), seats(&["", "b", "", ""]));
        assert_eq!(scan(&mut roster, &["b", "c"]), seats(&["", "b", "c", ""]));
        // At another socket: a seat of its name; both, in the order of their identifiers.
        assert_eq!(scan(&mut roster, &["b", "c", "x"]), seats(&["x", "b", "c", ""]));
        assert_eq!(scan(&mut roster, &[]), seats(&["", "", "", ""]));
        assert_eq!(scan(&mut roster, &["z", "y", "c"]), seats(&["y", "z", "c", ""]));
    }

    #[test]
    fn strangers_take_fresh_seats_first_then_those_left_longest() {
        let mut roster = Roster::new(3);
        for (seat, name) in ["one", "two"].into_iter().enumerate() {
            roster.take(seat, &port(name, name));
        }
        roster.leave(1);
        roster.leave(0);
        let ports = ["3", "4", "5", "6"].map(|id| port(id, id));
        let places: Vec<_> = roster.arrivals(&ports).into_iter().map(|(seat, _)| seat).collect();
        assert_eq!(places, [Some(2), Some(1), Some(0), None]);
    }

    #[test]
    fn a_name_alone_is_not_the_same_port() {
        let mut roster = Roster::new(2);
        roster.take(0, &port("Pad", "20:0"));
        assert_eq!(roster.departed(&[port("Keys", "20:0"), port("Pad", "24:0")]), [0]);
        assert!(roster.departed(&[port("Pad", "20:0")]).is_empty());
    }
}
