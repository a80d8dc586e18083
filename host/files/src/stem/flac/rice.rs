//! Residuals as Rice codes in partitions, each with the parameter that suits it (RFC 9639, section 9.2.7).

use super::bits::Bits;

/// The most partitions are 2 to this power. Decoders of the streamable subset take 8.
const MAX_ORDER: u32 = 6;
/// The greatest parameter of 4 bits; all ones would mean something else.
const MAX_SHORT: u32 = 14;
/// The greatest parameter of 5 bits.
const MAX_PARAMETER: u32 = 30;

/// A signed number as an unsigned one that is small when its magnitude is: 0, −1, 1, −2, ...
#[inline]
pub(super) fn fold(residual: i32) -> u32 {
    (residual << 1 ^ residual >> 31) as u32
}

/// How a block's residuals are written.
#[derive(Debug)]
pub(super) struct Coding {
    /// The partitions are 2 to this power.
    order: u32,
    /// One a partition.
    parameters: Vec<u32>,
    /// Bits that all of it takes.
    pub bits: u64,
}

/// The best coding of the folded residuals of a block, of which the predictor takes the first few frames as they are.
pub(super) fn plan(folded: &[u32], warm_up: usize) -> Coding {
    let block = folded.len() + warm_up;
    let fits = |order: &u32| block.is_multiple_of(1 << order) && block >> order > warm_up;
    let finest = (0..=MAX_ORDER).take_while(fits).last().unwrap_or(0);
    let mut sums: Vec<u64> =
        partitions(folded, warm_up, finest).map(|part| part.iter().map(|one| u64::from(*one)).sum()).collect();
    let mut best = (u64::MAX, 0, Vec::new());
    for order in (0..=finest).rev() {
        let length = (block >> order) as u64;
        let count = |partition: usize| length - if partition == 0 { warm_up as u64 } else { 0 };
        let parameters: Vec<u32> = sums.iter().enumerate().map(|(n, sum)| parameter(count(n), *sum)).collect();
        let codes: u64 = sums.iter().zip(&parameters).enumerate().map(|(n, (sum, k))| about(count(n), *sum, *k)).sum();
        let bits = codes + parameters.len() as u64 * u64::from(width(&parameters));
        if bits < best.0 {
            best = (bits, order, parameters);
        }
        sums = sums.chunks(2).map(|pair| pair.iter().sum()).collect();
    }
    let (_, order, parameters) = best;
    let bits = exact(folded, warm_up, order, &parameters);
    Coding { order, parameters, bits }
}

impl Coding {
    pub fn write(&self, folded: &[u32], warm_up: usize, bits: &mut Bits) {
        let width = width(&self.parameters);
        bits.put(width - 4, 2);
        bits.put(self.order, 4);
        for (part, &parameter) in partitions(folded, warm_up, self.order).zip(&self.parameters) {
            bits.put(parameter, width);
            let low = (1 << parameter) - 1;
            for &value in part {
                let high = value >> parameter;
                if high + 1 + parameter <= 32 {
                    // Zeros, the one that ends them and the lower bits in one go.
                    bits.put(1 << parameter | value & low, high + 1 + parameter);
                } else {
                    bits.put_unary(high);
                    bits.put(value & low, parameter);
                }
            }
        }
    }
}

fn partitions(folded: &[u32], warm_up: usize, order: u32) -> impl Iterator<Item = &[u32]> {
    let length = (folded.len() + warm_up) >> order;
    let (first, rest) = folded.split_at(length - warm_up);
    std::iter::once(first).chain(rest.chunks(length))
}

/// Bits of one parameter.
fn width(parameters: &[u32]) -> u32 {
    if parameters.iter().any(|parameter| *parameter > MAX_SHORT) { 5 } else { 4 }
}

/// The parameter that takes the fewest bits, as far as the sum tells.
fn parameter(count: u64, sum: u64) -> u32 {
    let near = (sum / count.max(1)).checked_ilog2().unwrap_or(0);
    let around = near.saturating_sub(1)..=(near + 1).min(MAX_PARAMETER);
    around.min_by_key(|parameter| about(count, sum, *parameter)).unwrap_or(0)
}

/// Bits that so many codes of this sum take, about: the lower bits that are cut off are half of what they may be.
fn about(count: u64, sum: u64, parameter: u32) -> u64 {
    let cut = if parameter == 0 { 0 } else { count / 2 };
    count * u64::from(parameter + 1) + (sum >> parameter).saturating_sub(cut)
}

fn exact(folded: &[u32], warm_up: usize, order: u32, parameters: &[u32]) -> u64 {
    let width = u64::from(width(parameters));
    let codes = partitions(folded, warm_up, order).zip(parameters).map(|(part, &parameter)| {
        let high: u64 = part.iter().map(|value| u64::from(value >> parameter)).sum();
        width + part.len() as u64 * u64::from(parameter + 1) + high
    });
    6 + codes.sum::<u64>()
}
