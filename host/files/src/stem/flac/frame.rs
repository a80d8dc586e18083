//! One block of samples as a FLAC frame (RFC 9639, section 9).

use super::bits::{Bits, crc8, crc16};
use super::predict::{self, Predictor};
use super::rice::{self, Coding};

/// Frames of every block but the last.
pub(super) const BLOCK: usize = 4096;

/// Rates that have a number of their own, which starts at 1; others stand in the file's header alone.
const RATES: [u32; 11] = [88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];

/// How two channels become two others that are told in fewer bits.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stereo {
    LeftRight,
    LeftSide,
    SideRight,
    MidSide,
}

/// What the samples of a file have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub rate_hz: u32,
    pub bits: u32,
}

/// The `number`th block, one slice a channel; 1 to 8 channels of one length, 1 to [`BLOCK`] frames.
pub(super) fn encode(kind: Kind, number: u64, channels: &[Vec<i32>]) -> Vec<u8> {
    let mut bits = Bits::default();
    let stereo = if let [left, right] = channels { choose(left, right) } else { Stereo::LeftRight };
    let assignment = match stereo {
        Stereo::LeftRight => channels.len() as u32 - 1,
        Stereo::LeftSide => 8,
        Stereo::SideRight => 9,
        Stereo::MidSide => 10,
    };
    header(&mut bits, kind, number, channels[0].len(), assignment);
    if let (false, [left, right]) = (stereo == Stereo::LeftRight, channels) {
        let side: Vec<i32> = left.iter().zip(right).map(|(left, right)| left - right).collect();
        match stereo {
            Stereo::SideRight => {
                subframe(&mut bits, &side, kind.bits + 1);
                subframe(&mut bits, right, kind.bits);
            }
            Stereo::MidSide => {
                let mid: Vec<i32> = left.iter().zip(right).map(|(left, right)| (left + right) >> 1).collect();
                subframe(&mut bits, &mid, kind.bits);
                subframe(&mut bits, &side, kind.bits + 1);
            }
            Stereo::LeftSide | Stereo::LeftRight => {
                subframe(&mut bits, left, kind.bits);
                subframe(&mut bits, &side, kind.bits + 1);
            }
        }
    } else {
        for channel in channels {
            subframe(&mut bits, channel, kind.bits);
        }
    }
    let crc = crc16(bits.align());
    bits.put(u32::from(crc), 16);
    bits.into_bytes()
}

fn header(bits: &mut Bits, kind: Kind, number: u64, frames: usize, assignment: u32) {
    // The sync code, and blocks of one length.
    bits.put(0xFFF8, 16);
    bits.put(if frames == BLOCK { 12 } else { 7 }, 4);
    bits.put(RATES.iter().position(|rate| *rate == kind.rate_hz).map_or(0, |found| found as u32 + 1), 4);
    bits.put(assignment, 4);
    bits.put(if kind.bits == 16 { 4 } else { 6 }, 3);
    bits.put(0, 1);
    coded_number(bits, number);
    if frames != BLOCK {
        bits.put(frames as u32 - 1, 16);
    }
    let crc = crc8(bits.align());
    bits.put(u32::from(crc), 8);
}

/// A number of up to 31 bits as UTF-8 once told longer ones.
fn coded_number(bits: &mut Bits, number: u64) {
    let number = number as u32 & 0x7FFF_FFFF;
    if number < 0x80 {
        bits.put(number, 8);
        return;
    }
    // Each further byte takes six bits and costs the first byte one.
    let further = (number.ilog2() - 1) / 5;
    let first = 0xFF_u32 << (7 - further) & 0xFF | number >> (6 * further);
    bits.put(first, 8);
    for byte in (0..further).rev() {
        bits.put(0x80 | number >> (6 * byte) & 0x3F, 8);
    }
}

/// Compares the second differences, which cost little and tell nearly as much as the coding itself.
fn choose(left: &[i32], right: &[i32]) -> Stereo {
    let mut sums = [0_u64; 4];
    for (left, right) in left.windows(3).zip(right.windows(3)) {
        let (left, right) = (left[2] - 2 * left[1] + left[0], right[2] - 2 * right[1] + right[0]);
        for (sum, one) in sums.iter_mut().zip([left, right, (left + right) >> 1, left - right]) {
            *sum += u64::from(one.unsigned_abs());
        }
    }
    // Bits grow with the logarithm, so those of two channels with the product.
    let [left, right, mid, side] = sums.map(|sum| u128::from(sum + 1));
    let costs = [
        (Stereo::LeftRight, left * right),
        (Stereo::LeftSide, left * side),
        (Stereo::SideRight, side * right),
        (Stereo::MidSide, mid * side),
    ];
    costs.into_iter().min_by_key(|(_, cost)| *cost).map_or(Stereo::LeftRight, |(stereo, _)| stereo)
}

fn subframe(bits: &mut Bits, samples: &[i32], depth: u32) {
    let used = samples.iter().fold(0, |used, sample| used | sample);
    // Zeros at the lower end of all samples, as in 16 bits kept in 24, are told once.
    let wasted = if used == 0 { 0 } else { used.trailing_zeros() };
    if samples.iter().all(|sample| *sample == samples[0]) {
        bits.put(0, 8);
        bits.put_signed(samples[0], depth);
        return;
    }
    let (shifted, depth) = (samples.iter().map(|sample| sample >> wasted).collect::<Vec<_>>(), depth - wasted);
    let candidates = [Some(predict::fixed(&shifted)), predict::linear(&shifted, depth)];
    let coded = candidates.into_iter().flatten().filter_map(|predictor| Coded::new(predictor, &shifted, depth));
    let best = coded.min_by_key(|coded| coded.bits).filter(|best| best.bits < shifted.len() as u64 * u64::from(depth));
    let kind = best.as_ref().map_or(1, |best| match &best.predictor {
        Predictor::Fixed(order) => 8 + *order as u32,
        Predictor::Linear { coefficients, .. } => 31 + coefficients.len() as u32,
    });
    bits.put(kind << 1 | u32::from(wasted > 0), 8);
    if wasted > 0 {
        bits.put_unary(wasted - 1);
    }
    match best {
        Some(best) => best.write(bits, &shifted, depth),
        None => shifted.iter().for_each(|sample| bits.put_signed(*sample, depth)),
    }
}

/// A channel's samples, predicted.
struct Coded {
    predictor: Predictor,
    folded: Vec<u32>,
    coding: Coding,
    bits: u64,
}

impl Coded {
    fn new(predictor: Predictor, samples: &[i32], depth: u32) -> Option<Self> {
        let folded = predictor.residual(samples)?;
        let coding = rice::plan(&folded, predictor.order());
        let each = match predictor {
            Predictor::Fixed(_) => depth,
            Predictor::Linear { .. } => depth + predict::PRECISION,
        };
        let extra = if let Predictor::Linear { .. } = predictor { 9 } else { 0 };
        let bits = coding.bits + predictor.order() as u64 * u64::from(each) + extra;
        Some(Self { predictor, folded, coding, bits })
    }

    fn write(&self, bits: &mut Bits, samples: &[i32], depth: u32) {
        let order = self.predictor.order();
        samples[..order].iter().for_each(|sample| bits.put_signed(*sample, depth));
        if let Predictor::Linear { coefficients, shift } = &self.predictor {
            bits.put(predict::PRECISION - 1, 4);
            bits.put(*shift, 5);
            coefficients.iter().for_each(|one| bits.put_signed(*one, predict::PRECISION));
        }
        self.coding.write(&self.folded, order, bits);
    }
}
