//! What a build without Zenoh says of streams that are to go to other hosts.

use super::import::{self, OUT, PARAMS};
use crate::frame::{DType, FrameSpec};
use crate::kind::{Kind, KindFault, Param, Port, Registry, Wiring};
use crate::ports::Task;
use std::collections::BTreeMap;

/// The kind of the tasks that fill streams from other hosts.
pub(super) const IMPORT: &str = "import-zenoh";
/// The kind of the tasks that carry streams to other hosts.
pub(super) const EXPORT: &str = "export-zenoh";

/// Adds both.
pub(super) fn register(registry: &mut Registry) {
    registry.add(Absent { name: IMPORT, inputs: &[], outputs: OUT }).add(Absent {
        name: EXPORT,
        inputs: &[Port {
            name: "in",
            dtypes: &DType::ALL,
            optional: false,
            many: false,
            summary: "the frames that go",
        }],
        outputs: &[],
    });
}

#[derive(Debug)]
struct Absent {
    name: &'static str,
    inputs: &'static [Port],
    outputs: &'static [Port],
}

impl Kind for Absent {
    fn name(&self) -> &'static str {
        self.name
    }

    fn summary(&self) -> &'static str {
        "carries a stream between hosts, which this program was built without"
    }

    fn params(&self) -> &'static [Param] {
        PARAMS
    }

    fn inputs(&self) -> &'static [Port] {
        self.inputs
    }

    fn outputs(&self) -> &'static [Port] {
        self.outputs
    }

    fn produces(&self, wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        import::declared(wiring)
    }

    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let name = wiring.params.text("name");
        Err(KindFault::at("name", format!("'{name}' is beyond this host, and this program was built without Zenoh"))
            .help("build it with the feature `zenoh`"))
    }
}
