//! Looks regularly which application is in front, and tells when it is another.

use crate::front::{Application, Front};
use crate::threads::Threads;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How often one looks.
pub const LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// What dropping a watch may take.
const BOUND: Duration = Duration::from_secs(1);

/// A thread that looks until it is dropped.
#[derive(Debug)]
pub struct Watch {
    stop: Option<Sender<()>>,
    _thread: Threads,
}

impl Watch {
    /// Looks every `interval`, at once for the first time, and calls `changed` whenever the answer is another: an
    /// application, none, or a sentence why it cannot be told. Control.
    ///
    /// # Errors
    /// The system has no threads left.
    pub fn start(
        mut front: Box<dyn Front>,
        interval: Duration,
        mut changed: impl FnMut(Result<Option<Application>, String>) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (stop, stopped) = channel::<()>();
        let mut thread = Threads::new(BOUND);
        thread.start("front-watch", move || {
            let mut last = None;
            loop {
                let now = front.application();
                if last.as_ref() != Some(&now) {
                    changed(now.clone());
                    last = Some(now);
                }
                if stopped.recv_timeout(interval) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        })?;
        Ok(Self { stop: Some(stop), _thread: thread })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // Before the thread is joined, which fields are in the order they stand.
        self.stop = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::Receiver;

    struct Script(std::vec::IntoIter<Result<Option<Application>, String>>, Sender<()>);

    impl Front for Script {
        fn application(&mut self) -> Result<Option<Application>, String> {
            self.0.next().unwrap_or_else(|| {
                // The test may have heard already.
                let _ = self.1.send(());
                Ok(None)
            })
        }
    }

    #[test]
    fn only_changes_are_told_and_a_drop_ends_it() {
        let app = |name: &str| Ok(Some(Application::named(name)));
        let gone = || Err("no X server".to_owned());
        let script = vec![app("a"), app("a"), Ok(None), gone(), gone(), app("b"), app("a")];
        let (over, is_over) = channel();
        let (changes, told): (_, Receiver<Result<Option<Application>, String>>) = channel();
        let front = Box::new(Script(script.into_iter(), over));
        let changed = move |now| changes.send(now).expect("the test listens");
        let watch = Watch::start(front, Duration::from_millis(1), changed).expect("there are threads");
        is_over.recv_timeout(Duration::from_secs(30)).expect("the script comes to its end");
        drop(watch);
        // The sender is gone with the thread, so this ends.
        let found: Vec<_> = told.into_iter().collect();
        assert_eq!(found, [app("a"), Ok(None), gone(), app("b"), app("a"), Ok(None)]);
    }
}
