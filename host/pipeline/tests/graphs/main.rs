//! Graph files: what is refused and why, what is written and read again.

mod broken;
mod corpus;
mod hostile;
mod kinds;
mod round_trip;
mod show;
