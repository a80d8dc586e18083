//! `ripieno separate --dry-run`: what would be done, window by window, and what it takes.

use super::report::Told;
use crate::cli::SeparateOptions;
use crate::report::bytes;
use crate::{Failure, exit, output};
use ripieno_separate::batch::BatchJob;
use ripieno_separate::{JobError, PlanReport, SegmentReport, Session};
use serde::Serialize;
use std::fmt::Write;

/// A plan as JSON.
#[derive(Debug, Serialize)]
pub struct Plan {
    plan: Figures,
    segments: Vec<Segment>,
    memory_bytes: u64,
    estimate_s: Option<f64>,
    warnings: Vec<Told>,
}

#[derive(Debug, Serialize)]
struct Figures {
    chunk_frames: u64,
    overlap_frames: u64,
    step_frames: u64,
    chunks: u64,
}

#[derive(Debug, Serialize)]
struct Segment {
    index: u64,
    start_frame: u64,
    end_frame: u64,
    sent_frames: u64,
    anchors: Vec<(&'static str, f64, f64)>,
}

/// The plan of one of several recordings, or why it has none.
#[derive(Debug, Serialize)]
struct FilePlan {
    audio: String,
    #[serde(flatten)]
    plan: Option<Plan>,
    error: Option<Told>,
}

/// Plans every job; writes nothing.
pub fn run(options: &SeparateOptions, jobs: &[BatchJob]) -> Result<(), Failure> {
    let mut session = Session::new();
    let mut plan = |job: &BatchJob| {
        let mut plan = match &job.refused {
            Some(refused) => return Err(refused.clone()),
            None => session.plan(&job.settings)?,
        };
        plan.warnings.splice(0..0, job.warnings.iter().cloned());
        Ok(plan)
    };
    // One recording: exactly its plan.
    if let [job] = jobs {
        let plan = plan(job).map_err(Failure::Job)?;
        return if options.json { output::json(&Plan::from(plan)) } else { show(job, &plan) };
    }
    let plans: Vec<(&BatchJob, Result<PlanReport, JobError>)> = jobs.iter().map(|job| (job, plan(job))).collect();
    let failed = plans.iter().filter(|(_, plan)| plan.is_err()).count();
    if options.json {
        let files: Vec<FilePlan> = plans.into_iter().map(FilePlan::from).collect();
        output::json(&serde_json::json!({"files": files, "failed": failed}))?;
    } else {
        for (job, plan) in plans {
            match plan {
                Ok(plan) => show(job, &plan)?,
                Err(error) => exit::tell(&Failure::Job(error)),
            }
        }
    }
    if failed > 0 { Err(Failure::Told(exit::FAILED)) } else { Ok(()) }
}

fn show(job: &BatchJob, plan: &PlanReport) -> Result<(), Failure> {
    for warning in &plan.warnings {
        output::warn(&format!("{}: {}", job.settings.audio.display(), warning.message));
    }
    let mut text = String::new();
    let _ = writeln!(text, "{} with {}", job.settings.audio.display(), job.settings.model);
    let PlanReport { chunks, chunk_frames, overlap_frames, step_frames, .. } = plan;
    let _ =
        writeln!(text, "windows  {chunks} of {chunk_frames} frames, {overlap_frames} shared, one every {step_frames}");
    let _ = writeln!(text, "memory   {}", bytes(plan.memory_bytes));
    if let Some(secs) = plan.estimate_secs {
        let _ = writeln!(text, "time     about {secs:.0} s");
    }
    for segment in plan.segments.iter().filter(|segment| !segment.anchors.is_empty()) {
        let anchors = segment.anchors.iter();
        let anchors =
            anchors.map(|anchor| format!("{} {:.3}-{:.3} s", anchor.sign(), anchor.start_secs(), anchor.end_secs()));
        let _ = writeln!(text, "window {}: {}", segment.index, anchors.collect::<Vec<_>>().join(", "));
    }
    output::text(&text)
}

impl From<PlanReport> for Plan {
    fn from(plan: PlanReport) -> Self {
        Self {
            plan: Figures {
                chunk_frames: plan.chunk_frames,
                overlap_frames: plan.overlap_frames,
                step_frames: plan.step_frames,
                chunks: plan.chunks,
            },
            segments: plan.segments.into_iter().map(Segment::from).collect(),
            memory_bytes: plan.memory_bytes,
            estimate_s: plan.estimate_secs,
            warnings: plan.warnings.iter().map(Told::from).collect(),
        }
    }
}

impl From<SegmentReport> for Segment {
    fn from(segment: SegmentReport) -> Self {
        let SegmentReport { index, start_frame, end_frame, sent_frames, anchors } = segment;
        let anchors = anchors.iter().map(|anchor| (anchor.sign().symbol(), anchor.start_secs(), anchor.end_secs()));
        Self { index, start_frame, end_frame, sent_frames, anchors: anchors.collect() }
    }
}

impl From<(&BatchJob, Result<PlanReport, JobError>)> for FilePlan {
    fn from((job, plan): (&BatchJob, Result<PlanReport, JobError>)) -> Self {
        let audio = job.settings.audio.display().to_string();
        match plan {
            Ok(plan) => Self { audio, plan: Some(plan.into()), error: None },
            Err(error) => Self { audio, plan: None, error: Some(Told::from(&error)) },
        }
    }
}
