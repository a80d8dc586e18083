//! Room for what is too large for an ordinary stack while it is made.

use std::panic::resume_unwind;
use std::thread::{Builder, scope};

/// A rig of all voices takes a few megabytes, several times over until it has its place.
const STACK_BYTES: usize = 64 << 20;

/// What `make` makes, on the heap: made by a thread that has the room. Control; blocks.
///
/// # Panics
/// When the system has no more threads, and with whatever `make` panics.
pub fn boxed<T: Send>(make: impl FnOnce() -> T + Send) -> Box<T> {
    scope(|scope| {
        let maker =
            Builder::new().name("maker".into()).stack_size(STACK_BYTES).spawn_scoped(scope, || Box::new(make()));
        maker.expect("the system has a thread left").join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_things_get_made() {
        let large = boxed(|| [std::hint::black_box(7_u8); 16 << 20]);
        assert_eq!((large.len(), large[12_345_678]), (16 << 20, 7));
    }

    #[test]
    #[should_panic(expected = "as it was")]
    fn a_panic_comes_through() {
        boxed(|| panic!("as it was"));
    }
}
