//! The store as the protocol sees it, with a check of what is to be played.

use super::{Settings, Store};
use crate::protocol::{Capacities, Code, Entry, Presets, Refusal};
use embedded_storage::nor_flash::NorFlash;

/// A store and what says whether a set-up can be played: made anew for each call of
/// [`Session::receive`](crate::protocol::Session::receive). Control.
#[derive(Debug)]
pub struct Shelf<'a, F: NorFlash, C, const COUNT: usize, const BYTES: usize = { super::PART }> {
    /// Where set-ups are kept.
    pub store: &'a mut Store<F, COUNT, BYTES>,
    /// Refuses what cannot be played.
    pub check: C,
}

impl<F, C, const COUNT: usize, const BYTES: usize> Presets for Shelf<'_, F, C, COUNT, BYTES>
where
    F: NorFlash,
    C: FnMut(&[u8]) -> Result<(), Refusal>,
{
    fn capacities(&mut self) -> Capacities {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Capacities {
            slots: u8::try_from(COUNT).unwrap_or(u8::MAX),
            active: self.store.settings().active,
            longest: number(Store::<F, COUNT, BYTES>::longest()),
            free: number(self.store.free()),
        }
    }

    fn entry(&mut self, slot: u8) -> Result<Option<Entry>, Code> {
        self.store.entry(slot).map_err(|error| error.code())
    }

    fn read(&mut self, slot: u8, offset: usize, into: &mut [u8]) -> Result<usize, Code> {
        self.store.read(slot, offset, into).map_err(|error| error.code())
    }

    fn check(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        (self.check)(bytes)
    }

    fn save(&mut self, slot: u8, bytes: &[u8]) -> Result<(), Code> {
        self.store.save(slot, bytes).map_err(|error| error.code())
    }

    fn delete(&mut self, slot: u8) -> Result<(), Code> {
        self.store.delete(slot).map_err(|error| error.code())
    }

    fn activate(&mut self, slot: u8) -> Result<(), Code> {
        self.store.entry(slot).map_err(|error| error.code())?.ok_or(Code::Empty)?;
        let settings = Settings { active: Some(slot), ..self.store.settings() };
        self.store.keep(settings).map_err(|error| error.code())
    }

    fn erased(&mut self) -> u32 {
        self.store.erased()
    }
}
