//! Instructions that the mapper takes for 64 pads and 64 knobs in 8 banks, call by call: `mapper`.

use crate::counter::{Counter, Spread};
use cortex_m_semihosting::hprintln;
use ripieno_panel::{Action, DeviceId, FlashSetup, Output, PanelId};
use ripieno_scenes::mapper::{BYTES, SurfaceMapper, knob, pad, write};
use ripieno_types::ParamId;

const DEVICE: DeviceId = DeviceId(0);
/// Inputs of each kind.
const EACH: u8 = 64;

pub fn run() -> Option<()> {
    let counter = Counter::start()?;
    let mut bytes = [[0; BYTES]; 2];
    let [first, second] = &mut bytes;
    let lengths = [write(false, first).ok()?, write(true, second).ok()?];
    let (open, setup) = counter.count(|| FlashSetup::new(first.get(..lengths[0])?).ok());
    let mut other = FlashSetup::new(second.get(..lengths[1])?).ok()?;
    let (make, mut mapper) = counter.count(|| setup.map(SurfaceMapper::with_memory));
    let mapper = mapper.as_mut()?;
    hprintln!("set-up-bytes {} memory-bytes {} open {} make {}", lengths[0], size_of_val(mapper), open, make);

    let mut said = 0_u32;
    let mut each = |output: Output| {
        core::hint::black_box(output);
        said += 1;
    };
    let mut now = 1_000_000;
    let show = |name: &str, count: u32| hprintln!("{} {}", name, count);

    show("tick-all-to-show", counter.count(|| mapper.tick(now, &mut each)).0);
    settle(mapper, &mut now);
    show("tick-idle", counter.count(|| mapper.tick(now, &mut each)).0);

    // All 128 inputs at once: one message each, then the tick.
    let mut messages = Spread::EMPTY;
    let mut sum = 0;
    for number in 0..EACH {
        for word in [pad(number, 100)?, knob(number, number * 2)?] {
            let count = counter.count(|| mapper.map(now, DEVICE, word, &mut each)).0;
            messages.add(count);
            sum += count;
        }
    }
    let tick = counter.count(|| mapper.tick(now, &mut each)).0;
    hprintln!(
        "inputs-and-tick {} input-least {} input-mean {} input-most {}",
        sum + tick,
        messages.least,
        messages.mean(),
        messages.most
    );

    // Sixteen timers run, everything waits to be shown, and shared values were changed.
    mapper.release_all(now, &mut |_| ());
    settle(mapper, &mut now);
    for number in 16..32 {
        mapper.map(now, DEVICE, pad(number, 100)?, &mut |_| ());
    }
    mapper.refresh(DEVICE);
    for number in 32..EACH {
        mapper.map(now, DEVICE, knob(number, 1 + now as u8 % 100)?, &mut |_| ());
    }
    now += 1_000_000;
    show("tick-timers-and-lights", counter.count(|| mapper.tick(now, &mut each)).0);

    settle(mapper, &mut now);
    let word = pad(7, 100)?;
    show("map-bank", counter.count(|| mapper.map(now, DEVICE, word, &mut each)).0);
    show("activate", counter.count(|| mapper.activate(PanelId(16), true, now, &mut each)).0);
    let (action, value) = (Action::Parameter(ParamId(3)), 40_000);
    show("moved", counter.count(|| mapper.moved(action, value, &mut each)).0);
    show("refresh", counter.count(|| mapper.refresh(DEVICE)).0);
    show("replace", counter.count(|| mapper.replace(&mut other, now, &mut each)).0);
    show("release_all", counter.count(|| mapper.release_all(now, &mut each)).0);
    core::hint::black_box(said);
    Some(())
}

/// Lets a mapper show all that it has to show.
fn settle(mapper: &mut SurfaceMapper<'_>, now: &mut u64) {
    for _ in 0..1_000 {
        *now += 10_000;
        mapper.tick(*now, &mut |_| ());
    }
}
