//! The reading side: the recording at the model's rate in a ring of one window, filled by a thread that reads ahead, and
//! prompts from anywhere in it.

use super::feed::Feed;
use super::recording::Recording;
use crate::{Cancel, JobError};
use ripieno_chunk::{Arrangement, Edge, Prompt, Segment, pad};
use std::ops::Range;
use std::sync::mpsc::{Receiver, SyncSender};

/// Blocks that the reading thread may be ahead.
pub(crate) const AHEAD: usize = 4;

/// Frames of a block.
pub(crate) const BLOCK: usize = 1 << 14;

/// A stretch of the recording, one vector a channel; the last one is shorter.
pub(crate) type Block = Vec<Vec<f32>>;

/// Reads a recording from its place to its end, block by block, until nobody wants more.
pub(crate) fn read_ahead<R: Recording>(
    mut feed: Feed<'_, R>,
    channels: usize,
    blocks: &SyncSender<Block>,
) -> Result<(), JobError> {
    loop {
        let mut block = vec![Vec::with_capacity(BLOCK); channels];
        let frames = feed.read(BLOCK, &mut block)?;
        if frames == 0 || blocks.send(block).is_err() {
            return Ok(());
        }
    }
}

/// Makes what is sent to a model.
pub(crate) struct Gather<'a, R: Recording> {
    blocks: Receiver<Block>,
    /// The recording from `start` on, one vector a channel.
    ring: Vec<Vec<f32>>,
    start: u64,
    /// Reads prompts; opened when the first is wanted.
    prompts: Option<Feed<'a, R>>,
    /// The prompts of the window before: neighbouring windows mostly have the same.
    known: Vec<(Range<u64>, Block)>,
    edge: Edge,
}

impl<'a, R: Recording> Gather<'a, R> {
    /// `blocks` begin at the frame `start` of the recording.
    pub(crate) fn new(blocks: Receiver<Block>, channels: usize, start: u64, edge: Edge) -> Self {
        Self { blocks, ring: vec![Vec::new(); channels], start, prompts: None, known: Vec::new(), edge }
    }

    /// Fills `mix`, the channels one after the other, with a window and its prompts. `None`: the reading thread ended early
    /// and knows why. What lies before the window is not needed any more.
    pub(crate) fn window(&mut self, segment: &Segment, arrangement: &Arrangement, mix: &mut [f32]) -> Option<()> {
        let past = usize::try_from(segment.start.saturating_sub(self.start)).unwrap_or(usize::MAX);
        let end = past + segment.frames;
        while self.ring[0].len() < end {
            let block = self.blocks.recv().ok()?;
            self.ring.iter_mut().zip(block).for_each(|(ring, block)| ring.extend(block));
        }
        for (ring, sent) in self.ring.iter().zip(mix.chunks_exact_mut(arrangement.sent)) {
            let window = &mut sent[arrangement.chunk_at..arrangement.chunk_at + segment.window()];
            window[segment.before..segment.before + segment.frames].copy_from_slice(&ring[past..end]);
            pad(window, segment.before, segment.frames, self.edge);
            sent[..arrangement.chunk_at].fill(0.0);
            sent[arrangement.chunk_at + segment.window()..].fill(0.0);
        }
        Some(())
    }

    /// Forgets what lies before a frame of the recording, once the windows that need it are done.
    pub(crate) fn forget_before(&mut self, frame: u64) {
        let past = usize::try_from(frame.saturating_sub(self.start)).unwrap_or(usize::MAX).min(self.ring[0].len());
        self.ring.iter_mut().for_each(|row| drop(row.drain(..past)));
        self.start += past as u64;
    }

    /// Puts prompts into `mix`, in their places.
    pub(crate) fn add_prompts(
        &mut self,
        prompts: &[Prompt],
        sent: usize,
        mix: &mut [f32],
        open: impl Fn() -> Result<Feed<'a, R>, JobError>,
        cancel: &Cancel,
    ) -> Result<(), JobError> {
        let mut known = std::mem::take(&mut self.known);
        known.retain(|(range, _)| prompts.iter().any(|prompt| prompt.source == *range));
        for prompt in prompts {
            if !known.iter().any(|(range, _)| *range == prompt.source) {
                if cancel.is_requested() {
                    return Err(JobError::cancelled());
                }
                let feed = match &mut self.prompts {
                    Some(feed) => feed,
                    none => none.insert(open()?),
                };
                let mut section = vec![Vec::new(); self.ring.len()];
                feed.seek(prompt.source.start)?;
                feed.read(prompt.frames(), &mut section)?;
                known.push((prompt.source.clone(), section));
            }
            let section = known.iter().find(|(range, _)| *range == prompt.source);
            for (row, section) in mix.chunks_exact_mut(sent).zip(section.map_or(&[][..], |(_, section)| section)) {
                row[prompt.at..prompt.at + section.len()].copy_from_slice(section);
                prompt.fade(row);
            }
        }
        self.known = known;
        Ok(())
    }
}
