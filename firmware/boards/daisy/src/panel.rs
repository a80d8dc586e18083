//! What hands touch: four force sensors and four knobs on the converter's own pins, and an encoder.

use embassy_stm32::Peri;
use embassy_stm32::adc::{Adc, AdcChannel, AnyAdcChannel, SampleTime};
use embassy_stm32::gpio::{Input, Pull};
use embassy_stm32::peripherals::{ADC1, PA3, PA5, PA6, PA7, PB1, PB4, PC0, PC1, PC4, PG10, PG11};

/// Analogue inputs: pads first, then knobs.
pub const ANALOG: usize = 8;

/// The pins.
pub struct Parts {
    pub adc: Peri<'static, ADC1>,
    pub pads: (Peri<'static, PC0>, Peri<'static, PA3>, Peri<'static, PB1>, Peri<'static, PA7>),
    pub knobs: (Peri<'static, PA6>, Peri<'static, PC1>, Peri<'static, PC4>, Peri<'static, PA5>),
    pub encoder: (Peri<'static, PG10>, Peri<'static, PG11>, Peri<'static, PB4>),
}

/// Reads all of them.
pub struct Panel {
    adc: Adc<'static, ADC1>,
    inputs: [AnyAdcChannel<'static, ADC1>; ANALOG],
    encoder: [Input<'static>; 3],
}

/// One look.
#[derive(Clone, Copy)]
pub struct Look {
    /// 12 bits each.
    pub analog: [u16; ANALOG],
    /// Both contacts of the encoder, closed or not.
    pub quadrature: [bool; 2],
    /// Its button.
    pub is_pressed: bool,
}

impl Panel {
    /// Takes the pins. Contacts are pulled up and close to ground.
    pub fn new(parts: Parts) -> Self {
        let (p0, p1, p2, p3) = parts.pads;
        let (k0, k1, k2, k3) = parts.knobs;
        let (a, b, button) = parts.encoder;
        Self {
            adc: Adc::new(parts.adc),
            inputs: [
                p0.degrade_adc(), p1.degrade_adc(), p2.degrade_adc(), p3.degrade_adc(),
                k0.degrade_adc(), k1.degrade_adc(), k2.degrade_adc(), k3.degrade_adc(),
            ],
            encoder: [Input::new(a, Pull::Up), Input::new(b, Pull::Up), Input::new(button, Pull::Up)],
        }
    }

    /// Looks at everything once; well below 0.1 ms.
    pub fn look(&mut self) -> Look {
        let mut analog = [0; ANALOG];
        for (value, input) in analog.iter_mut().zip(&mut self.inputs) {
            // The converter gives 16 bits, of which the lower ones are noise.
            *value = self.adc.blocking_read(input, SampleTime::CYCLES64_5) >> 4;
        }
        let [a, b, button] = &self.encoder;
        Look { analog, quadrature: [a.is_low(), b.is_low()], is_pressed: button.is_low() }
    }
}
