//! Any bytes as the first span of a recording: it is put together, or refused and leaves no outputs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_separate::{Cancel, JobError, JobSettings, Session};
use std::fs::File;
use std::io::{Cursor, Read, Write as _};
use std::path::PathBuf;
use std::sync::OnceLock;

/// The folder of this process, which outlives it.
static PLACE: OnceLock<PathBuf> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| {
    let folder = PLACE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder").keep();
        let mut wav = b"RIFF\x24\x20\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xac\0\0\x88\x58\x01\0\x02\0\x10\0data\0\x20\0\0".to_vec();
        wav.extend([7; 8_192]);
        File::create(folder.join("song.wav")).and_then(|mut file| file.write_all(&wav)).expect("a recording");
        folder
    });
    let mut job = JobSettings::new("builtin:identity", folder.join("song.wav"));
    (job.max_len_secs, job.overlap_secs, job.force) = (Some(0.02), Some(0.0), true);
    let (mut session, cancel) = (Session::new(), Cancel::default());
    let division = session.divide(&job, 2, &cancel).expect("a division");
    let mut spans = (1..division.spans()).map(|span| {
        let mut bytes = Vec::new();
        session.separate_span(&job, (&division, span), &mut bytes, &mut |_| (), &cancel).expect("a span");
        bytes
    });
    let mut spans: Vec<Vec<u8>> = std::iter::once(bytes.to_vec()).chain(&mut spans).collect();
    let mut open = |span: u64| -> Result<Box<dyn Read>, JobError> {
        Ok(Box::new(Cursor::new(std::mem::take(&mut spans[span as usize]))))
    };
    let joined = Session::new().join(&job, &division, &mut open, &mut |_| (), &cancel);
    for stem in joined.into_iter().flat_map(|outcome| outcome.stems) {
        std::fs::remove_file(stem.path).expect("an output");
    }
});
