//! What an output holds: a stem, several of them, or what they leave of the recording.

use super::exact;

/// The content of one output, by the indices of stems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The sum of these stems; mostly of one.
    Sum(Vec<usize>),
    /// The recording less these stems.
    Rest(Vec<usize>),
}

impl Part {
    /// The stems it is made of. Any.
    pub fn stems(&self) -> &[usize] {
        match self {
            Self::Sum(stems) | Self::Rest(stems) => stems,
        }
    }
}

/// Turns stems into the contents of outputs.
#[derive(Debug)]
pub(crate) struct Mixer {
    parts: Vec<Part>,
    /// The stems that any part names, in ascending order: a part's own indices are those in here.
    used: Vec<usize>,
    /// Those of `used` that are taken from the recording, and so are rounded.
    taken: Vec<usize>,
    /// The smallest unit they are rounded to.
    least: f32,
}

impl Mixer {
    /// For these parts. `integers`: outputs hold integers of 24 bits.
    pub(crate) fn new(parts: &[Part], integers: bool) -> Self {
        let mut used: Vec<usize> = parts.iter().flat_map(|part| part.stems().iter().copied()).collect();
        used.sort_unstable();
        used.dedup();
        let place = |stem: &usize| used.iter().position(|used| used == stem).unwrap_or(0);
        let own = |part: &Part| match part {
            Part::Sum(stems) => Part::Sum(stems.iter().map(place).collect()),
            Part::Rest(stems) => Part::Rest(stems.iter().map(place).collect()),
        };
        let parts: Vec<Part> = parts.iter().map(own).collect();
        let mut taken: Vec<usize> =
            parts.iter().filter(|part| matches!(part, Part::Rest(_))).flat_map(|part| part.stems().to_vec()).collect();
        taken.sort_unstable();
        taken.dedup();
        Self { parts, used, taken, least: if integers { exact::LAST_OF_24_BITS } else { 0.0 } }
    }

    /// The stems that are needed.
    pub(crate) fn used(&self) -> &[usize] {
        &self.used
    }

    /// Whether the recording is needed.
    pub(crate) fn wants_mix(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Rest(_)))
    }

    /// One channel of all parts. `stems` are those that are [used](Self::used), all of one length; they are rounded in place.
    /// `out` has a vector a part, which is filled.
    pub(crate) fn mix(&self, recording: &[f32], stems: &mut [&mut [f32]], out: &mut [Vec<f32>]) {
        if !self.taken.is_empty() {
            let mut rows: Vec<&mut [f32]> = Vec::with_capacity(self.taken.len());
            for (index, stem) in stems.iter_mut().enumerate() {
                if self.taken.contains(&index) {
                    rows.push(stem);
                }
            }
            exact::round(recording, &mut rows, self.least);
        }
        for (part, out) in self.parts.iter().zip(out) {
            out.clear();
            match part {
                Part::Sum(sum) => {
                    let (first, others) =
                        sum.split_first().map_or((None, &[][..]), |(first, others)| (Some(first), others));
                    match first {
                        Some(first) => out.extend_from_slice(stems[*first]),
                        None => out.resize(stems.first().map_or(0, |stem| stem.len()), 0.0),
                    }
                    for other in others {
                        out.iter_mut().zip(stems[*other].iter()).for_each(|(sum, stem)| *sum += stem);
                    }
                }
                Part::Rest(taken) => {
                    out.extend_from_slice(recording);
                    for other in taken {
                        out.iter_mut().zip(stems[*other].iter()).for_each(|(left, stem)| *left -= stem);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_sums_and_rests() {
        let parts = [Part::Sum(vec![3]), Part::Rest(vec![3, 1]), Part::Sum(vec![1, 3])];
        let mixer = Mixer::new(&parts, false);
        assert_eq!(mixer.used(), [1, 3]);
        assert!(mixer.wants_mix());
        let (mut one, mut three) = ([0.25, 0.5], [0.125, -0.5]);
        let mut out = vec![Vec::new(); 3];
        mixer.mix(&[0.5, 0.75], &mut [&mut one, &mut three], &mut out);
        assert_eq!(out, [[0.125, -0.5], [0.125, 0.75], [0.375, 0.0]]);
        assert!(!Mixer::new(&parts[..1], true).wants_mix());
    }
}
