//! What all processes of a pipeline share beside its streams: words that say whether it stops, and what each task shows.

/// A number in one word.
#[derive(Clone, Debug)]
pub(crate) struct Word {}

impl Word {
    pub fn load(&self) -> f64 {
        unimplemented!("on its way")
    }

    pub fn store(&self, value: f64) {
        let _ = value;
        unimplemented!("on its way")
    }
}

/// The pipeline's words.
#[derive(Clone, Debug)]
pub(crate) struct Board {}

impl Board {
    pub fn is_stopping(&self) -> bool {
        unimplemented!("on its way")
    }

    pub fn is_stopped(&self) -> bool {
        unimplemented!("on its way")
    }

    /// Waits until the clock is at `nanos`, false, or until `over` says so, true.
    pub fn wait_until(&self, nanos: u64, over: impl Fn() -> bool) -> bool {
        let _ = (nanos, over());
        unimplemented!("on its way")
    }
}

/// A task's words.
#[derive(Clone, Debug)]
pub(crate) struct TaskBoard {}

impl TaskBoard {
    pub fn is_leaving(&self) -> bool {
        unimplemented!("on its way")
    }

    pub fn live(&self, name: &str) -> Word {
        let _ = name;
        unimplemented!("on its way")
    }

    pub fn gauge(&self, name: &str) -> Word {
        let _ = name;
        unimplemented!("on its way")
    }
}
