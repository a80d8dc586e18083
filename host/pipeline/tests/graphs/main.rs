//! Graph files: what is refused and why, what is written and read again, what is drawn.

mod broken;
mod corpus;
mod documents;
mod hostile;
mod kinds;
mod round_trip;
mod show;
