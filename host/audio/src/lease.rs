//! A client lent to a driver: whatever the driver does with its callback, the client comes home.

use ripieno_ring::spsc::{Consumer, Producer, channel};
use std::time::Duration;

/// The driver's side, inside its callback. Dropping it sends the client home.
#[derive(Debug)]
pub(crate) struct Lease<C: Send> {
    client: Option<C>,
    /// Where the client comes from, once the driver has agreed to start.
    out: Consumer<'static, C>,
    home: Producer<'static, C>,
}

/// The owner's side.
#[derive(Debug)]
pub(crate) struct Hold<C: Send> {
    out: Producer<'static, C>,
    home: Consumer<'static, C>,
}

/// A lease that is still empty, and its owner. Control.
pub(crate) fn lease<C: Send>() -> (Lease<C>, Hold<C>) {
    let (out, lent) = channel(1);
    let (back, home) = channel(1);
    (Lease { client: None, out: lent, home: back }, Hold { out, home })
}

impl<C: Send> Lease<C> {
    /// The client, if it has been lent yet. Real-time.
    pub(crate) fn client(&mut self) -> Option<&mut C> {
        if self.client.is_none() {
            self.client = self.out.pop();
        }
        self.client.as_mut()
    }
}

impl<C: Send> Drop for Lease<C> {
    fn drop(&mut self) {
        self.client();
        if let Some(client) = self.client.take() {
            // The home ring holds one client, and there is only one.
            let _ = self.home.push(client);
        }
    }
}

impl<C: Send> Hold<C> {
    /// Lends the client, once. Control.
    pub(crate) fn lend(&mut self, client: C) {
        // The ring holds one client, and this is called once.
        let _ = self.out.push(client);
    }

    /// Waits until the driver has let go of its callback. Control; blocks until then.
    pub(crate) fn recall(mut self) -> C {
        loop {
            if let Some(client) = self.home.pop() {
                return client;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_comes_home_used_or_not() {
        let (mut lease, mut hold) = lease::<String>();
        assert!(lease.client().is_none());
        hold.lend("used".into());
        assert_eq!(lease.client().unwrap(), "used");
        std::thread::spawn(move || drop(lease));
        assert_eq!(hold.recall(), "used");

        let (lease, mut hold) = super::lease::<String>();
        hold.lend("never looked at".into());
        drop(lease);
        assert_eq!(hold.recall(), "never looked at");
    }
}
