#![doc = include_str!("../README.md")]
#![no_std]

mod low;
pub mod serial;
pub mod usb;

pub use low::{Low, now};
