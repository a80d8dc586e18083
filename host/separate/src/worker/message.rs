//! What a worker says: one definition for the side that writes it and the side that reads it.

use crate::{ErrorCode, Event, JobError, Outcome, Phase, PlanReport, Stem, Warning, WarningCode};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The version of the protocol. Keys and events are added without a new one: who reads ignores what it does not know.
pub const PROTOCOL: u32 = 1;

/// What a host calls a job: echoed in each of its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum JobId {
    /// A text.
    Text(String),
    /// A number.
    Number(serde_json::Number),
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Line {
    #[serde(flatten)]
    pub said: Said,
    /// Whose it is, where the host gave a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
}

/// The events. Each has a message for people and a percentage, `null` where there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(super) enum Said {
    Hello {
        message: String,
        percent: Option<f64>,
        protocol: u32,
        version: String,
        pid: u32,
    },
    Plan {
        message: String,
        percent: Option<f64>,
        plan: Figures,
        memory_bytes: u64,
        estimate_s: Option<f64>,
    },
    Update(Step),
    Warning {
        message: String,
        percent: Option<f64>,
        code: String,
    },
    Heartbeat {
        message: String,
        percent: Option<f64>,
        rss_bytes: Option<u64>,
    },
    Done(Step),
    Result {
        message: String,
        percent: Option<f64>,
        out_target: Option<String>,
        out_residual: Option<String>,
        stems: Vec<File>,
        engine: String,
        frames: u64,
        seconds: f64,
        resumed: u64,
    },
    Fail {
        message: String,
        percent: Option<f64>,
        code: String,
    },
    /// Of a later version.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// Progress.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Step {
    pub message: String,
    pub percent: f64,
    pub phase: String,
    /// Windows done.
    pub chunk: u64,
    pub chunks: u64,
    pub eta_s: Option<f64>,
}

/// A plan in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Figures {
    pub chunk_frames: u64,
    pub overlap_frames: u64,
    pub step_frames: u64,
    pub chunks: u64,
}

/// A file of a result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct File {
    pub part: String,
    pub path: String,
    /// `null` where it is no number.
    pub peak: Option<f32>,
    pub sha256: String,
}

/// What a line means to the host.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meaning {
    /// The worker is there and speaks this version.
    Hello(u32),
    /// For the job's observer.
    Event(Event),
    /// It lives, or says what a later version says.
    Alive,
    /// The job is over.
    Over(Result<Outcome, JobError>),
}

impl Line {
    /// A line of no job.
    pub fn of(said: Said) -> Self {
        Self { said, job: None }
    }

