//! MIDI Polyphonic Expression (M1-100-UM): zones in which every note has a channel of its own.
//!
//! A zone's manager is channel 1 or 16, its members lie next to it. What the manager is sent goes for all members; three
//! things each note has for itself and shares with the zone as well: bends add up, of two pressures the greater counts, and
//! controller 74 adds up about its centre.

/// How far a member's wheel bends unless set, in semitones.
pub const MEMBER_RANGE: u8 = 48;
/// How far a manager's wheel bends unless set, as any other channel's.
pub const MANAGER_RANGE: u8 = 2;

const LOWER: u8 = 0;
const UPPER: u8 = 15;

/// The zones, and what each channel was sent for itself.
#[derive(Clone, Debug)]
pub struct Zones {
    /// Members of the lower zone, channels 2 and up, and of the upper one, 15 and down; together at most 14, or 15 in one.
    members: [u8; 2],
    timbre: [u8; 16],
    pressure: [u8; 16],
}

impl Zones {
    /// Without zones, or with a lower one of all other channels.
    pub const fn new(is_on: bool) -> Self {
        Self { members: [if is_on { 15 } else { 0 }, 0], timbre: [64; 16], pressure: [0; 16] }
    }

    /// Gives a manager (channel 0 or 15) so many members; the other zone gives way. False for any other channel.
    pub fn configure(&mut self, manager: u8, members: u8) -> bool {
        let members = members.min(15);
        let [lower, upper] = &mut self.members;
        let (own, other) = match manager {
            LOWER => (lower, upper),
            UPPER => (upper, lower),
            _ => return false,
        };
        *own = members;
        *other = if members == 15 { 0 } else { (*other).min(14 - members.min(14)) };
        true
    }

    /// The manager of a member.
    pub fn manager(&self, channel: u8) -> Option<u8> {
        let [lower, upper] = self.members;
        if (1..=lower).contains(&channel) {
            Some(LOWER)
        } else if channel < UPPER && channel >= UPPER - upper {
            Some(UPPER)
        } else {
            None
        }
    }

    /// The members that a channel manages, one bit each; none for most.
    pub fn members(&self, manager: u8) -> u16 {
        let [lower, upper] = self.members;
        match manager {
            LOWER => ((1_u32 << (lower + 1)) - 2) as u16,
            UPPER => (0x8000 - (0x8000_u32 >> upper)) as u16,
            _ => 0,
        }
    }

    /// A channel is sent controller 74.
    pub fn set_timbre(&mut self, channel: u8, value: u8) {
        self.timbre[usize::from(channel & 15)] = value;
    }

    /// What controller 74 is for a channel.
    pub fn timbre(&self, channel: u8) -> u8 {
        let own = self.timbre[usize::from(channel & 15)];
        match self.manager(channel) {
            Some(manager) => {
                let zone = self.timbre[usize::from(manager & 15)];
                (i16::from(own) + i16::from(zone) - 64).clamp(0, 127) as u8
            }
            None => own,
        }
    }

    /// A channel is sent pressure.
    pub fn set_pressure(&mut self, channel: u8, value: u8) {
        self.pressure[usize::from(channel & 15)] = value;
    }

    /// What a channel's pressure is.
    pub fn pressure(&self, channel: u8) -> u8 {
        let own = self.pressure[usize::from(channel & 15)];
        self.manager(channel).map_or(own, |manager| own.max(self.pressure[usize::from(manager & 15)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(zones: &Zones, manager: u8) -> u16 {
        let found = (0..16).filter(|&channel| zones.manager(channel) == Some(manager));
        let found = found.fold(0, |bits, channel| bits | 1 << channel);
        assert_eq!(zones.members(manager), found, "{zones:?}");
        found
    }

    #[test]
    fn the_later_zone_takes_what_it_needs() {
        let mut zones = Zones::new(false);
        let check = |zones: &Zones, lower: u16, upper: u16| {
            assert_eq!((members(zones, 0), members(zones, 15)), (lower, upper), "{zones:?}");
            assert_eq!(zones.members(7), 0);
        };
        check(&zones, 0, 0);
        zones.configure(0, 7);
        zones.configure(15, 3);
        check(&zones, 0b1111_1110, 0b0111_0000_0000_0000);
        zones.configure(15, 10);
        check(&zones, 0b1_1110, 0b0111_1111_1110_0000);
        zones.configure(0, 15);
        check(&zones, 0xFFFE, 0);
        zones.configure(15, 14);
        check(&zones, 0, 0x7FFE);
        zones.configure(15, 0);
        check(&zones, 0, 0);
        assert!(!zones.configure(3, 5));
    }

    #[test]
    fn a_note_shares_its_dimensions_with_the_zone() {
        let mut zones = Zones::new(true);
        zones.set_timbre(0, 74);
        zones.set_timbre(3, 60);
        zones.set_pressure(0, 50);
        zones.set_pressure(4, 90);
        assert_eq!([0, 3, 4].map(|channel| zones.timbre(channel)), [74, 70, 74]);
        assert_eq!([0, 3, 4].map(|channel| zones.pressure(channel)), [50, 50, 90]);
        zones.set_timbre(3, 127);
        assert_eq!(zones.timbre(3), 127);
    }
}
