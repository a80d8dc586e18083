//! One contest: entrants take turns for a number of rounds; medians and ratios come from the same run.
//!
//! Absolute figures move with the machine and its neighbours, ratios between entrants of one round mostly do not: each
//! ratio is the median of the rounds' own ratios.

use std::fmt::Write as _;

/// One measurement, in the contest's unit (smaller is better).
type Sample<'a> = Box<dyn FnMut() -> f64 + 'a>;

/// Entrants measured in turn; the first is ours.
pub struct Contest<'a> {
    title: String,
    unit: &'static str,
    entrants: Vec<(String, Sample<'a>)>,
    goals: Vec<(usize, f64)>,
}

/// What one entrant reached.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The entrant's name.
    pub name: String,
    /// Median figure in the contest's unit.
    pub median: f64,
    /// Best figure.
    pub best: f64,
    /// Our figure divided by this entrant's, median over rounds.
    pub ours_over_this: f64,
}

impl<'a> Contest<'a> {
    /// A contest without entrants. `unit` is what one sample returns, such as "ns/frame".
    pub fn new(title: impl Into<String>, unit: &'static str) -> Self {
        Self { title: title.into(), unit, entrants: Vec::new(), goals: Vec::new() }
    }

    /// Adds an entrant: a closure that runs one sample and returns its figure. The first one added is ours.
    pub fn entrant(mut self, name: impl Into<String>, sample: impl FnMut() -> f64 + 'a) -> Self {
        self.entrants.push((name.into(), Box::new(sample)));
        self
    }

    /// States that ours should need at most `ratio` times the figure of the entrant added last.
    pub fn goal(mut self, ratio: f64) -> Self {
        self.goals.push((self.entrants.len() - 1, ratio));
        self
    }

    /// Runs one warm-up round and `rounds` counted ones, prints the table to stdout and returns it.
    pub fn run(mut self, rounds: usize) -> Vec<Standing> {
        let mut figures = vec![Vec::with_capacity(rounds); self.entrants.len()];
        for round in 0..=rounds {
            for (entrant, (_, sample)) in self.entrants.iter_mut().enumerate() {
                let figure = sample();
                if round > 0 {
                    figures[entrant].push(figure);
                }
            }
        }
        let standings: Vec<Standing> = (self.entrants.iter().zip(&figures))
            .map(|((name, _), own)| Standing {
                name: name.clone(),
                median: median(own.clone()),
                best: own.iter().copied().fold(f64::INFINITY, f64::min),
                ours_over_this: median(figures[0].iter().zip(own).map(|(ours, this)| ours / this).collect()),
            })
            .collect();
        print!("{}", self.table(&standings, rounds));
        standings
    }

    fn table(&self, standings: &[Standing], rounds: usize) -> String {
        let mut text = format!("\n## {} ({}, {rounds} rounds)\n\n", self.title, self.unit);
        text.push_str("| entrant | median | best | ours / this | goal |\n|---|---|---|---|---|\n");
        for (index, s) in standings.iter().enumerate() {
            let goal = self.goals.iter().find(|(entrant, _)| *entrant == index).map_or(String::new(), |(_, ratio)| {
                format!("≤ {ratio:.2}: {}", if s.ours_over_this <= *ratio { "met" } else { "missed" })
            });
            let _ =
                writeln!(text, "| {} | {:.2} | {:.2} | {:.2} | {goal} |", s.name, s.median, s.best, s.ours_over_this);
        }
        text
    }
}

/// The middle figure; NaN for none.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_pair_the_rounds() {
        // The machine slows down round by round; the ratio does not move.
        let slowing = |start: f64| {
            let mut figure = start;
            move || {
                figure *= 2.0;
                figure
            }
        };
        let standings = Contest::new("t", "ns").entrant("ours", slowing(1.0)).entrant("rival", slowing(4.0)).run(5);
        assert_eq!(standings[1].ours_over_this, 0.25);
    }
}
