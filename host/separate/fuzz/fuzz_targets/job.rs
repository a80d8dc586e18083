//! Any JSON as a job: one that is read is written and read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_separate::JobSettings;

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = serde_json::from_slice(bytes) else { return };
    let Ok(job) = JobSettings::from_json(&value) else { return };
    assert_eq!(JobSettings::from_json(&job.to_json()).as_ref(), Ok(&job));
});
