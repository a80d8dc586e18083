//! Any text as a manifest. Seed it with those below `tests/models` in `corpus/manifest`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_infer::manifest::Manifest;

fuzz_target!(|text: &str| {
    let _ = Manifest::parse(text);
});
