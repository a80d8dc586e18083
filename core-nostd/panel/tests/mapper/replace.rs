//! replace.
