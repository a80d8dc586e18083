//! `churn`: a client that comes, plays and goes, mostly without a good-bye.

use crate::Result;
use crate::graph::{self, LOOK, say};
use crate::outbox::{Message, Outbox, Sender};
use jack::AsyncClient;
use serde_json::json;
use std::time::{Duration, Instant};

/// How long a message may take to leave.
const PATIENCE: Duration = Duration::from_secs(5);

struct Player {
    active: AsyncClient<(), Sender>,
    outbox: Outbox,
    port: String,
}

impl Player {
    fn new() -> Result<Self> {
        let client = graph::open("probe-churn")?;
        let (outbox, sender) = Outbox::new(&client, "out")?;
        let port = sender.name()?;
        Ok(Self { active: client.activate_async((), sender)?, outbox, port })
    }

    /// Sends at once and waits until the receiver's cycle is over too.
    fn play(&mut self, bytes: &[u8]) -> Result<()> {
        let _ = self.outbox.messages.push(Message::new(None, bytes)?);
        let start = Instant::now();
        while self.outbox.sent.pop().is_none() {
            if start.elapsed() > PATIENCE {
                return Err("the server stopped".into());
            }
            std::thread::sleep(LOOK);
        }
        let client = self.active.as_client();
        let period = f64::from(client.buffer_size()) / f64::from(client.sample_rate());
        std::thread::sleep(Duration::from_secs_f64(2.0 * period));
        Ok(())
    }
}

pub fn run(to: &str, cycles: u32) -> Result<()> {
    let mut player = Player::new()?;
    let mut left_held = 0;
    for cycle in 0..cycles {
        let name = player.port.clone();
        if cycle == 0 {
            graph::connect(player.active.as_client(), &name, to)?;
        } else {
            player.active.as_client().connect_ports_by_name(&name, to)?;
        }
        let (channel, key) = ((cycle % 16) as u8, (24 + cycle % 80) as u8);
        player.play(&[0x90 | channel, key, 100])?;
        match cycle % 4 {
            // In good order.
            0 => {
                player.play(&[0x80 | channel, key, 0])?;
                player.active.as_client().disconnect_ports_by_name(&name, to)?;
            }
            // The cable is pulled.
            1 => player.active.as_client().disconnect_ports_by_name(&name, to)?,
            // The program ends, with the pedal down.
            2 => {
                player.play(&[0xB0 | channel, 64, 127])?;
                drop(player);
                player = Player::new()?;
            }
            // The program stops taking part, but stays.
            _ => {
                let (client, (), sender) = player.active.deactivate()?;
                player.active = client.activate_async((), sender)?;
            }
        }
        left_held += u32::from(cycle % 4 != 0);
    }
    say(&json!({ "event": "churned", "cycles": cycles, "left_held": left_held }));
    Ok(())
}
