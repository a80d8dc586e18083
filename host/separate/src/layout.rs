//! How a recording is cut for a model: the plan, what is sent along, how windows shrink when memory is short, and what all of
//! it takes.

use crate::event::{PlanReport, SegmentReport, Warning};
use crate::memory::{self, Buffers};
use crate::model::{About, asked_window};
use crate::stream::{Part, arranged};
use crate::{AnchorMode, Compat, ErrorCode, JobError, JobSettings};
use ripieno_chunk::{Edge, Plan, PlanSettings, PromptSettings, Tail, Window, reserve, to_frames};
use ripieno_ports::Geometry;
use ripieno_types::{Anchor, SampleRate, WindowFrames};
use std::collections::BTreeSet;

/// Windows are not halved below this, in seconds: nothing could be heard in them.
const SHORTEST_SECS: f64 = 0.5;

/// Prompts take at most this share of a window.
const MOST_RESERVE: usize = 2;

/// How a recording is cut.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub plan: Plan,
    pub prompts: PromptSettings,
    pub window: Window,
    pub edge: Edge,
}

/// Cuts a recording of `total` frames at the model's rate. Windows are halved so often.
pub(crate) fn layout(
    job: &JobSettings,
    about: &About,
    geometry: &Geometry,
    anchors: &[Anchor],
    total: u64,
    halvings: u32,
) -> Result<Layout, JobError> {
    let reference = job.compat == Compat::Patchbay;
    let mode = mode(job.anchor_mode);
    let mut prompts = match reference {
        true => PromptSettings::reference(mode),
        false => PromptSettings::new(mode, geometry.rate),
    };
    prompts.count = job.anchor_count;
    prompts.gap = frames("anchor_gap_s", job.anchor_gap_secs, geometry.rate)?;

    let mut settings = PlanSettings::new(total, geometry.rate, geometry.window);
    settings.context = geometry.context;
    settings.max_len_secs = job.max_len_secs;
    settings.overlap_secs = job.overlap_secs;
    if reference && job.max_len_secs.is_some() {
        // The reference's own overlap does not give way to a short window.
        settings.overlap_secs = job.overlap_secs.or(Some(Plan::DEFAULT_OVERLAP_SECS));
    }
    settings.model_overlap = about.overlap;
    settings.tail = if reference { Tail::Short } else { Tail::Context };
    let longest = longest(job, geometry, total)?;
    if halvings > 0 {
        halve(&mut settings, job, longest, halvings)?;
    }
    if prompts.budgeted {
        let longest = longest >> halvings.min(usize::BITS - 1);
        let room = longest.saturating_sub(2 * geometry.context) / MOST_RESERVE;
        settings.reserve = reserve(total, geometry.rate, anchors, &prompts).min(room);
    }
    let plan = Plan::new(&settings).map_err(|error| JobError::new(ErrorCode::BadSettings, error.to_string()))?;
    Ok(Layout { plan, prompts, window: asked_window(job.window, about.window), edge: about.edge })
}

/// The longest window without halving, in frames.
fn longest(job: &JobSettings, geometry: &Geometry, total: u64) -> Result<usize, JobError> {
    let own = match geometry.window {
        WindowFrames::Fixed(frames) => frames,
        WindowFrames::Flexible { preferred: Some(preferred), .. } => preferred,
        WindowFrames::Flexible { align, most, preferred: None } => most.min(
            usize::try_from(total).unwrap_or(usize::MAX).max(1).checked_next_multiple_of(align.max(1)).unwrap_or(most),
        ),
    };
    job.max_len_secs.map_or(Ok(own), |secs| frames("max_len_s", secs, geometry.rate))
}

/// Halves the longest window; an overlap that was not asked for stays the same share of it.
fn halve(settings: &mut PlanSettings, job: &JobSettings, longest: usize, halvings: u32) -> Result<(), JobError> {
    let rate = f64::from(settings.rate.hz());
    let secs = longest as f64 / rate / f64::from(halvings).exp2();
    let fixed = matches!(settings.window, WindowFrames::Fixed(_));
    if fixed || secs < SHORTEST_SECS.max(4.0 * settings.context as f64 / rate) {
        let why = if fixed { "this model takes windows of one length" } else { "windows cannot be smaller" };
        let message = format!("memory is short, and {why}; close other programs, or use another model or machine");
        return Err(JobError::new(ErrorCode::OutOfMemory, message));
    }
    settings.max_len_secs = Some(secs);
    settings.overlap_secs = match (job.overlap_secs, job.max_len_secs, settings.model_overlap) {
        (Some(overlap), ..) => Some(overlap.min(secs / 2.0)),
        (None, Some(_), _) => None,
        (None, None, share) => Some(share.unwrap_or(Plan::DEFAULT_MODEL_OVERLAP) * secs),
    };
    Ok(())
}

fn frames(field: &str, secs: f64, rate: SampleRate) -> Result<usize, JobError> {
    (to_frames(secs, rate).and_then(|frames| usize::try_from(frames).ok()))
        .ok_or_else(|| JobError::new(ErrorCode::BadSettings, format!("{field}: {secs} s cannot be counted in frames")))
}

fn mode(mode: AnchorMode) -> ripieno_chunk::AnchorMode {
    match mode {
        AnchorMode::Strict => ripieno_chunk::AnchorMode::Strict,
        AnchorMode::Append => ripieno_chunk::AnchorMode::Append,
        AnchorMode::StrictOrAppend => ripieno_chunk::AnchorMode::StrictOrAppend,
        AnchorMode::AppendNearest => ripieno_chunk::AnchorMode::AppendNearest,
        AnchorMode::AppendPrevious => ripieno_chunk::AnchorMode::AppendPrevious,
        AnchorMode::PrependNearest => ripieno_chunk::AnchorMode::PrependNearest,
    }
}

