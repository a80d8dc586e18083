//! The mapper as a whole: words in, actions out.

mod births;
mod chaos;
mod dispatch;
mod lights;
mod panels;
mod replace;
mod setup;
mod support;
mod values;
mod wire;
