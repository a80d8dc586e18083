//! What a model made of windows, as bytes: a header a window, then the samples of each stem that outputs need, little-endian.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `RWIN` |
//! | 8 | the window |
//! | 8 | frames that were sent |
//! | 8 | frames that were produced, not more |
//! | 2 | channels |
//! | 2 | stems, then two bytes for the index of each, ascending |
//! | rest | per stem and channel: the produced frames as `f32` |

use crate::stream::Raw;
use std::io::{self, Read, Write};

const MAGIC: [u8; 4] = *b"RWIN";

/// Bytes of samples that are converted at once.
const BLOCK: usize = 1 << 14;

/// Writes one window.
pub(crate) fn write(out: &mut dyn Write, raw: &Raw<'_>, channels: usize) -> io::Result<()> {
    let produced = raw.produced.min(raw.sent);
    let short =
        |count: usize| u16::try_from(count).map_err(|_| io::Error::other("there are too many stems or channels"));
    let mut header = MAGIC.to_vec();
    for number in [raw.window, raw.sent as u64, produced as u64] {
        header.extend(number.to_le_bytes());
    }
    for count in [channels, raw.used.len()].iter().chain(raw.used) {
        header.extend(short(*count)?.to_le_bytes());
    }
    out.write_all(&header)?;
    let mut bytes = Vec::with_capacity(BLOCK);
    for row in rows(raw.used, channels, raw.sent) {
        for samples in raw.stems[row..row + produced].chunks(BLOCK / 4) {
            bytes.clear();
            bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
            out.write_all(&bytes)?;
        }
    }
    Ok(())
}

/// Reads one window into `stems`, which has room for all stems of the model; gives the frames that were produced. Nothing is
/// allocated by what the bytes say.
///
/// # Errors
/// [`Damage`] for bytes that are not this window of this model.
pub(crate) fn read(
    from: &mut dyn Read,
    window: u64,
    (channels, sent): (usize, usize),
    stems: &mut [f32],
) -> Result<usize, Damage> {
    let mut magic = [0; 4];
    from.read_exact(&mut magic)?;
    if magic != MAGIC {
        return Err(Damage::Other("no window begins where one should"));
    }
    if long(from)? != window {
        return Err(Damage::Other("it is another window's"));
    }
    if long(from)? != sent as u64 {
        return Err(Damage::Other("the model was sent windows of another length"));
    }
    let produced = usize::try_from(long(from)?).ok().filter(|produced| *produced <= sent);
    let produced = produced.ok_or(Damage::Other("more was produced than was sent"))?;
    if usize::from(short(from)?) != channels {
        return Err(Damage::Other("it has other channels"));
    }
    let most = stems.len() / (channels * sent).max(1);
    let mut used = Vec::new();
    for _ in 0..short(from)? {
        let stem = usize::from(short(from)?);
        if stem >= most || used.last().is_some_and(|last| *last >= stem) {
            return Err(Damage::Other("it has stems that the model does not"));
        }
        used.push(stem);
    }
    let mut bytes = [0; BLOCK];
    for row in rows(&used, channels, sent) {
        for samples in stems[row..row + produced].chunks_mut(BLOCK / 4) {
            let bytes = &mut bytes[..samples.len() * 4];
            from.read_exact(bytes)?;
            for (sample, bytes) in samples.iter_mut().zip(bytes.as_chunks::<4>().0) {
                *sample = f32::from_le_bytes(*bytes);
            }
        }
    }
    Ok(produced)
}

/// Why bytes give no window.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Damage {
    #[error("it ends too early, or cannot be read: {0}")]
    Read(#[from] io::Error),
    #[error("{0}")]
    Other(&'static str),
}

/// Where the channels of these stems begin.
fn rows(used: &[usize], channels: usize, sent: usize) -> impl Iterator<Item = usize> {
    used.iter().flat_map(move |stem| (0..channels).map(move |channel| (stem * channels + channel) * sent))
}

fn long(from: &mut dyn Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

fn short(from: &mut dyn Read) -> io::Result<u16> {
    let mut bytes = [0; 2];
    from.read_exact(&mut bytes)?;
    Ok(u16::from_le_bytes(bytes))
}
