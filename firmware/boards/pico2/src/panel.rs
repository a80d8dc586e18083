//! What hands touch: an analogue multiplexer with eight force sensors and four knobs, and an encoder.

use embassy_rp::Peri;
use embassy_rp::adc::{Adc, Blocking, Channel, Config};
use embassy_rp::gpio::{Input, Level, Output, Pull};
use embassy_rp::peripherals::{ADC, PIN_2, PIN_3, PIN_4, PIN_5, PIN_6, PIN_7, PIN_8, PIN_26};
use ripieno_firmware::Look;

pub const PADS: usize = 8;
pub const KNOBS: usize = 4;
/// Inputs of the multiplexer that are read: pads first, then knobs.
const ANALOG: usize = PADS + KNOBS;

/// Cycles from another input to a steady voltage, at 150 MHz: 10 kOhm into 65 pF of multiplexer and converter come within
/// half a step of 12 bits in 5.9 us.
const SETTLE_CYCLES: u32 = 900;

/// The pins.
pub struct Parts {
    pub adc: Peri<'static, ADC>,
    pub common: Peri<'static, PIN_26>,
    pub select: (Peri<'static, PIN_2>, Peri<'static, PIN_3>, Peri<'static, PIN_4>, Peri<'static, PIN_5>),
    pub encoder: (Peri<'static, PIN_6>, Peri<'static, PIN_7>, Peri<'static, PIN_8>),
}

/// Reads all of them.
pub struct Panel {
    adc: Adc<'static, Blocking>,
    common: Channel<'static>,
    select: [Output<'static>; 4],
    encoder: [Input<'static>; 3],
    /// As read last, in 16 bits.
    analog: [u16; ANALOG],
}

impl Panel {
    /// Takes the pins. Contacts are pulled up and close to ground: this chip's own pull-downs do not hold (erratum E9).
    pub fn new(parts: Parts) -> Self {
        let (s0, s1, s2, s3) = parts.select;
        let (a, b, button) = parts.encoder;
        Self {
            adc: Adc::new_blocking(parts.adc, Config::default()),
            common: Channel::new_pin(parts.common, Pull::None),
            select: [
                Output::new(s0, Level::Low),
                Output::new(s1, Level::Low),
                Output::new(s2, Level::Low),
                Output::new(s3, Level::Low),
            ],
            encoder: [Input::new(a, Pull::Up), Input::new(b, Pull::Up), Input::new(button, Pull::Up)],
            analog: [0; ANALOG],
        }
    }

    /// Looks at everything once; about 0.1 ms.
    pub fn look(&mut self) -> Look<PADS, KNOBS> {
        for (channel, value) in self.analog.iter_mut().enumerate() {
            for (bit, pin) in self.select.iter_mut().enumerate() {
                pin.set_level(Level::from(channel >> bit & 1 == 1));
            }
            cortex_m::asm::delay(SETTLE_CYCLES);
            // A conversion that failed changes nothing: an input never jumps for it.
            *value = self.adc.blocking_read(&mut self.common).map_or(*value, |bits| bits << 4);
        }
        let (pads, knobs) = self.analog.split_at(PADS);
        let [a, b, button] = &self.encoder;
        Look {
            pads: core::array::from_fn(|pad| pads[pad]),
            knobs: core::array::from_fn(|knob| knobs[knob]),
            quadrature: [a.is_low(), b.is_low()],
            is_pressed: button.is_low(),
        }
    }
}
