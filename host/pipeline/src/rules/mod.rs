//! The rules that a pipeline keeps before it may start.

mod branches;
mod code;
mod fault;
mod hints;
mod latency;
mod names;
mod net;
mod params;
mod placement;
mod references;
mod rings;
pub(crate) mod suggest;
mod types;
mod wiring;

pub use code::{Code, Severity};
pub use fault::{Fault, Subject};
pub(crate) use names::MAX_NAME;
pub use params::ParamFault;
pub(crate) use params::typed;

use crate::declare::Declaration;
use crate::frame::FrameSpec;
use crate::kind::Registry;
use net::Net;
use std::collections::BTreeMap;

/// What is known of a pipeline once it was checked.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Checked {
    /// Rules that it breaks: errors first, and the most basic of them first; then warnings.
    pub faults: Vec<Fault>,
    /// What each stream carries, as far as it could be found out: all of them if there are no errors.
    pub specs: BTreeMap<String, FrameSpec>,
    /// All tasks, writers before their readers; as declared if there is a cycle that must not be.
    pub order: Vec<String>,
    /// The slowest way to each task that writes nothing, as far as rates are known.
    pub latency: Vec<PathLatency>,
}

impl Checked {
    /// Whether it may start: there are no errors, but maybe warnings. Any.
    pub fn is_ok(&self) -> bool {
        self.errors().next().is_none()
    }

    /// The faults that prevent the start. Any.
    pub fn errors(&self) -> impl Iterator<Item = &Fault> {
        self.faults.iter().filter(|fault| fault.severity == Severity::Error)
    }

    /// The faults that do not. Any.
    pub fn warnings(&self) -> impl Iterator<Item = &Fault> {
        self.faults.iter().filter(|fault| fault.severity == Severity::Warning)
    }
}

/// How long data takes on its slowest way to one task, at the least.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PathLatency {
    /// The tasks on the way, from the source.
    pub tasks: Vec<String>,
    /// Seconds, without the time that computing takes and that frames lie in rings.
    pub secs: f64,
}

/// Checks a declaration against all rules, for the machine it runs on. Any; takes as long as the pipeline is large.
pub fn check(declaration: &Declaration, registry: &Registry) -> Checked {
    check_for(declaration, registry, std::thread::available_parallelism().map_or(1, usize::from))
}

/// The same for a machine of so many cores. Any.
pub fn check_for(declaration: &Declaration, registry: &Registry, cores: usize) -> Checked {
    let mut checked =
        Checked { order: declaration.tasks.iter().map(|task| task.name.clone()).collect(), ..Checked::default() };
    let mut faults = Faults::default();
    staged(declaration, registry, cores, &mut checked, &mut faults);
    faults.list.sort_by_key(|fault| (fault.severity, fault.code));
    checked.faults = faults.list;
    checked
}

/// One stage after the other, as far as there are no errors: what one finds would be the cause of most that the next one finds.
fn staged(
    declaration: &Declaration,
    registry: &Registry,
    cores: usize,
    checked: &mut Checked,
    faults: &mut Faults,
) -> Option<()> {
    names::check(declaration, faults);
    faults.none()?;
    references::check(declaration, registry, faults);
    faults.none()?;
    let net = Net::new(declaration, registry);
    wiring::check(&net, faults)?;
    let order = wiring::order(&net, faults)?;
    checked.order = order.iter().map(|task| declaration.tasks[*task].name.clone()).collect();
    let typed = types::resolve(&net, &order, faults);
    let known = declaration.streams.iter().zip(&typed.specs);
    checked.specs = known.filter_map(|(stream, spec)| Some((stream.name.clone(), (*spec)?))).collect();
    faults.none()?;
    rings::check(&net, &order, &typed, faults);
    faults.none()?;
    branches::check(&net, &order, &typed, faults);
    checked.latency = latency::check(&net, &order, &typed, faults);
    faults.none()?;
    placement::check(&net, cores, faults);
    faults.none()?;
    hints::check(&net, &order, faults);
    Some(())
}

/// Faults as they are found.
#[derive(Debug, Default)]
struct Faults {
    list: Vec<Fault>,
    errors: usize,
}

impl Faults {
    /// Faults of a kind that are too many to help anybody are left out.
    const MOST: usize = 100;

    fn add(&mut self, fault: Fault) {
        self.errors += usize::from(fault.severity == Severity::Error);
        if !self.is_full() {
            self.list.push(fault);
        }
    }

    /// Whether no more are wanted: then whoever looks for more may stop.
    fn is_full(&self) -> bool {
        self.list.len() >= Self::MOST
    }

    /// `None` once there are errors.
    fn none(&self) -> Option<()> {
        (self.errors == 0).then_some(())
    }
}
