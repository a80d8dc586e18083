//! Voices side by side, for processors with vector units. A voice without a filter runs through its frames side by side;
//! of the filtered ones eight share each step of filter and mix, one voice a lane, because a filter must wait for its own
//! last frame.

mod group;
mod loops;

use crate::interpolate;
use crate::lanes::{CONTROL_FRAMES, Line, Sum, Sums};
use crate::stage::{Players, Span};
use crate::voice::Source;
use crate::window::Window;
use group::Group;
#[cfg(test)]
pub use loops::{Filters, filter};

/// Sings, filters and sums.
#[derive(Debug)]
pub struct Wide {
    window: Window,
    partial: interpolate::Sums,
    /// One voice's frames.
    line: Line,
    filtered: Group,
    sums: Sums,
}

impl Wide {
    /// With nothing in its sums.
    pub const SILENT: Self = Self {
        window: Window::SILENT,
        partial: interpolate::Sums::ZERO,
        line: [0.0; CONTROL_FRAMES],
        filtered: Group::EMPTY,
        sums: [const { Sum::SILENT }; 4],
    };

    /// Sums the span's frames of every sound.
    pub fn play(&mut self, players: &mut Players<'_>, span: &Span<'_>) {
        for place in 0..players.places() {
            let member = players.member(place);
            let Some(sound) = players.sound(member) else { continue };
            let line = &mut self.line[..span.count];
            let pool = span.pool(sound);
            match &mut sound.source {
                Source::Sample(cursor) => {
                    loops::sing(cursor, pool, span.interpolation, &mut self.window, &mut self.partial, line)
                }
                Source::Direct(oscillators) => loops::sing_direct(oscillators, span.from, line),
            }
            span.shape(sound, line);
            if !sound.filter.is_active {
                sound.last = line[span.count - 1];
                let with_sends = span.with_sends && group::has_sends(sound);
                loops::mix_one(line, span.from, &sound.gains, with_sends, &mut self.sums);
            } else if self.filtered.join(member, sound, span.from, line) {
                self.flush(players, span);
            }
        }
        self.flush(players, span);
    }

    /// Filters and mixes the voices that wait for it.
    fn flush(&mut self, players: &mut Players<'_>, span: &Span<'_>) {
        for (member, [low, band]) in self.filtered.flush(span.from, span.count, span.with_sends, &mut self.sums) {
            if let Some(sound) = players.sound(member) {
                sound.filter.keep(low, band, span.ends_period());
            }
        }
    }

    /// Hands over left, right, chorus and reverb of the frames that were summed last, each as far as asked.
    pub fn collect(&mut self, span: &Span<'_>, buses: [&mut [f32]; 4]) {
        for (sum, out) in self.sums.iter_mut().zip(buses).take(if span.with_sends { 4 } else { 2 }) {
            loops::collect(sum, span.from, span.count, out);
        }
    }
}
