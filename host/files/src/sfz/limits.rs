//! How much an instrument may ask for: every bound of the reader in one place.

/// Bounds on what is read and made; what lies beyond is left out and reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of text, those of files included several times counted as often.
    pub text: usize,
    /// Files included, repeats counted.
    pub includes: usize,
    /// How deep files may include each other.
    pub depth: usize,
    /// Bytes of tables for any text, however short.
    pub tables: usize,
}

impl Limits {
    /// Bytes of a value after its variables are filled in.
    pub const VALUE: usize = 4096;
    /// Bytes of the name of an opcode or a variable.
    pub const NAME: usize = 128;
    /// Bytes that variables may add for each byte of text.
    pub const GROWTH: usize = 8;
    /// Bytes that variables may add to any text.
    pub const GROWTH_FLOOR: usize = 1 << 18;
    /// Bytes of tables for each byte of text, files counted once. It bounds memory: what short regions inherit from a long
    /// header, or what a file brings that is included again and again, would grow with the square of the text.
    pub const TABLES: usize = 32;
    /// Bytes of text for each byte of the files, which may be included several times.
    pub const REPEATS: usize = 8;
    /// Bytes of text that may be repeated in any case.
    pub const REPEATS_FLOOR: usize = 4 << 20;
    /// Different notes of a report; further ones are counted.
    pub const NOTES: usize = 1000;
}

impl Default for Limits {
    fn default() -> Self {
        Self { text: 64 << 20, includes: 8192, depth: 32, tables: 512 << 10 }
    }
}