/// What will be done, window by window.
pub(crate) fn report(
    layout: &Layout,
    anchors: &[Anchor],
    geometry: &Geometry,
    parts: &[Part],
    ratio: f64,
    model_bytes: impl Fn(usize) -> u64,
) -> Result<PlanReport, JobError> {
    let plan = &layout.plan;
    let mut segments = Vec::new();
    let mut longest = 0;
    for segment in plan.segments() {
        // Without prompts all windows are as long as the first, or shorter.
        if segments.len() >= PlanReport::MOST_SEGMENTS && anchors.is_empty() {
            break;
        }
        let sent = arranged(plan, &segment, anchors, &layout.prompts)?;
        longest = longest.max(sent.arrangement.sent);
        if segments.len() < PlanReport::MOST_SEGMENTS {
            segments.push(SegmentReport {
                index: segment.index,
                start_frame: segment.start,
                end_frame: segment.start + segment.frames as u64,
                sent_frames: sent.arrangement.sent as u64,
                anchors: sent.anchors,
            });
        }
    }
    let used: BTreeSet<usize> = parts.iter().flat_map(Part::stems).copied().collect();
    let buffers = Buffers {
        channels: geometry.channels,
        stems: geometry.stems,
        used: used.len(),
        outputs: parts.len(),
        sent: longest,
        ratio,
    };
    Ok(PlanReport {
        chunk_frames: plan.chunk_frames() as u64,
        overlap_frames: plan.overlap_frames() as u64,
        step_frames: plan.step_frames() as u64,
        chunks: plan.chunks(),
        segments,
        memory_bytes: memory::bytes(plan, &buffers) + model_bytes(longest),
        estimate_secs: None,
        warnings: Vec::<Warning>::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about() -> About {
        About {
            id: "m".to_owned(),
            stems: vec!["a".to_owned()],
            complement: None,
            conditioned: false,
            anchors: false,
            hash: String::new(),
            engine: String::new(),
            overlap: Some(0.25),
            window: Window::Hann,
            edge: Edge::Zero,
            warnings: Vec::new(),
        }
    }

    fn geometry(window: WindowFrames) -> Geometry {
        let rate = SampleRate::new(8_000).unwrap();
        Geometry { rate, channels: 2, stems: 1, window, context: 100, wants_statistics: false }
    }

    const FREE: WindowFrames = WindowFrames::Flexible { align: 10, most: usize::MAX, preferred: Some(80_000) };

    #[test]
    fn windows_are_halved_as_long_as_they_can_be() {
        let job = JobSettings::new("m", "a.wav");
        let plan =
            |job: &JobSettings, window, halvings| layout(job, &about(), &geometry(window), &[], 1_000_000, halvings);
        let lengths = |job: &JobSettings, halvings| {
            let plan = plan(job, FREE, halvings).unwrap().plan;
            (plan.window_frames(), plan.overlap_frames())
        };
        let (whole, half) = (lengths(&job, 0), lengths(&job, 1));
        assert_eq!(whole.0, 80_000);
        assert_eq!(half.0, 40_000);
        assert!(half.1.abs_diff(whole.1 / 2) < 200, "{half:?}");
        let asked = JobSettings { max_len_secs: Some(4.0), overlap_secs: Some(3.0), ..job.clone() };
        assert_eq!(lengths(&asked, 0), (32_000, 24_000));
        assert_eq!(lengths(&asked, 2), (8_000, 4_000));
        let refused = |window, halvings| plan(&job, window, halvings).unwrap_err().code;
        assert_eq!(refused(FREE, 5), ErrorCode::OutOfMemory);
        assert_eq!(refused(WindowFrames::Fixed(80_000), 1), ErrorCode::OutOfMemory);
    }

    #[test]
    fn reports_name_every_window() {
        let job = JobSettings::new("m", "a.wav");
        let made = layout(&job, &about(), &geometry(FREE), &[], 200_000, 0).unwrap();
        let parts = [Part::Sum(vec![0]), Part::Rest(vec![0])];
        let told = report(&made, &[], &geometry(FREE), &parts, 1.0, |frames| frames as u64).unwrap();
        assert_eq!(told.segments.len() as u64, told.chunks);
        assert_eq!(told.segments.last().map(|segment| segment.end_frame), Some(200_000));
        assert!(told.segments.iter().all(|segment| segment.sent_frames == 80_000));
        assert!(told.memory_bytes > 80_000 * 4 * 2 * 3);
    }

    #[test]
    fn prompts_leave_half_a_window_at_least() {
        let job = JobSettings { anchor_mode: AnchorMode::Append, ..JobSettings::new("m", "a.wav") };
        let anchors = [Anchor::new(ripieno_types::Sign::Present, 0.0, 20.0).unwrap()];
        let made = layout(&job, &about(), &geometry(FREE), &anchors, 1_000_000, 0).unwrap();
        assert_eq!(made.plan.chunk_frames(), 80_000 - 200 - 39_900);
        let patchbay = JobSettings { compat: Compat::Patchbay, ..job };
        let made = layout(&patchbay, &about(), &geometry(FREE), &anchors, 1_000_000, 0).unwrap();
        assert_eq!(made.plan.chunk_frames(), 80_000 - 200);
    }
}
