//! values.
