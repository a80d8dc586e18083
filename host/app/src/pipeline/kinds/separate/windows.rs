//! An endless recording through a separator, window by window: planned as if it never ended, added up as it comes, and cut to
//! its length when it does end after all.

use ripieno_chunk::{Edge, Output, OverlapAdd, Plan, PlanSettings, Segment, Window, pad};
use ripieno_ports::{Conditions, Fault, Geometry, Separator};

/// Frames of a recording without an end: two centuries at the highest rate, and no sum of two overflows.
const ENDLESS: u64 = 1 << 51;
/// The longest window in seconds where neither model nor user say one.
const WINDOW_SECS: f64 = 10.0;

/// What is asked of the windows.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The longest in seconds; 0: the model's own.
    pub window_secs: f64,
    /// How far they overlap in seconds; 0: the model's own, or the plan's.
    pub overlap_secs: f64,
    /// Of the model, a share of a window.
    pub model_overlap: Option<f64>,
}

/// Plans the windows of a model for a recording without an end.
pub fn plan(geometry: &Geometry, wish: &Wish) -> Result<Plan, String> {
    let some = |secs: f64| Some(secs).filter(|secs| *secs > 0.0);
    let mut settings = PlanSettings::new(ENDLESS, geometry.rate, geometry.window);
    settings.context = geometry.context;
    settings.max_len_secs = some(wish.window_secs);
    settings.overlap_secs = some(wish.overlap_secs);
    settings.model_overlap = wish.model_overlap;
    let longest = (WINDOW_SECS * f64::from(geometry.rate.hz())) as usize;
    let plan = Plan::new(&settings).map_err(|error| error.to_string())?;
    if settings.max_len_secs.is_some() || plan.window_frames() <= longest.max(least(geometry)) {
        return Ok(plan);
    }
    settings.max_len_secs = Some(WINDOW_SECS);
    Plan::new(&settings).map_err(|error| error.to_string())
}

/// Frames of a window that a model takes whatever is asked.
fn least(geometry: &Geometry) -> usize {
    match geometry.window {
        ripieno_types::WindowFrames::Fixed(frames) => frames,
        ripieno_types::WindowFrames::Flexible { preferred, .. } => preferred.unwrap_or(0),
    }
}

/// Frames by which what comes out lags behind what goes in, by windows alone.
pub fn latency_frames(plan: &Plan) -> u64 {
    // The first window begins early; from the second on it is always the same.
    let segment = plan.segment(1);
    segment.map_or(0, |segment| (segment.start + segment.frames as u64).saturating_sub(segment.kept_start))
}

/// A recording on its way through a separator.
#[derive(Debug)]
pub struct Windows<M> {
    model: M,
    plan: Plan,
    edge: Edge,
    description: String,
    sums: Vec<OverlapAdd<Vec<f32>>>,
    /// What came in from the frame `start` on, a row a channel; and how much came in all.
    rows: Vec<Vec<f32>>,
    start: u64,
    taken: u64,
    /// The next window, and how many frames are done.
    next: u64,
    done: u64,
    mix: Vec<f32>,
    stems: Vec<f32>,
    /// What is done and was not fetched: of each stem, a row a channel.
    ready: Vec<Vec<Vec<f32>>>,
}

impl<M: Separator> Windows<M> {
    /// At the start of a recording.
    pub fn new(model: M, plan: Plan, window: Window, edge: Edge, description: String) -> Result<Self, String> {
        let Geometry { channels, stems, .. } = model.geometry();
        let sum = |_| {
            let memory = vec![0.0; OverlapAdd::memory(channels, &plan)];
            OverlapAdd::new(memory, channels, &plan, window).map_err(|error| error.to_string())
        };
        Ok(Self {
            sums: (0..stems).map(sum).collect::<Result<_, _>>()?,
            rows: vec![Vec::new(); channels],
            ready: vec![vec![Vec::new(); channels]; stems],
            model,
            plan,
            edge,
            description,
            start: 0,
            taken: 0,
            next: 0,
            done: 0,
            mix: Vec::new(),
            stems: Vec::new(),
        })
    }

