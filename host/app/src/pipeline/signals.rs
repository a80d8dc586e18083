//! What the user wants of a run, by signals: Ctrl-C stops in order, once more at once, and hanging up reads the graph again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Wishes that have come so far.
#[derive(Clone, Debug, Default)]
pub struct Wishes(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    stops: AtomicU32,
    reload: AtomicBool,
}

impl Wishes {
    /// Listens from now on; `heard` is called from a thread of its own after every wish. A signal that this process was
    /// started to ignore, as in the background of a script, is ignored still.
    pub fn listen(heard: impl Fn(&Self) + Send + 'static) -> Self {
        let wishes = Self::default();
        listen(wishes.clone(), heard);
        wishes
    }

    /// How often to stop was wished: once in order, twice at once.
    pub fn stops(&self) -> u32 {
        self.0.stops.load(Ordering::Relaxed)
    }

    /// Whether the graph is to be read again, asked once for each wish.
    pub fn takes_reload(&self) -> bool {
        self.0.reload.swap(false, Ordering::Relaxed)
    }

    fn stop(&self) {
        self.0.stops.fetch_add(1, Ordering::Relaxed);
    }

    #[cfg(unix)]
    fn reload(&self) {
        self.0.reload.store(true, Ordering::Relaxed);
    }
}

#[cfg(unix)]
fn listen(wishes: Wishes, heard: impl Fn(&Wishes) + Send + 'static) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use std::fs::File;

    let ignored = ignored();
    let wanted = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0);
    // Without a handler signals end the process as they always did.
    let Ok(mut signals) = Signals::new(wanted) else { return };
    let has_terminal = File::open("/dev/tty").is_ok();
    let wait = move || {
        for signal in &mut signals {
            // A terminal that hangs up has gone for good; whoever has none hangs up to be heard.
            let is_gone = has_terminal && File::open("/dev/tty").is_err();
            if signal == SIGHUP && !is_gone {
                wishes.reload()
            } else {
                wishes.stop()
            }
            heard(&wishes);
        }
    };
    let _ = std::thread::Builder::new().name("ripieno-signals".into()).spawn(wait);
}

/// Signals that are ignored, a bit each, as the system tells; none where it does not.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

#[cfg(not(unix))]
fn listen(wishes: Wishes, heard: impl Fn(&Wishes) + Send + 'static) {
    let _ = ctrlc::try_set_handler(move || {
        wishes.stop();
        heard(&wishes);
    });
}
