//! Parts that say how their recording is read.

use crate::hostile::{bits, play};
use crate::support::{PART, Tables};
use ripieno_synth::Interpolation;
use ripieno_synth::sampler::Part;

#[test]
fn a_part_is_read_as_it_says_or_as_all_are() {
    let sound = |quality, interpolation| {
        let tables = Tables { frames: 3_000, ..Tables::new([Part { quality, ..PART }]) };
        bits(&play(&tables.image(), &[(0, [0x90, 63, 100])], interpolation, &[64]))
    };
    let asked =
        [(1, Interpolation::Linear), (2, Interpolation::Cubic), (4, Interpolation::Fine), (10, Interpolation::Hq)];
    for (quality, interpolation) in asked {
        let wanted = sound(0, interpolation);
        for other in [Interpolation::Linear, Interpolation::Hq] {
            assert!(sound(quality, other) == wanted, "{quality} {other:?}");
        }
    }
    assert!(sound(0, Interpolation::Linear) != sound(0, Interpolation::Hq));
}
