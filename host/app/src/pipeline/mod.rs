//! Pipelines for people: the musical kinds of task, the verbs that check, run, watch and measure graphs, and their page.
//!
//! What moves frames and checks graphs is the crate `ripieno-pipeline`; here it meets sound, a terminal and a browser.

pub mod bench;
mod declared;
mod figures;
pub mod graph;
pub mod hosted;
mod kinds;
mod load;
mod page;
mod report;
pub mod run;
mod signals;
mod source;
mod tap;
pub mod top;

pub use kinds::registry;
pub(crate) use report::tell;
