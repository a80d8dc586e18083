//! "Concertino": thirty-two bars in D minor, written for this demo. The sine-piano states a theme over organ and
//! bass, the electric piano develops its dotted head in F major, both bring it home, and it ends on a D major chord.
//!
//! Form: four bars of opening, A, B, A', four bars of close. Every part below is one voice of the score.

use super::score::{BAR, REST, Score, Step, Touch};
use ripieno_fx::id::{
    CHORUS_MIX, DELAY_FEEDBACK, DELAY_MIX, DELAY_TIME, FILTER_CUTOFF, FILTER_RESONANCE, REVERB_DECAY, REVERB_MIX,
};

/// The names of the keys used, as MIDI numbers; `S` is sharp, `B` after the letter flat.
mod keys {
    pub const G1: u8 = 31;
    pub const A1: u8 = 33;
    pub const BB1: u8 = 34;
    pub const C2: u8 = 36;
    pub const D2: u8 = 38;
    pub const E2: u8 = 40;
    pub const F2: u8 = 41;
    pub const G3: u8 = 55;
    pub const A3: u8 = 57;
    pub const BB3: u8 = 58;
    pub const C4: u8 = 60;
    pub const CS4: u8 = 61;
    pub const D4: u8 = 62;
    pub const E4: u8 = 64;
    pub const F4: u8 = 65;
    pub const FS4: u8 = 66;
    pub const G4: u8 = 67;
    pub const A4: u8 = 69;
    pub const BB4: u8 = 70;
    pub const C5: u8 = 72;
    pub const CS5: u8 = 73;
    pub const D5: u8 = 74;
    pub const E5: u8 = 76;
    pub const F5: u8 = 77;
    pub const G5: u8 = 79;
    pub const A5: u8 = 81;
    pub const BB5: u8 = 82;
    pub const C6: u8 = 84;
}
use keys::*;

/// A bar of harmony: the bass, the step from it to the next note of the chord that suits a bass, three voices above.
struct Harmony(u8, u8, [u8; 3]);

const FIFTH: u8 = 7;
/// The bass is the chord's third, and a minor third leads to its fifth.
const THIRD: u8 = 3;

const D_MINOR: Harmony = Harmony(D2, FIFTH, [A3, D4, F4]);
const B_FLAT: Harmony = Harmony(BB1, FIFTH, [BB3, D4, F4]);
const F_MAJOR: Harmony = Harmony(F2, FIFTH, [A3, C4, F4]);
const F_OVER_A: Harmony = Harmony(A1, THIRD, [A3, C4, F4]);
const C_MAJOR: Harmony = Harmony(C2, FIFTH, [G3, C4, E4]);
const C_OVER_E: Harmony = Harmony(E2, THIRD, [G3, C4, E4]);
const G_MINOR: Harmony = Harmony(G1, FIFTH, [BB3, D4, G4]);
const A_MINOR: Harmony = Harmony(A1, FIFTH, [A3, C4, E4]);
const A_MAJOR: Harmony = Harmony(A1, FIFTH, [A3, CS4, E4]);
const D_MAJOR: Harmony = Harmony(D2, FIFTH, [A3, D4, FS4]);

const OPENING: [Harmony; 4] = [D_MINOR, B_FLAT, G_MINOR, A_MAJOR];
const THEME_HARMONY: [Harmony; 8] = [D_MINOR, B_FLAT, F_MAJOR, C_MAJOR, D_MINOR, G_MINOR, A_MAJOR, D_MINOR];
const MIDDLE_HARMONY: [Harmony; 8] = [F_MAJOR, C_OVER_E, D_MINOR, A_MINOR, B_FLAT, F_OVER_A, G_MINOR, A_MAJOR];
const CLOSE: [Harmony; 2] = [B_FLAT, G_MINOR];

// A line of the source is a bar.

#[rustfmt::skip]
const THEME: &[Step] = &[
    (A4, 6), (D5, 2), (F5, 4), (E5, 4),
    (D5, 6), (C5, 2), (BB4, 8),
    (C5, 6), (F5, 2), (A5, 4), (G5, 4),
    (E5, 8), (G5, 2), (F5, 2), (E5, 4),
    (F5, 6), (E5, 2), (D5, 4), (A4, 4),
    (BB4, 4), (D5, 4), (G5, 6), (F5, 2),
    (E5, 6), (D5, 2), (CS5, 4), (E5, 4),
    (D5, 12), (REST, 4),
];