    /// Takes more of the recording, a row a channel, and separates what windows are full. Worker.
    pub fn push(&mut self, rows: &[Vec<f32>]) -> Result<(), String> {
        for (own, row) in self.rows.iter_mut().zip(rows) {
            own.extend(row.iter().map(|sample| if sample.is_finite() { *sample } else { 0.0 }));
        }
        self.taken += rows.first().map_or(0, Vec::len) as u64;
        while let Some(segment) = self.plan.segment(self.next)
            && segment.start + segment.frames as u64 <= self.taken
        {
            self.separate(&segment)?;
        }
        Ok(())
    }

    /// The recording has ended: separates what is left. Worker.
    pub fn finish(&mut self) -> Result<(), String> {
        while self.done < self.taken
            && let Some(segment) = self.plan.segment(self.next)
        {
            self.separate(&segment)?;
        }
        let beyond = usize::try_from(self.done.saturating_sub(self.taken)).unwrap_or(usize::MAX);
        for row in self.ready.iter_mut().flatten() {
            row.truncate(row.len().saturating_sub(beyond));
        }
        Ok(())
    }

    /// Frames that can be fetched. Any.
    pub fn ready(&self) -> usize {
        self.ready.first().and_then(|stem| stem.first()).map_or(0, Vec::len)
    }

    /// Windows that were separated. Any.
    pub fn windows(&self) -> u64 {
        self.next
    }

    /// The rows of a stem that can be fetched, from their front. Any.
    pub fn stem(&self, stem: usize) -> &[Vec<f32>] {
        &self.ready[stem]
    }

    /// So many frames were fetched of every stem. Any.
    pub fn forget(&mut self, frames: usize) {
        self.ready.iter_mut().flatten().for_each(|row| drop(row.drain(..frames.min(row.len()))));
    }

    fn separate(&mut self, segment: &Segment) -> Result<(), String> {
        let window = segment.window();
        self.mix.resize(self.rows.len() * window, 0.0);
        let from = usize::try_from(segment.start.saturating_sub(self.start)).unwrap_or(usize::MAX);
        for (row, mix) in self.rows.iter().zip(self.mix.chunks_exact_mut(window)) {
            // After its end the recording has fewer frames than the plan believes.
            let there = row.get(from..).unwrap_or_default();
            let there = &there[..segment.frames.min(there.len())];
            mix[segment.before..segment.before + there.len()].copy_from_slice(there);
            pad(mix, segment.before, there.len(), self.edge);
        }
        self.stems.resize(self.sums.len() * self.mix.len(), 0.0);
        let start_frame = segment.start as i64 - segment.before as i64;
        let conditions = Conditions { description: &self.description, start_frame, ..Conditions::default() };
        let produced = self.model.separate(&self.mix, &conditions, &mut self.stems).map_err(|fault| told(&fault))?;
        for ((sum, samples), ready) in
            self.sums.iter_mut().zip(self.stems.chunks_exact(self.mix.len())).zip(&mut self.ready)
        {
            let output = Output { samples, chunk_at: 0, produced };
            sum.add_filled(segment, output).map_err(|error| error.to_string())?;
            let frames = sum.ready();
            let mut finished = vec![0.0; frames * ready.len()];
            sum.take(&mut finished);
            for (row, finished) in ready.iter_mut().zip(finished.chunks_exact(frames.max(1))) {
                row.extend_from_slice(finished);
            }
            self.done = sum.position();
        }
        self.next += 1;
        let needed = self.plan.segment(self.next).map_or(self.taken, |next| next.start).min(self.taken);
        let past = usize::try_from(needed.saturating_sub(self.start)).unwrap_or(usize::MAX);
        self.rows.iter_mut().for_each(|row| drop(row.drain(..past.min(row.len()))));
        self.start = self.start.max(needed);
        Ok(())
    }
}

