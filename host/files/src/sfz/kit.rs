//! From regions and the headers of their recordings to the parts that the synth plays.

use super::Sfz;
use super::region::{Region, Sound};
use crate::kit::{KitTables, WaveInfo};
use crate::pack::{Recording, Recordings};
use ripieno_synth::sampler::{Part, Repeat, Wave, WaveKind};

impl Sfz {
    /// The parts that play this instrument, and the recordings that they need: the first waves of the kit are
    /// [`Recordings::found`] in this order, generators come behind them. `probe` reads the header of one of [`Sfz::files`];
    /// the regions of a file that it refuses are left out. Control.
    pub fn kit(&self, mut probe: impl FnMut(&str) -> Result<WaveInfo, String>) -> (KitTables, Recordings) {
        let mut tables = self.tables.clone();
        let mut recordings = Recordings::default();
        let mut found: Vec<Option<(u32, WaveInfo)>> = Vec::with_capacity(self.files.len());
        for file in &self.files {
            found.push(match probe(file) {
                Ok(info) => {
                    let number = tables.waves.len() as u32;
                    tables.waves.push(Wave {
                        kind: WaveKind::Recording as u8,
                        channels: info.channels.clamp(1, 2) as u8,
                        unused: 0,
                        rate_hz: info.rate_hz.max(1),
                        frames: info.frames,
                        left: 0,
                        right: 0,
                    });
                    recordings.found.push(Recording { file: file.clone(), info });
                    Some((number, info))
                }
                Err(why) => {
                    recordings.missing.push((file.clone(), why));
                    None
                }
            });
        }
        let mut generators: Vec<(WaveKind, u32)> = Vec::new();
        for region in &self.regions {
            let part = match region.sound {
                Sound::Generator(kind) => {
                    let known = generators.iter().find(|(known, _)| *known == kind).map(|(_, number)| *number);
                    let wave = known.unwrap_or_else(|| {
                        generators.push((kind, tables.waves.len() as u32));
                        tables.waves.push(generator(kind));
                        tables.waves.len() as u32 - 1
                    });
                    Part { wave, ..region.part }
                }
                Sound::Recording(file) => match found.get(file as usize) {
                    Some(Some((wave, info))) => {
                        if let Some(row) = region.root_row.and_then(|row| tables.values.get_mut(row as usize)) {
                            row.value = f32::from(info.root_key.unwrap_or(60));
                        }
                        recorded(region, *wave, info)
                    }
                    _ => continue,
                },
            };
            tables.parts.push(part);
        }
        (tables, recordings)
    }
}

fn generator(kind: WaveKind) -> Wave {
    Wave { kind: kind as u8, channels: 1, unused: 0, rate_hz: 48_000, frames: u32::MAX, left: 0, right: 0 }
}

/// A region's part, now that the length and the loop of its recording are known.
fn recorded(region: &Region, wave: u32, info: &WaveInfo) -> Part {
    let mut part = Part { wave, ..region.part };
    part.end = part.end.min(info.frames);
    if let Some(percent) = region.offset_percent {
        part.offset = (f64::from(info.frames) * f64::from(percent) / 100.0) as u32;
    }
    let repeat = region.repeat.unwrap_or(if info.sustain_loop.is_some() { Repeat::Continuous } else { Repeat::None });
    part.repeat = repeat as u8;
    if matches!(repeat, Repeat::Continuous | Repeat::Sustain) {
        let own = info.sustain_loop.unwrap_or([0, part.end]);
        let start = region.loop_start.unwrap_or(own[0]);
        let end = region.loop_end.unwrap_or(own[1]).min(info.frames);
        if start < end {
            (part.loop_start, part.loop_end) = (start, end);
            // The fade takes its frames from before the loop, and no more than the loop has.
            let wanted = (region.loop_crossfade * info.rate_hz as f32) as u32;
            part.loop_crossfade = wanted.min(start).min(end - start);
        } else {
            part.repeat = Repeat::None as u8;
        }
    }
    part
}
