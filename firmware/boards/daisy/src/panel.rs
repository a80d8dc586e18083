//! What hands touch: four force sensors and four knobs on the converter's own pins, and an encoder.

use embassy_stm32::Peri;
use embassy_stm32::adc::{Adc, AdcChannel, AnyAdcChannel, SampleTime};
use embassy_stm32::gpio::{Input, Pull};
use embassy_stm32::peripherals::{ADC1, PA3, PA5, PA6, PA7, PB1, PB4, PC0, PC1, PC4, PG10, PG11};
use ripieno_firmware::Look;

pub const PADS: usize = 4;
pub const KNOBS: usize = 4;

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
    pads: [AnyAdcChannel<'static, ADC1>; PADS],
    knobs: [AnyAdcChannel<'static, ADC1>; KNOBS],
    encoder: [Input<'static>; 3],
}

impl Panel {
    /// Takes the pins. Contacts are pulled up and close to ground.
    pub fn new(parts: Parts) -> Self {
        let (p0, p1, p2, p3) = parts.pads;
        let (k0, k1, k2, k3) = parts.knobs;
        let (a, b, button) = parts.encoder;
        Self {
            adc: Adc::new(parts.adc),
            pads: [p0.degrade_adc(), p1.degrade_adc(), p2.degrade_adc(), p3.degrade_adc()],
            knobs: [k0.degrade_adc(), k1.degrade_adc(), k2.degrade_adc(), k3.degrade_adc()],
            encoder: [Input::new(a, Pull::Up), Input::new(b, Pull::Up), Input::new(button, Pull::Up)],
        }
    }

    /// Looks at everything once; well below 0.1 ms.
    pub fn look(&mut self) -> Look<PADS, KNOBS> {
        // The converter gives 16 bits.
        let mut read = |input: &mut AnyAdcChannel<'static, ADC1>| self.adc.blocking_read(input, SampleTime::CYCLES64_5);
        let (pads, knobs) = (self.pads.each_mut().map(&mut read), self.knobs.each_mut().map(&mut read));
        let [a, b, button] = &self.encoder;
        Look { pads, knobs, quadrature: [a.is_low(), b.is_low()], is_pressed: button.is_low() }
    }
}