fn told(fault: &dyn Fault) -> String {
    format!("the model failed: {fault}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ripieno_infer::{Model, OpenOptions, Recording};
    use ripieno_types::SampleRate;

    const HZ: u32 = SampleRate::MIN_HZ;

    fn rate() -> SampleRate {
        SampleRate::new(HZ).unwrap()
    }

    fn windows(reference: &str, wish: &Wish) -> Windows<Model> {
        let mut options = OpenOptions::default();
        options.recording = Some(Recording { rate: rate(), channels: 2 });
        let model = Model::open(reference, &options).unwrap();
        let plan = plan(&model.geometry(), wish).unwrap();
        Windows::new(model, plan, Window::Hann, Edge::Reflect, String::new()).unwrap()
    }

    fn through(windows: &mut Windows<Model>, frames: usize, block: usize) -> Vec<Vec<Vec<f32>>> {
        let sample = |frame: usize| ((frame * 37 % 1_009) as f32 / 1_009.0 - 0.5) * 0.5;
        let mut stems = vec![vec![Vec::new(); 2]; windows.ready.len()];
        let mut fetch = |windows: &mut Windows<Model>| {
            let ready = windows.ready();
            for (nth, stem) in stems.iter_mut().enumerate() {
                stem.iter_mut().zip(windows.stem(nth)).for_each(|(to, row)| to.extend_from_slice(row));
            }
            windows.forget(ready);
        };
        for at in (0..frames).step_by(block) {
            let row: Vec<f32> = (at..frames.min(at + block)).map(sample).collect();
            windows.push(&[row.clone(), row]).unwrap();
            fetch(windows);
        }
        windows.finish().unwrap();
        fetch(windows);
        stems
    }

    #[test]
    fn an_identity_gives_back_what_came_whatever_its_length() {
        let wish = Wish { window_secs: 0.5, overlap_secs: 0.1, model_overlap: None };
        for frames in [1, 63, 4_000, 4_001, 30_000] {
            let stems = through(&mut windows("builtin:identity", &wish), frames, 64);
            assert_eq!(stems[0][0].len(), frames);
            let expected = |frame: usize| ((frame * 37 % 1_009) as f32 / 1_009.0 - 0.5) * 0.5;
            let worst = stems[0][0].iter().enumerate().map(|(n, x)| (x - expected(n)).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-5, "{frames}: {worst}");
        }
    }

    #[test]
    fn blocks_do_not_matter() {
        let wish = Wish { window_secs: 1.0, overlap_secs: 0.0, model_overlap: None };
        let one = through(&mut windows("builtin:hpss", &wish), 20_000, 64);
        let other = through(&mut windows("builtin:hpss", &wish), 20_000, 7_777);
        assert_eq!(one, other);
        assert_eq!(one.len(), 2);
    }

    #[test]
    fn the_stated_latency_holds() {
        let wish = Wish { window_secs: 0.5, overlap_secs: 0.1, model_overlap: None };
        let mut windows = windows("builtin:identity", &wish);
        let latency = latency_frames(&windows.plan);
        assert!((1..=4_000).contains(&latency), "{latency}");
        let (mut given, block) = (0, 8);
        for _ in 0..4_000 {
            windows.push(&vec![vec![0.25; block]; 2]).unwrap();
            let ready = windows.ready();
            windows.forget(ready);
            given += ready as u64;
            assert!(windows.taken <= given + latency + block as u64, "{} of {}", given, windows.taken);
        }
    }

    #[test]
    fn windows_are_never_endless() {
        let wish = Wish { window_secs: 0.0, overlap_secs: 0.0, model_overlap: None };
        for reference in ["builtin:identity", "builtin:hpss", "builtin:center", "builtin:bands"] {
            let windows = windows(reference, &wish);
            assert!(windows.plan.window_frames() <= 20 * HZ as usize, "{reference}");
        }
    }
}
