//! Full-scale jumps of every parameter while a sine plays: what they spread over the spectrum stays below −60 dBFS.

mod support;

use ripieno_fx::id;
use ripieno_types::Block;
use support::*;

/// A sine well below [`ABOVE`], and above it nothing but clicks: even an octave up it leaves two octaves between.
const TONE_HZ: f64 = 300.0;
const ABOVE: f64 = 2_000.0;
const SETTLE: usize = 44_100;

/// The highest peak above [`ABOVE`] after `jump`, in dBFS, with the sine at `level`.
fn click(mut process: impl FnMut(Block<'_>), level: f64, jump_at: usize, jump: impl FnOnce()) -> f64 {
    let [mut left, mut right] = [sine(3 * SETTLE, TONE_HZ, level), sine(3 * SETTLE, TONE_HZ, level)];
    // It begins softly: its beginning comes back out of a delay.
    for (i, (left, right)) in left.iter_mut().zip(&mut right).enumerate().take(SETTLE / 4) {
        let soft = (0.5 - 0.5 * (std::f64::consts::PI * i as f64 / (SETTLE / 4) as f64).cos()) as f32;
        (*left, *right) = (*left * soft, *right * soft);
    }
    process(Block::new(&mut left[..jump_at], &mut right[..jump_at]));
    jump();
    process(Block::new(&mut left[jump_at..], &mut right[jump_at..]));
    // Not counting how the sine began.
    let after = |channel: &[f32]| peak_above(channel, ABOVE, SETTLE / 2);
    after(&left).max(after(&right))
}

#[test]
fn no_parameter_clicks() {
    for name in EFFECTS {
        // What makes the effect heard while another parameter jumps.
        let bases: &[&[(&str, f32)]] = match name {
            "filter" => {
                &[&[("cutoff", 0.3)], &[("cutoff", 0.3), ("mode", 1.0)], &[("cutoff", 0.3), ("resonance", 1.0)]]
            }
            "chorus" => &[&[("mix", 0.5)], &[("mix", 1.0), ("rate", 0.2)]],
            "delay" => &[&[("mix", 0.5), ("time", 0.1)], &[("mix", 1.0), ("time", 0.0), ("feedback", 1.0)]],
            "reverb" => &[&[("mix", 0.5)], &[("mix", 1.0), ("decay", 0.2)]],
            _ => &[&[]],
        };
        for base in bases {
            for index in 0..effect(name, RATE).params().len() {
                for (from, to) in [(0.0, 1.0), (1.0, 0.0), (0.5, 1.0), (0.0, 0.5)] {
                    let cell = std::cell::RefCell::new(effect_with(name, base));
                    cell.borrow_mut().set(index, from);
                    // Off the grid on purpose.
                    let jump = || cell.borrow_mut().set(index, to);
                    let heard = click(|block| cell.borrow_mut().process(block), 0.5, SETTLE + 17, jump);
                    let param = cell.borrow().params()[index].name;
                    println!("{param} {from} to {to} with {base:?}: {heard:.1} dBFS");
                    assert!(heard < -60.0, "{param} {from} to {to} with {base:?}: {heard:.1} dBFS");
                }
            }
        }
    }
}

#[test]
fn neither_bypass_nor_order_clicks() {
    for effect in [id::VOLUME, id::FILTER, id::CHORUS, id::DELAY, id::REVERB, id::PAN] {
        for to in [true, false] {
            let cell = std::cell::RefCell::new(chain(RATE));
            for (param, value) in [
                (id::VOLUME_GAIN, 0.5),
                (id::FILTER_CUTOFF, 0.4),
                (id::CHORUS_MIX, 0.5),
                (id::DELAY_MIX, 0.5),
                (id::REVERB_MIX, 0.5),
                (id::PAN_PAN, 0.0),
            ] {
                cell.borrow_mut().set(param, value);
            }
            cell.borrow_mut().bypass(effect, !to);
            let jump = || assert!(cell.borrow_mut().bypass(effect, to));
            let heard = click(|block| cell.borrow_mut().process(block, None), 0.5, SETTLE + 17, jump);
            println!("bypass {effect:?} {to}: {heard:.1} dBFS");
            assert!(heard < -60.0, "{effect:?}: {heard:.1} dBFS");
        }
    }
    let cell = std::cell::RefCell::new(chain(RATE));
    cell.borrow_mut().set(id::REVERB_MIX, 0.5);
    cell.borrow_mut().set(id::VOLUME_GAIN, 0.3);
    let jump = || {
        let mut order = cell.borrow().current_order();
        order.reverse();
        cell.borrow_mut().order(order).expect("a permutation");
    };
    let heard = click(|block| cell.borrow_mut().process(block, None), 0.5, SETTLE + 17, jump);
    assert!(heard < -60.0, "order: {heard:.1} dBFS");
}
