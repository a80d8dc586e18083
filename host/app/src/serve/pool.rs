//! Threads for what takes its time: the owner of the state never waits, it is told.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// Something to be done.
type Work = Box<dyn FnOnce() + Send>;

/// Some threads and what waits for them, in order. Dropping it waits for what is under way and forgets the rest.
#[derive(Debug)]
pub struct Pool {
    work: Option<Sender<Work>>,
    queue: Arc<Mutex<Receiver<Work>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// So many threads of this name. Control.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn start(name: &str, threads: usize) -> std::io::Result<Self> {
        let (work, queue) = mpsc::channel::<Work>();
        let queue = Arc::new(Mutex::new(queue));
        let start = |_| {
            let queue = queue.clone();
            let run = move || {
                loop {
                    // The lock is held while waiting: the others wait for the lock instead.
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(work) = next else { return };
                    // Whoever gave it notices that it gives no answer; the others go on.
                    let _ = catch_unwind(AssertUnwindSafe(work));
                }
            };
            thread::Builder::new().name(name.into()).spawn(run)
        };
        let threads = (0..threads).map(start).collect::<Result<_, _>>()?;
        Ok(Self { work: Some(work), queue, threads })
    }

    /// Has something done by the next thread that is free. Control; never waits.
    pub fn run(&self, work: impl FnOnce() + Send + 'static) {
        if let Some(queue) = &self.work {
            // The queue lives for as long as this does.
            let _ = queue.send(Box::new(work));
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.work = None;
        if let Ok(queue) = self.queue.try_lock() {
            queue.try_iter().for_each(drop);
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn one_thread_keeps_the_order_and_survives_a_panic() {
        let pool = Pool::start("test-pool", 1).unwrap();
        let (tell, told) = mpsc::channel();
        for n in 0..20 {
            let tell = tell.clone();
            pool.run(move || {
                assert!(n != 7, "a job that fails");
                tell.send(n).unwrap();
            });
        }
        drop(tell);
        assert_eq!(told.iter().collect::<Vec<_>>(), (0..20).filter(|n| *n != 7).collect::<Vec<_>>());
    }

    #[test]
    fn several_threads_do_not_wait_for_each_other() {
        let pool = Pool::start("test-pool", 2).unwrap();
        let (tell, told) = mpsc::channel();
        let (release, held) = mpsc::channel::<()>();
        pool.run(move || _ = held.recv());
        pool.run(move || tell.send(1).unwrap());
        assert_eq!(told.recv_timeout(Duration::from_secs(10)), Ok(1));
        drop(release);
    }
}
