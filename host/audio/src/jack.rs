//! A JACK server as a device: a client of our own name, exact to the frame.
//!
//! cpal has a JACK host too. It stamps a callback by when it got round to it rather than by the server's cycle, so that
//! an event's frame would wander by the jitter of the wake-up; here the stamp is the cycle's own, on the clock of every
//! MIDI client of the same server.

mod notices;

use crate::agree::Offer;
use crate::card::{Abilities, Way};
use crate::clock::now;
use crate::edge::{Inlet, Outlet};
use crate::error::AudioError;
use crate::health::{Reporter, Tally};
use crate::lease::Lease;
use crate::sample::Encoded;
use crate::stream::Running;
use jack::{
    AsyncClient, AudioIn, AudioOut, Client, ClientOptions, Control, LatencyType, Port, PortFlags, PortSpec,
    ProcessScope,
};
use notices::Notices;
use ripieno_ports::{FaultKind, Format, FrameSink, FrameSource, Micros, Period, SampleEncoding};
use std::time::Duration;

/// What other clients call ours; the server adds a number where the name is taken.
const OUT_CLIENT: &str = "ripieno";
const IN_CLIENT: &str = "ripieno-in";
const PROBE_CLIENT: &str = "ripieno-probe";

/// The stable ids of the two devices.
pub(crate) const OUT_ID: &str = "jack:output";
pub(crate) const IN_ID: &str = "jack:input";
/// Their name.
pub(crate) const NAME: &str = "JACK";

/// Lets the library say nothing on the terminal from now on, whoever uses it. Control.
pub(crate) fn silence() {
    // It can be told only once it is loaded, which trying to open a client does if it is installed at all; the words go
    // to the `log` crate from then on.
    let _ = open(PROBE_CLIENT);
}

fn open(name: &str) -> Result<Client, AudioError> {
    let (client, _) = Client::new(name, ClientOptions::NO_START_SERVER).map_err(|error| match error {
        jack::Error::LibraryError(_) => {
            AudioError::new(FaultKind::Gone, "no JACK: libjack is not installed; install it or choose another device")
        }
        _ => AudioError::new(FaultKind::Gone, "no JACK server runs: start one, or choose another device"),
    })?;
    Ok(client)
}

/// The ports of real devices that ours can be joined to.
fn physical(client: &Client, way: Way) -> Vec<String> {
    let (side, kind) = match way {
        Way::Out => (PortFlags::IS_INPUT, AudioIn::default().jack_port_type().to_owned()),
        Way::In => (PortFlags::IS_OUTPUT, AudioOut::default().jack_port_type().to_owned()),
    };
    client.ports(None, Some(&kind), PortFlags::IS_PHYSICAL | side)
}

/// What the server runs at, which is all that it offers. Control; may block.
pub(crate) fn abilities(way: Way) -> Result<Abilities, AudioError> {
    let client = open(PROBE_CLIENT)?;
    let (rate_hz, frames) = (client.sample_rate(), client.buffer_size());
    // A server without a card of its own still plays to whoever joins our two ports.
    let channels = match physical(&client, way).len() {
        0 => 2,
        channels => u16::try_from(channels).unwrap_or(u16::MAX),
    };
    let encoding = SampleEncoding::F32;
    let offer = Offer { channels, rates_hz: (rate_hz, rate_hz), frames: Some((frames, frames)), encoding };
    Ok(Abilities { offers: vec![offer], rate_hz })
}

/// Starts to play. Control; may block.
pub(crate) fn play<S: FrameSource + Send + 'static>(
    format: Format,
    lease: Lease<S>,
    reporter: Reporter,
) -> Result<Joined, AudioError> {
    let client = open(OUT_CLIENT)?;
    let format = at_the_servers_rate(&client, format)?;
    let names = ["out_1", "out_2"].iter().take(usize::from(format.channels).min(2));
    let ports: Result<Vec<_>, _> = names.map(|name| client.register_port(name, AudioOut::default())).collect();
    let ports = ports.map_err(refused)?;
    let ours: Vec<_> = ports.iter().filter_map(|port| port.name().ok()).collect();
    let theirs = physical(&client, Way::Out);
    let tally = reporter.tally();
    let notices = Notices::new(reporter, format.rate.hz());
    let player = Player { outlet: Outlet::new(lease), ports, tally: Some(tally.clone()), rate_hz: format.rate.hz() };
    let client = client.activate_async(notices, player).map_err(refused)?;
    let running = Member { client, tally };
    for (ours, channel) in ours.iter().zip(format.map) {
        if let Some(theirs) = theirs.get(usize::from(channel)) {
            running.client.as_client().connect_ports_by_name(ours, theirs).map_err(refused)?;
        }
    }
    Ok(Joined::new(running.client.as_client().time(), Box::new(running), format))
}

/// Starts to record. Control; may block.
pub(crate) fn record<S: FrameSink + Send + 'static>(
    format: Format,
    lease: Lease<S>,
    reporter: Reporter,
) -> Result<Joined, AudioError> {
    let client = open(IN_CLIENT)?;
    let format = at_the_servers_rate(&client, format)?;
    let names = ["in_1", "in_2"].iter().take(usize::from(format.channels).min(2));
    let ports: Result<Vec<_>, _> = names.map(|name| client.register_port(name, AudioIn::default())).collect();
    let ports = ports.map_err(refused)?;
    let ours: Vec<_> = ports.iter().filter_map(|port| port.name().ok()).collect();
    let theirs = physical(&client, Way::In);
    let tally = reporter.tally();
    let notices = Notices::new(reporter, format.rate.hz());
    let recorder = Recorder { inlet: Inlet::new(lease), ports, tally: Some(tally.clone()) };
    let client = client.activate_async(notices, recorder).map_err(refused)?;
    let running = Member { client, tally };
    for (ours, channel) in ours.iter().zip(format.map) {
        if let Some(theirs) = theirs.get(usize::from(channel)) {
            running.client.as_client().connect_ports_by_name(theirs, ours).map_err(refused)?;
        }
    }
    Ok(Joined::new(running.client.as_client().time(), Box::new(running), format))
}