#[rustfmt::skip]
const DEVELOPMENT: &[Step] = &[
    (C5, 6), (F5, 2), (A5, 4), (C6, 4),
    (BB5, 6), (A5, 2), (G5, 8),
    (A5, 6), (G5, 2), (F5, 4), (A5, 4),
    (G5, 6), (F5, 2), (E5, 8),
    (F5, 6), (E5, 2), (D5, 4), (F5, 4),
    (C5, 4), (F5, 4), (A5, 8),
    (BB5, 6), (A5, 2), (G5, 4), (D5, 4),
    (CS5, 4), (E5, 4), (A5, 8),
];

/// Sings below the theme when it returns.
#[rustfmt::skip]
const DESCANT: &[Step] = &[
    (F4, 8), (A4, 4), (G4, 4),
    (F4, 8), (D4, 8),
    (A4, 6), (A4, 2), (C5, 8),
    (G4, 8), (C5, 8),
    (A4, 8), (F4, 8),
    (G4, 4), (BB4, 4), (D5, 8),
    (CS5, 8), (A4, 8),
    (F4, 12), (REST, 4),
];

#[rustfmt::skip]
const FAREWELL: &[Step] = &[
    (F5, 6), (E5, 2), (D5, 8),
    (D5, 6), (C5, 2), (BB4, 4), (G4, 4),
    (A4, 32),
];

const PIANO: Touch = Touch { channel: 0, velocity: 92, accent: 12, hold: 7 };
const ELECTRIC: Touch = Touch { channel: 1, velocity: 104, accent: 12, hold: 7 };
const PAD: Touch = Touch { channel: 2, velocity: 70, accent: 0, hold: 8 };
const BASS: Touch = Touch { channel: 3, velocity: 76, accent: 12, hold: 6 };
/// The electric piano as the second voice.
const SECOND: Touch = Touch { velocity: 80, ..ELECTRIC };
/// Background figures of the two pianos.
const PIANO_FIGURE: Touch = Touch { velocity: 62, accent: 8, hold: 16, ..PIANO };
const ELECTRIC_FIGURE: Touch = Touch { velocity: 48, accent: 10, hold: 5, ..ELECTRIC };

const SINE_PIANO: u8 = 0;
const ELECTRIC_PIANO: u8 = 1;
const ORGAN: u8 = 2;

/// Writes the whole piece.
pub fn compose() -> Score {
    let mut score = Score::default();
    score.part(PIANO.channel, SINE_PIANO, 72, 110);
    score.part(ELECTRIC.channel, ELECTRIC_PIANO, 46, 96);
    score.part(PAD.channel, ORGAN, 82, 98);
    score.part(BASS.channel, ELECTRIC_PIANO, 60, 108);

    let (opening, theme, middle, reprise, close) = (0, 4 * BAR, 12 * BAR, 20 * BAR, 28 * BAR);
    for (bar, harmony) in (0..).zip(&OPENING) {
        let at = opening + bar * BAR;
        pad(&mut score, at, harmony);
        broken(&mut score, at, harmony, PIANO_FIGURE);
        if bar >= 2 {
            score.note(at, harmony.0, BAR, BASS);
        }
    }
    for (bar, harmony) in (0..).zip(&THEME_HARMONY) {
        for start in [theme, reprise] {
            pad(&mut score, start + bar * BAR, harmony);
            walk(&mut score, start + bar * BAR, harmony);
        }
        offbeats(&mut score, theme + bar * BAR, harmony);
    }
    for (bar, harmony) in (0..).zip(&MIDDLE_HARMONY) {
        pad(&mut score, middle + bar * BAR, harmony);
        walk(&mut score, middle + bar * BAR, harmony);
        broken(&mut score, middle + bar * BAR, harmony, Touch { velocity: 50, ..PIANO_FIGURE });
    }
    score.line(theme, THEME, PIANO);
    score.line(middle, DEVELOPMENT, ELECTRIC);
    score.line(reprise, THEME, PIANO);
    score.line(reprise, DESCANT, SECOND);

    score.line(close, FAREWELL, ELECTRIC);
    for (bar, harmony) in (0..).zip(&CLOSE) {
        pad(&mut score, close + bar * BAR, harmony);
        score.note(close + bar * BAR, harmony.0, BAR, BASS);
        broken(&mut score, close + bar * BAR, harmony, PIANO_FIGURE);
    }
    let last = close + 2 * BAR;
    score.chord(last, &D_MAJOR.2, 2 * BAR, PAD);
    // Rolled, as a pianist would.
    for (step, key) in (0..).zip([D4, FS4, A4, D5]) {
        score.note(last + step, key, 2 * BAR - step, Touch { velocity: 74, ..PIANO });
    }
    score.note(last, D_MAJOR.0, 2 * BAR, BASS);

    automate(&mut score, [theme, middle, reprise, close, last]);
    score
}