    /// As it goes out, with its end.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Neither part can fail: every key is a text and every number is one, or null.
        let mut bytes = serde_json::to_vec(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

impl Said {
    pub fn hello(version: &str) -> Self {
        Self::Hello {
            message: format!("ripieno {version}"),
            percent: None,
            protocol: PROTOCOL,
            version: version.to_owned(),
            pid: std::process::id(),
        }
    }

    pub fn heartbeat(rss_bytes: Option<u64>) -> Self {
        Self::Heartbeat { message: "working".to_owned(), percent: None, rss_bytes }
    }

    pub fn fail(error: &JobError) -> Self {
        let code = error.code.word();
        Self::Fail { message: format!("{code}: {}", error.message), percent: None, code: code.to_owned() }
    }

    pub fn result(outcome: &Outcome) -> Self {
        let path_of = |part: &str| outcome.stems.iter().find(|stem| stem.part == part).map(|stem| text(&stem.path));
        Self::Result {
            message: "OK".to_owned(),
            percent: Some(100.0),
            out_target: path_of("target"),
            out_residual: path_of("residual"),
            stems: outcome.stems.iter().map(File::of).collect(),
            engine: outcome.engine.clone(),
            frames: outcome.frames,
            seconds: outcome.seconds,
            resumed: outcome.resumed,
        }
    }

    /// What a job tells.
    pub fn event(event: Event) -> Self {
        match event {
            Event::Plan(plan) => Self::Plan {
                message: format!("{} windows", plan.chunks),
                percent: None,
                plan: Figures {
                    chunk_frames: plan.chunk_frames,
                    overlap_frames: plan.overlap_frames,
                    step_frames: plan.step_frames,
                    chunks: plan.chunks,
                },
                memory_bytes: plan.memory_bytes,
                estimate_s: plan.estimate_secs,
            },
            Event::Progress { phase, percent, done, chunks, eta_secs, message } => {
                let phase = phase.word().to_owned();
                let step = Step { message, percent, phase, chunk: done, chunks, eta_s: eta_secs };
                if percent < 100.0 { Self::Update(step) } else { Self::Done(step) }
            }
            Event::Warning(Warning { code, message }) => {
                Self::Warning { message, percent: None, code: code.word().to_owned() }
            }
        }
    }

    /// What it means to the host; `None` if it makes no sense.
    pub fn meaning(self) -> Option<Meaning> {
        Some(match self {
            Self::Hello { protocol, .. } => Meaning::Hello(protocol),
            Self::Plan { plan, memory_bytes, estimate_s, .. } => Meaning::Event(Event::Plan(PlanReport {
                chunk_frames: plan.chunk_frames,
                overlap_frames: plan.overlap_frames,
                step_frames: plan.step_frames,
                chunks: plan.chunks,
                segments: Vec::new(),
                memory_bytes,
                estimate_secs: estimate_s,
                warnings: Vec::new(),
            })),
            Self::Update(step) | Self::Done(step) => Meaning::Event(Event::Progress {
                phase: Phase::from_word(&step.phase).ok()?,
                percent: step.percent,
                done: step.chunk,
                chunks: step.chunks,
                eta_secs: step.eta_s,
                message: step.message,
            }),
            Self::Warning { message, code, .. } => {
                let code = WarningCode::from_word(&code).unwrap_or(WarningCode::Other);
                Meaning::Event(Event::Warning(Warning { code, message }))
            }
            Self::Heartbeat { .. } | Self::Unknown => Meaning::Alive,
            Self::Result { stems, engine, frames, seconds, resumed, .. } => {
                let stems = stems.into_iter().map(File::stem).collect();
                Meaning::Over(Ok(Outcome { stems, engine, frames, seconds, resumed }))
            }
            Self::Fail { message, code, .. } => {
                let message = message.strip_prefix(&format!("{code}: ")).map(str::to_owned).unwrap_or(message);
                let code = ErrorCode::from_word(&code).unwrap_or(ErrorCode::Failed);
                Meaning::Over(Err(JobError::new(code, message)))
            }
        })
    }
}

impl File {
    fn of(stem: &Stem) -> Self {
        Self {
            part: stem.part.clone(),
            path: text(&stem.path),
            peak: Some(stem.peak).filter(|peak| peak.is_finite()),
            sha256: stem.sha256.clone(),
        }
    }

    fn stem(self) -> Stem {
        let Self { part, path, peak, sha256 } = self;
        Stem { part, path: PathBuf::from(path), peak: peak.unwrap_or(f32::INFINITY), sha256 }
    }
}

/// A path came as JSON, or was made from what did: it is text.
fn text(path: &std::path::Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(percent: f64) -> Event {
        let (phase, message) = (Phase::Separating, "window 2 of 8".to_owned());
        Event::Progress { phase, percent, done: 1, chunks: 8, eta_secs: Some(0.1 + 0.2), message }
    }

    fn outcome() -> Outcome {
        let stem = |part: &str, peak: f32| Stem {
            part: part.into(),
            path: format!("/music/é \"{part}\".wav").into(),
            peak,
            sha256: "ab".repeat(32),
        };
        let stems = vec![stem("target", 0.1), stem("residual", f32::INFINITY)];
        Outcome { stems, engine: "built in".into(), frames: u64::MAX, seconds: 1.5, resumed: 3 }
    }

    #[test]
    fn what_is_said_is_understood() {
        let check = |said: Said, meaning: Meaning| {
            for job in [None, Some(JobId::Text("é\n".into())), Some(JobId::Number(7.into()))] {
                let line = Line { said: said.clone(), job };
                let bytes = line.to_bytes();
                assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 1);
                let heard: Line = serde_json::from_slice(&bytes).unwrap();
                assert_eq!(heard, line);
                assert_eq!(heard.said.meaning(), Some(meaning.clone()), "{}", String::from_utf8(bytes).unwrap());
            }
        };
        check(Said::hello("1.2.3"), Meaning::Hello(PROTOCOL));
        check(Said::heartbeat(Some(1)), Meaning::Alive);
        check(Said::heartbeat(None), Meaning::Alive);
        let plan = PlanReport {
            chunk_frames: 4,
            overlap_frames: 1,
            step_frames: 3,
            chunks: 9,
            segments: Vec::new(),
            memory_bytes: 5,
            estimate_secs: None,
            warnings: Vec::new(),
        };
        let warning = Warning { code: WarningCode::WindowsHalved, message: "less".into() };
        for event in [Event::Plan(plan), progress(12.5), progress(100.0), Event::Warning(warning)] {
            check(Said::event(event.clone()), Meaning::Event(event));
        }
        check(Said::result(&outcome()), Meaning::Over(Ok(outcome())));
        for code in ErrorCode::ALL {
            let error = JobError::new(*code, "a: b\nc");
            check(Said::fail(&error), Meaning::Over(Err(error)));
        }
    }

    /// The very bytes: other programs read them.
    #[test]
    fn lines_look_as_documented() {
        let check = |said: Said, text: &str| {
            let line = Line { said, job: Some(JobId::Text("a".into())) };
            assert_eq!(String::from_utf8(line.to_bytes()).unwrap(), format!("{text}\n"));
        };
        check(
            Said::event(progress(56.0)),
            r#"{"event":"update","message":"window 2 of 8","percent":56.0,"phase":"separating","chunk":1,"chunks":8,"eta_s":0.30000000000000004,"job":"a"}"#,
        );
        check(
            Said::fail(&JobError::new(ErrorCode::BadInput, "a.wav is no recording")),
            r#"{"event":"fail","message":"bad_input: a.wav is no recording","percent":null,"code":"bad_input","job":"a"}"#,
        );
        check(
            Said::heartbeat(Some(4096)),
            r#"{"event":"heartbeat","message":"working","percent":null,"rss_bytes":4096,"job":"a"}"#,
        );
        let sha256 = "ab".repeat(32);
        check(
            Said::result(&outcome()),
            &format!(
                r#"{{"event":"result","message":"OK","percent":100.0,"out_target":"/music/é \"target\".wav","out_residual":"/music/é \"residual\".wav","stems":[{{"part":"target","path":"/music/é \"target\".wav","peak":0.1,"sha256":"{sha256}"}},{{"part":"residual","path":"/music/é \"residual\".wav","peak":null,"sha256":"{sha256}"}}],"engine":"built in","frames":18446744073709551615,"seconds":1.5,"resumed":3,"job":"a"}}"#
            ),
        );
    }

    #[test]
    fn what_is_new_is_passed_over_and_nonsense_refused() {
        let check = |text: &str, meaning: Option<Meaning>| {
            let line: Result<Line, _> = serde_json::from_str(text);
            assert_eq!(line.ok().and_then(|line| line.said.meaning()), meaning, "{text}");
        };
        check(r#"{"event":"header","message":"x","percent":null}"#, Some(Meaning::Alive));
        check(
            r#"{"event":"hello","message":"","percent":null,"protocol":2,"version":"","pid":1,"new":{}}"#,
            Some(Meaning::Hello(2)),
        );
        let failed = JobError::new(ErrorCode::Failed, "x");
        check(r#"{"event":"fail","message":"x","percent":null,"code":"later"}"#, Some(Meaning::Over(Err(failed))));
        check(r#"{"event":"fail","message":"x"}"#, None);
        check(r#"{"event":"update","message":"x","percent":1,"phase":"dreaming","chunk":0,"chunks":1}"#, None);
        check(r#"{"message":"x"}"#, None);
        check("[]", None);
        check("3", None);
    }
}
