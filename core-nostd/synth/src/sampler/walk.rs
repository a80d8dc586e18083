//! Flex envelopes (ARIA's `egN`): from point to point, waiting at one of them for the release.
//!
//! A point with shape `s` is approached as `x^(s + 1)`, for a negative one as `1 - (1 - x)^(1 - s)`. A release goes straight
//! to the point behind the one it waits at, from the present level. Behind the last point the level stays.

use super::kit::Kit;
use super::link::PointField;
use super::numbers::{Inputs, Wiring, point_sum};
use super::part::Part;
use super::senses::bounded;
use super::shapes::FlexEnvelope;

/// Controllers move points while they are being approached.
const DYNAMIC: u16 = 1;

/// Points that are passed in one period at most.
const AT_ONCE: usize = 16;

/// Where the numbers of an envelope's points come from.
#[derive(Debug)]
pub struct Map<'a> {
    pub kit: &'a Kit<'a>,
    pub part: &'a Part,
    pub wiring: &'a Wiring,
    pub inputs: Inputs<'a>,
}

/// One envelope on its way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Walk {
    /// The point that it goes to.
    point: u8,
    /// Seconds on the way.
    at: f32,
    /// The way's seconds, its end and its shape.
    time: f32,
    to: f32,
    shape: f32,
    /// Where it began.
    from: f32,
    is_released: bool,
    is_over: bool,
}

impl Walk {
    /// At the beginning of the part's envelope `number`.
    pub fn begin(&mut self, map: &Map<'_>, number: u8, envelope: &FlexEnvelope) {
        *self = Self::default();
        self.head_for(map, number, envelope, 0);
        self.advance(map, number, envelope, 0.0);
    }

    fn head_for(&mut self, map: &Map<'_>, number: u8, envelope: &FlexEnvelope, point: u8) {
        self.point = point;
        let exists = u32::from(point) < envelope.points.count;
        let place = envelope.points.start.saturating_add(u32::from(point));
        let Some(goal) = map.kit.points.at(place).filter(|_| exists) else {
            (self.is_over, self.time, self.shape) = (true, 0.0, 0.0);
            return;
        };
        let moved = |own: f32, field| {
            let links = map.wiring.has_point_links;
            own + if links { point_sum(map.kit, map.part, &map.inputs, number, point, field) } else { 0.0 }
        };
        self.time = bounded(moved(goal.time, PointField::Time), 0.0, 100.0);
        self.to = bounded(moved(goal.level, PointField::Level), -100.0, 100.0);
        self.shape = bounded(goal.shape, -100.0, 100.0);
    }

    /// `seconds` later.
    pub fn advance(&mut self, map: &Map<'_>, number: u8, envelope: &FlexEnvelope, seconds: f32) {
        if self.is_over {
            return;
        }
        if envelope.flags & DYNAMIC != 0 && map.wiring.has_point_links {
            self.head_for(map, number, envelope, self.point);
        }
        self.at += seconds;
        for _ in 0..AT_ONCE {
            let waits = self.point == envelope.sustain && !self.is_released;
            if self.is_over || self.at < self.time {
                return;
            }
            if waits {
                self.at = self.time;
                return;
            }
            self.at -= self.time;
            self.from = self.to;
            self.head_for(map, number, envelope, self.point.saturating_add(1));
        }
    }

    /// Lets go, `pending` seconds ago.
    pub fn release(&mut self, map: &Map<'_>, number: u8, envelope: &FlexEnvelope, pending: f32) {
        if self.is_released {
            return;
        }
        self.is_released = true;
        if self.is_over {
            return;
        }
        // One that waits nowhere goes its way.
        if self.point <= envelope.sustain && u32::from(envelope.sustain) < envelope.points.count {
            self.from = self.level();
            self.at = pending.max(0.0);
            self.head_for(map, number, envelope, envelope.sustain.saturating_add(1));
        }
    }

    /// Where it is.
    pub fn level(&self) -> f32 {
        let x = if self.time > 0.0 { bounded(self.at / self.time, 0.0, 1.0) } else { 1.0 };
        let to = if self.is_over { self.from } else { self.to };
        let y = if self.shape == 0.0 {
            x
        } else if self.shape > 0.0 {
            libm::powf(x, 1.0 + self.shape)
        } else {
            1.0 - libm::powf(1.0 - x, 1.0 - self.shape)
        };
        self.from + (to - self.from) * y
    }

    /// True from the release on.
    pub fn is_released(&self) -> bool {
        self.is_released
    }

    /// True behind the last point.
    pub fn is_over(&self) -> bool {
        self.is_over
    }
}