/// The organ holds the chord and swells towards the middle of the bar.
fn pad(score: &mut Score, at: u32, harmony: &Harmony) {
    score.chord(at, &harmony.2, BAR, PAD);
    for (step, expression) in [84, 92, 100, 108, 112, 108, 100, 92].into_iter().enumerate() {
        score.control(at + 2 * step as u32, PAD.channel, 11, expression);
    }
}

/// Bass, bass, fifth, octave: enough to walk on.
fn walk(score: &mut Score, at: u32, harmony: &Harmony) {
    let &Harmony(bass, step, _) = harmony;
    score.line(at, &[(bass, 6), (bass, 2), (bass + step, 4), (bass + 12, 4)], BASS);
}

/// Chords between the beats.
fn offbeats(score: &mut Score, at: u32, harmony: &Harmony) {
    for beat in [2, 6, 11, 14] {
        score.chord(at + beat, &harmony.2, 2, ELECTRIC_FIGURE);
    }
}

/// The chord, broken in sixteenths over two octaves with the pedal down.
fn broken(score: &mut Score, at: u32, harmony: &Harmony, touch: Touch) {
    let [low, middle, high] = harmony.2;
    let figure = [low, middle, high, low + 12, middle + 12, low + 12, high, middle];
    score.control(at, touch.channel, 64, 0);
    score.control(at, touch.channel, 64, 127);
    for (step, key) in (0..).zip(figure.into_iter().cycle().take(BAR as usize)) {
        score.note(at + step, key, 1, touch);
    }
    score.control(at + BAR, touch.channel, 64, 0);
}

/// The filter opens into the theme and closes with the piece; the room grows towards the end; the echo answers the
/// reprise.
fn automate(score: &mut Score, [theme, middle, reprise, close, last]: [u32; 5]) {
    // A dotted eighth: 0.05 + 0.95 t seconds.
    const DOTTED_EIGHTH: f32 = (0.468_75 - 0.05) / 0.95;
    score.set(0, FILTER_RESONANCE, 0.12);
    score.set(0, DELAY_TIME, DOTTED_EIGHTH);
    score.set(0, DELAY_FEEDBACK, 0.35);
    score.set(0, REVERB_DECAY, 0.45);
    score.glide(FILTER_CUTOFF, (0, 0.4), (theme, 1.0));
    score.glide(CHORUS_MIX, (0, 0.35), (theme, 0.0));
    score.set(0, REVERB_MIX, 0.2);
    score.glide(CHORUS_MIX, (middle, 0.0), (middle + 2 * BAR, 0.3));
    score.glide(REVERB_MIX, (middle, 0.2), (reprise, 0.3));
    score.glide(CHORUS_MIX, (reprise - BAR, 0.3), (reprise, 0.0));
    score.glide(FILTER_CUTOFF, (reprise - 2 * BAR, 1.0), (reprise - BAR, 0.62));
    score.glide(FILTER_CUTOFF, (reprise - BAR, 0.62), (reprise, 1.0));
    score.glide(DELAY_MIX, (reprise, 0.0), (reprise + 2 * BAR, 0.18));
    score.glide(DELAY_MIX, (close, 0.18), (last, 0.0));
    score.glide(REVERB_MIX, (close, 0.3), (last, 0.42));
    score.glide(FILTER_CUTOFF, (last, 1.0), (last + 2 * BAR, 0.55));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_fills_its_bars() {
        let length = |steps: &[Step]| steps.iter().map(|(_, length)| length).sum::<u32>();
        for (steps, bars) in [(THEME, 8), (DEVELOPMENT, 8), (DESCANT, 8), (FAREWELL, 4)] {
            assert_eq!(length(steps), bars * BAR);
        }
    }
}
