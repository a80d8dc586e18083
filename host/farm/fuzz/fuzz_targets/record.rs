//! Any bytes as a job's record: one that is read is written and read again as the same, and names no file out of its folder.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_farm::record::Record;
use std::path::Path;

fuzz_target!(|bytes: &[u8]| {
    let Ok(record) = Record::from_bytes(bytes) else { return };
    let _ = record.job();
    for name in record.outputs.iter().map(|output| &output.name).chain([&record.input.name]) {
        assert_eq!(Path::new("/home").join(name).parent(), Some(Path::new("/home")));
    }
    let written = serde_json::to_vec(&record).expect("JSON has words for all of it");
    assert_eq!(Record::from_bytes(&written).as_ref().ok(), Some(&record));
});
