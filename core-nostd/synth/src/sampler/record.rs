//! Records of a kit: plain structs with a fixed little-endian form, so that a table is read from the bytes where it lies.

use core::marker::PhantomData;

/// A value with a fixed little-endian form.
pub trait Record: Copy {
    /// Bytes of the form.
    const BYTES: usize;

    /// Reads it from the front of `bytes`; what is missing counts as zero. Real-time.
    fn read(bytes: &[u8]) -> Self;

    /// Writes it to the front of `out`, as far as there is room. Any.
    fn write(&self, out: &mut [u8]);
}

macro_rules! number {
    ($($type:ty)*) => {$(
        impl Record for $type {
            const BYTES: usize = size_of::<$type>();

            #[inline(always)]
            fn read(bytes: &[u8]) -> Self {
                bytes.first_chunk().map_or(0 as $type, |bytes| <$type>::from_le_bytes(*bytes))
            }

            fn write(&self, out: &mut [u8]) {
                if let Some(out) = out.first_chunk_mut() {
                    *out = self.to_le_bytes();
                }
            }
        }
    )*};
}

number!(u8 i8 u16 i16 u32 i32 f32);

impl<T: Record, const COUNT: usize> Record for [T; COUNT] {
    const BYTES: usize = COUNT * T::BYTES;

    #[inline(always)]
    fn read(bytes: &[u8]) -> Self {
        core::array::from_fn(|n| T::read(bytes.get(n * T::BYTES..).unwrap_or(&[])))
    }

    fn write(&self, out: &mut [u8]) {
        for (n, item) in self.iter().enumerate() {
            if let Some(out) = out.get_mut(n * T::BYTES..) {
                item.write(out);
            }
        }
    }
}

/// Declares a struct whose form is its fields' forms, one behind the other.
macro_rules! record {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }

        impl $crate::sampler::record::Record for $name {
            const BYTES: usize = 0 $(+ <$type as $crate::sampler::record::Record>::BYTES)*;

            #[inline(always)]
            fn read(bytes: &[u8]) -> Self {
                $(
                    let $field = <$type as $crate::sampler::record::Record>::read(bytes);
                    let bytes = bytes.get(<$type as $crate::sampler::record::Record>::BYTES..).unwrap_or(&[]);
                )*
                let _ = bytes;
                Self { $($field,)* }
            }

            fn write(&self, out: &mut [u8]) {
                $(
                    self.$field.write(out);
                    let out = out.get_mut(<$type as $crate::sampler::record::Record>::BYTES..).unwrap_or(&mut []);
                )*
                let _ = out;
            }
        }
    };
}

pub(crate) use record;

/// Records in a row, read from bytes that lie elsewhere.
#[derive(Debug)]
pub struct Table<'a, T> {
    bytes: &'a [u8],
    of: PhantomData<T>,
}

impl<T> Clone for Table<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Table<'_, T> {}

impl<T> Default for Table<'_, T> {
    fn default() -> Self {
        Self { bytes: &[], of: PhantomData }
    }
}

impl<'a, T: Record + 'a> Table<'a, T> {
    /// As many records as the bytes hold. Any.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, of: PhantomData }
    }

    /// How many records. Real-time.
    pub fn len(self) -> usize {
        self.bytes.len() / T::BYTES
    }

    /// True without records. Real-time.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// One record. Real-time.
    #[inline]
    pub fn at(self, index: u32) -> Option<T> {
        let from = (index as usize).checked_mul(T::BYTES)?;
        let bytes = self.bytes.get(from..)?.get(..T::BYTES)?;
        Some(T::read(bytes))
    }

    /// The records of a run; those outside the table are left out. Real-time.
    pub fn run(self, run: Run) -> impl ExactSizeIterator<Item = T> + Clone + 'a {
        let from = (run.start as usize).saturating_mul(T::BYTES).min(self.bytes.len());
        let behind = self.bytes.get(from..).unwrap_or(&[]);
        let length = (run.count as usize).saturating_mul(T::BYTES).min(behind.len());
        behind.get(..length).unwrap_or(&[]).chunks_exact(T::BYTES).map(T::read)
    }

    /// Every record. Real-time.
    pub fn iter(self) -> impl ExactSizeIterator<Item = T> + Clone + 'a {
        self.run(Run { start: 0, count: u32::MAX })
    }
}

impl<'a, T: Record + 'a, const COUNT: usize> Table<'a, [T; COUNT]> {
    /// One item of one record. Real-time.
    #[inline]
    pub fn item(self, index: u32, item: usize) -> Option<T> {
        let from = (index as usize).checked_mul(<[T; COUNT]>::BYTES)?.checked_add(item.checked_mul(T::BYTES)?)?;
        let bytes = self.bytes.get(from..)?.get(..T::BYTES)?;
        (item < COUNT).then(|| T::read(bytes))
    }
}

record! {
    /// A stretch of another table.
    pub struct Run {
        /// The first record.
        pub start: u32,
        /// How many.
        pub count: u32,
    }
}

impl Run {
    /// Nothing.
    pub const EMPTY: Self = Self { start: 0, count: 0 };

    /// The same, but so many at most. Real-time.
    #[must_use]
    pub fn first(self, most: u32) -> Self {
        Self { count: self.count.min(most), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_ends_where_its_bytes_do() {
        let mut bytes = [0; 3 * 8 + 5];
        for n in 0..3_u32 {
            Run { start: n, count: 10 * n }.write(&mut bytes[8 * n as usize..]);
        }
        let table = Table::<Run>::new(&bytes);
        assert_eq!((table.len(), table.at(2)), (3, Some(Run { start: 2, count: 20 })));
        assert_eq!((table.at(3), table.at(u32::MAX)), (None, None));
        assert_eq!(table.run(Run { start: 1, count: u32::MAX }).len(), 2);
        assert_eq!(table.run(Run { start: u32::MAX, count: u32::MAX }).len(), 0);
        let rows = Table::<[u32; 2]>::new(&bytes);
        assert_eq!(
            (rows.item(1, 1), rows.item(2, 0), rows.item(0, 2), rows.item(4, 0)),
            (Some(10), Some(2), None, None)
        );
    }
}