/// How long the library's threads may still be in a callback of ours after the server has ended: several periods.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// A client that takes part. Closing it, the library cancels its threads wherever they are. With a live server they wait
/// for it by then; after the server's end one may be in the very callback that told of it, and a cancelled callback ends
/// the whole program. So a lost client is closed only when nobody is in there any more.
struct Member<N, P> {
    client: AsyncClient<N, P>,
    tally: Tally,
}

impl<N, P> Drop for Member<N, P> {
    fn drop(&mut self) {
        if self.tally.is_lost() {
            std::thread::sleep(LAST_WORDS);
        }
    }
}

/// A client that runs.
pub(crate) struct Joined {
    pub running: Running,
    /// With the server's present buffer size.
    pub format: Format,
    /// What the server's clock shows more than [`now`].
    pub ahead_micros: i64,
}

/// Two readings that lie no further apart are of one clock.
const SAME_CLOCK_MICROS: u64 = 2_000;

impl Joined {
    fn new(servers_time: u64, running: Running, format: Format) -> Self {
        let ours = now().0;
        let is_ours = servers_time.abs_diff(ours) < SAME_CLOCK_MICROS;
        let ahead_micros = if is_ours { 0 } else { servers_time.wrapping_sub(ours).cast_signed() };
        Self { running, format, ahead_micros }
    }
}

fn refused(error: jack::Error) -> AudioError {
    AudioError::new(FaultKind::Failed, format!("JACK refuses: {error}"))
}

fn at_the_servers_rate(client: &Client, format: Format) -> Result<Format, AudioError> {
    let rate_hz = client.sample_rate();
    if rate_hz == format.rate.hz() {
        return Ok(Format { buffer: client.buffer_size(), ..format });
    }
    let text = format!("{} Hz is not possible: the JACK server runs at {rate_hz} Hz", format.rate.hz());
    Err(AudioError::new(FaultKind::Unsupported, text))
}

/// When the present cycle began, on the server's clock. Real-time.
fn cycle_start(client: &Client, scope: &ProcessScope) -> Micros {
    Micros(scope.cycle_times().map_or_else(|_| client.time(), |times| times.current_usecs))
}

struct Player<S: Send> {
    outlet: Outlet<S>,
    /// Left and right, or both in one.
    ports: Vec<Port<AudioOut>>,
    /// Until the priority of the thread was noted.
    tally: Option<Tally>,
    rate_hz: u32,
}

impl<S: FrameSource + Send> jack::ProcessHandler for Player<S> {
    fn process(&mut self, client: &Client, scope: &ProcessScope) -> Control {
        note_thread(&mut self.tally);
        let frames = scope.n_frames() as usize;
        let ahead = self.ports.iter().map(|port| port.get_latency_range(LatencyType::Playback).1).max();
        let ahead = ahead.filter(|frames| *frames > 0).unwrap_or(scope.n_frames());
        let latency = Micros(u64::from(ahead) * 1_000_000 / u64::from(self.rate_hz));
        let period = Period { at: cycle_start(client, scope), frames, latency };
        match self.ports.as_mut_slice() {
            [left, right] => {
                let (left, right) = (left.as_mut_slice(scope), right.as_mut_slice(scope));
                self.outlet.pull(period, |at, l, r| {
                    encode(left, at, l);
                    encode(right, at, r);
                });
            }
            [both] => {
                let both = both.as_mut_slice(scope);
                self.outlet.pull(period, |at, l, r| {
                    for (out, (l, r)) in both.iter_mut().skip(at).zip(l.iter().zip(r)) {
                        *out = f32::encode(0.5 * (l + r));
                    }
                });
            }
            _ => {}
        }
        Control::Continue
    }
}

fn encode(out: &mut [f32], at: usize, from: &[f32]) {
    for (out, sample) in out.iter_mut().skip(at).zip(from) {
        *out = f32::encode(*sample);
    }
}

struct Recorder<S: Send> {
    inlet: Inlet<S>,
    ports: Vec<Port<AudioIn>>,
    tally: Option<Tally>,
}

impl<S: FrameSink + Send> jack::ProcessHandler for Recorder<S> {
    fn process(&mut self, _: &Client, scope: &ProcessScope) -> Control {
        note_thread(&mut self.tally);
        if let (Some(left), Some(right)) = (self.ports.first(), self.ports.last()) {
            let (left, right) = (left.as_slice(scope), right.as_slice(scope));
            self.inlet.push(scope.n_frames() as usize, |at, l, r| {
                for (out, from) in [(l, left), (r, right)] {
                    for (out, sample) in out.iter_mut().zip(from.iter().skip(at)) {
                        *out = sample.decode();
                    }
                }
            });
        }
        Control::Continue
    }
}

/// Real-time, but for one system call in the first cycle.
fn note_thread(tally: &mut Option<Tally>) {
    if let Some(tally) = tally.take() {
        #[cfg(target_os = "linux")]
        tally.runs_here();
        #[cfg(not(target_os = "linux"))]
        drop(tally);
    }
}
