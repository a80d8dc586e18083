//! What the hub asks of a MIDI system. Everything here is called on the hub's own thread.

use crate::error::MidiError;
use crate::feed::Loan;
use crate::port::PortInfo;

/// The name of this program among the clients of a MIDI system. JACK's clients for sound have names of their own.
pub(crate) const CLIENT: &str = "ripieno-midi";

/// How a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkState {
    /// Messages come through.
    Linked,
    /// Somebody has pulled the cord by hand; it stays pulled.
    #[cfg_attr(not(feature = "jack"), allow(dead_code, reason = "only JACK needs it"))]
    Unlinked,
    /// The port went away, even if one like it is back.
    Stale,
}

/// A MIDI system.
pub(crate) trait Backend {
    /// A connection from one port to one feed.
    type Link;

    /// The ports there are now; looks for the system anew if it was gone.
    ///
    /// # Errors
    /// The system is gone, and all links with it: they are to be given to [`disconnect`](Self::disconnect).
    fn inputs(&mut self) -> Result<Vec<PortInfo>, MidiError>;

    /// A port of our own that others connect to; bound like a device, for as long as the system is there.
    fn door(&self) -> Option<PortInfo> {
        None
    }

    /// Lets a port feed.
    ///
    /// # Errors
    /// The loan has been dropped, or will be soon.
    fn connect(&mut self, port: &PortInfo, loan: Loan) -> Result<Self::Link, MidiError>;

    /// How a connection is.
    fn state(&self, _link: &Self::Link) -> LinkState {
        LinkState::Linked
    }

    /// Ends a connection; its loan has been dropped, or will be soon.
    fn disconnect(&mut self, link: Self::Link);
}

/// True for a port of this program, by the name of its client.
pub(crate) fn is_ours(name: &str) -> bool {
    name.strip_prefix(CLIENT).is_some_and(|rest| rest.starts_with([':', '-']))
}

/// True for the loop that systems offer beside the devices.
pub(crate) fn is_through(name: &str) -> bool {
    name.to_lowercase().contains("midi through")
}
