//! Any bytes as a studio: no panic, no hang; one that opens can be compiled, edited and undone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno::studio::{InMemory, Numbers, Studio, compile};

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut studio) = Studio::open(InMemory::of(bytes)) else { return };
    let before = studio.model().clone();
    compile(&before, &mut Numbers::default());
    studio
        .edit("fuzz", |model| {
            model.fx.insert("reverb.mix".into(), 0.25);
            Ok(())
        })
        .expect("what opens can be edited");
    studio.undo().expect("a memory never fails");
    assert_eq!(*studio.model(), before);
});
