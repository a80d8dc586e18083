//! lights.
