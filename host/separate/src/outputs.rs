//! A job's files: where they go, how they are stored, what they say of themselves, and whether they are in the way.

use crate::file::FileRecording;
use crate::model::About;
use crate::names::{place, same};
use crate::stream::Recording;
use crate::wanted::{RESIDUAL, TARGET, Wanted};
use crate::{Container, Depth, ErrorCode, JobError, JobSettings};
use ripieno_files::Tags;
use ripieno_files::stem::{StemFormat, StemSpec};
use ripieno_files::wav::Encoding;
use ripieno_types::SampleRate;
use std::fs;
use std::path::{Path, PathBuf};

/// What comes before a job's number in the comment of its outputs.
const JOB_WORD: &str = "job ";

/// One output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// What it holds.
    pub part: String,
    /// Its name.
    pub path: PathBuf,
    /// Its name while it is not complete.
    pub unfinished: PathBuf,
}

/// The extension of a job's outputs.
pub(crate) fn extension(container: Container) -> &'static str {
    match container {
        Container::Wav => "wav",
        Container::Flac => "flac",
    }
}

/// Where the outputs go, each to its own place.
pub(crate) fn places(job: &JobSettings, wanted: &[Wanted], id: &str) -> Result<Vec<Place>, JobError> {
    let refuse = |message: String| JobError::new(ErrorCode::BadSettings, message);
    let mut places: Vec<Place> = Vec::new();
    for Wanted { part, .. } in wanted {
        let given = match part {
            part if same(part, TARGET) => job.out_target.as_ref(),
            part if same(part, RESIDUAL) => job.out_residual.as_ref(),
            _ => None,
        };
        let path = match given {
            Some(path) => path.clone(),
            None => place(&job.name, &job.audio, job.out_dir.as_deref(), part, id, extension(job.container))
                .map_err(|problem| refuse(format!("name: {problem}")))?,
        };
        if let Some(other) = places.iter().find(|other| is_same_place(&other.path, &path)) {
            let (one, two) = (&other.part, part);
            return Err(refuse(format!("name: '{one}' and '{two}' would both be {}", path.display())));
        }
        if is_same_place(&path, &job.audio) {
            return Err(refuse(format!("name: '{part}' would replace the recording, {}", path.display())));
        }
        let unfinished = path.with_added_extension("part");
        places.push(Place { part: part.clone(), path, unfinished });
    }
    Ok(places)
}

/// Whether two paths are one file, as far as can be told of files that may not be there.
fn is_same_place(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| {
        let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let folder = fs::canonicalize(folder).or_else(|_| std::path::absolute(folder)).unwrap_or_default();
        folder.join(path.file_name().unwrap_or_default())
    };
    // Some file systems know no difference of case.
    whole(one) == whole(other)
        || whole(one).to_string_lossy().to_lowercase() == whole(other).to_string_lossy().to_lowercase()
}

/// Whether nothing is in the way of the outputs.
pub(crate) fn check_free(places: &[Place]) -> Result<(), JobError> {
    let taken: Vec<String> = (places.iter().filter(|place| fs::symlink_metadata(&place.path).is_ok()))
        .map(|place| place.path.display().to_string())
        .collect();
    match taken.as_slice() {
        [] => Ok(()),
        taken => Err(JobError::new(
            ErrorCode::OutputExists,
            format!("{} exists already: use --force to replace it, or another name or folder", taken.join(", ")),
        )),
    }
}

/// Makes the folders that outputs go to.
pub(crate) fn make_folders(places: &[Place]) -> Result<(), JobError> {
    for folder in places.iter().filter_map(|place| place.path.parent()).filter(|folder| *folder != Path::new("")) {
        fs::create_dir_all(folder).map_err(|error| {
            JobError::new(ErrorCode::WriteFailed, format!("{} cannot be made: {error}", folder.display()))
        })?;
    }
    Ok(())
}

/// How outputs are stored.
pub(crate) fn spec(job: &JobSettings, channels: usize, rate: SampleRate) -> Result<StemSpec, JobError> {
    let format = match (job.container, job.depth) {
        (Container::Wav, None | Some(Depth::F32)) => StemFormat::Wav(Encoding::F32),
        (Container::Wav, Some(Depth::I24)) => StemFormat::Wav(Encoding::I24),
        (Container::Wav, Some(Depth::I16)) => StemFormat::Wav(Encoding::I16),
        (Container::Flac, Some(Depth::I16)) => StemFormat::Flac { bits: 16 },
        (Container::Flac, _) => StemFormat::Flac { bits: 24 },
    };
    let channels = u16::try_from(channels)
        .map_err(|_| JobError::new(ErrorCode::BadInput, format!("{channels} channels are too many for any output")))?;
    Ok(StemSpec { rate, channels, format })
}

/// Whether outputs hold integers, and whether of 24 bits.
pub(crate) fn integers(format: StemFormat) -> (bool, bool) {
    let exact = matches!(format, StemFormat::Wav(Encoding::I24) | StemFormat::Flac { bits: 24 });
    (format != StemFormat::Wav(Encoding::F32), exact)
}

/// The recording's tags with what was made of it: the part in the title, the model and the job in a comment.
pub(crate) fn tags(recording: &Tags, stem: &str, part: &str, about: &About, number: &str) -> Tags {
    let mut tags = Tags::default();
    tags.push("TITLE", &format!("{} ({part})", recording.first("TITLE").unwrap_or(stem)));
    let hash = about.hash.get(..16).unwrap_or(&about.hash);
    let version = env!("CARGO_PKG_VERSION");
    tags.push("COMMENT", &format!("{part} by ripieno {version}, model {} {hash}, {JOB_WORD}{number}", about.id));
    for (name, value) in recording.iter().filter(|(name, _)| *name != "TITLE") {
        tags.push(name, value);
    }
    tags
}

/// Whether a file says that it was made by the job of this number.
pub(crate) fn is_made_by(tags: &Tags, part: &str, number: &str) -> bool {
    let (start, end) = (format!("{part} by ripieno "), format!(", {JOB_WORD}{number}"));
    tags.iter().any(|(name, value)| name == "COMMENT" && value.starts_with(&start) && value.ends_with(&end))
}

/// The name of a recording without its extension.
pub(crate) fn stem_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// How many output frames one of the model's is.
pub(crate) fn ratio(recording: &FileRecording, job: &JobSettings, model: SampleRate) -> f64 {
    match job.rate {
        crate::OutputRate::Native => f64::from((&recording).rate().hz()) / f64::from(model.hz()),
        crate::OutputRate::Model => 1.0,
    }
}
