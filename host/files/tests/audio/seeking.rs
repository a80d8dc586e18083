//! What is read at a place is what an uninterrupted reading finds there, to the last bit.

use crate::fixtures::{Planes, assert_same, decoded, every, open, read_on, song};

fn part(planes: &Planes, from: usize, frames: usize) -> Planes {
    planes.iter().map(|plane| plane[from.min(plane.len())..(from + frames).min(plane.len())].to_vec()).collect()
}

#[test]
fn any_place_gives_the_same_bits_in_every_format() {
    for format in every() {
        let file = format.file(&song(format.rate(), 150_011));
        let whole = decoded(&file);
        let frames = whole[0].len();
        let mut audio = open(&file).unwrap();
        let mut state = 1_u32;
        let drawn = (0..24).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % frames
        });
        for place in [0, frames - 1, 1, frames, 1_152, 1_024, 4_096, 100, 99, frames - 2_000].into_iter().chain(drawn) {
            audio.seek(place as u64).unwrap();
            assert_eq!(audio.position(), place as u64);
            let mut planes = vec![vec![0.0; 3_000]; whole.len()];
            let read = audio.read(&mut planes.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>()).unwrap();
            planes.iter_mut().for_each(|plane| plane.truncate(read));
            assert_same(&format!("{} at {place}", format.name), &planes, &part(&whole, place, 3_000));
            assert_eq!(audio.damage(), None, "{} at {place}", format.name);
        }
        audio.seek(u64::MAX).unwrap();
        assert_eq!(read_on(&mut audio, 16)[0].len(), 0, "{}", format.name);
        audio.seek(frames as u64 - 5).unwrap();
        assert_same(format.name, &read_on(&mut audio, 1), &part(&whole, frames - 5, 5));
    }
}

#[test]
fn any_size_of_blocks_gives_the_same_bits() {
    for format in every() {
        let file = format.file(&song(format.rate(), 7_011));
        let whole = decoded(&file);
        for block in [7, 1_151, 100_000] {
            assert_same(format.name, &read_on(&mut open(&file).unwrap(), block), &whole);
        }
    }
}
