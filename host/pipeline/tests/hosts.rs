//! Two hosts: network namespaces of this machine, joined by a cable of their own. Needs the right to make them, and `ip`.
#![cfg(all(target_os = "linux", feature = "zenoh"))]

use ripieno_pipeline::{DType, Pipeline, Ports, TaskError, monotonic_nanos};
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

const ELEMENTS: usize = 256;
const ENDPOINT: &str = "tcp/10.77.0.1:7447";

/// Two namespaces and the cable; gone when dropped.
struct Hosts([String; 2]);

impl Hosts {
    /// `None` where this may not be made.
    fn new() -> Option<Self> {
        let [studio, stage] = ["a", "b"].map(|end| format!("rip-{}-{end}", std::process::id()));
        if !ip(&format!("netns add {studio}")) {
            return None;
        }
        let hosts = Self([studio.clone(), stage.clone()]);
        let made = ip(&format!("netns add {stage}"))
            && ip(&format!("link add rip0 netns {studio} type veth peer name rip1 netns {stage}"))
            && [(&studio, "rip0", "10.77.0.1"), (&stage, "rip1", "10.77.0.2")].iter().all(|(host, cable, address)| {
                ip(&format!("-n {host} addr add {address}/24 dev {cable}"))
                    && ip(&format!("-n {host} link set {cable} up"))
                    && ip(&format!("-n {host} link set lo up"))
            });
        made.then_some(hosts)
    }

    /// This test program again, on a host, as a process that only plays `part`.
    fn start(&self, host: usize, part: &str, endpoints: &str) -> Peer {
        let program = std::env::current_exe().expect("this program");
        let mut process = Command::new("ip")
            .args(["netns", "exec", &self.0[host]])
            .arg(program)
            .args(["--exact", "child", "--nocapture"])
            .env("HOSTS_PART", part)
            .env(endpoints, ENDPOINT)
            .stdout(Stdio::piped())
            .spawn()
            .expect("ip runs");
        let told = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        Peer { process, told }
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        for host in &self.0 {
            ip(&format!("netns del {host}"));
        }
    }
}

fn ip(arguments: &str) -> bool {
    Command::new("ip").args(arguments.split(' ')).status().is_ok_and(|status| status.success())
}

/// A process on a host; killed when dropped.
struct Peer {
    process: Child,
    told: Lines<BufReader<ChildStdout>>,
}

impl Peer {
    /// The next line that starts with `word`, without it.
    fn hear(&mut self, word: &str) -> String {
        loop {
            let line = self.told.next().unwrap_or_else(|| panic!("it ended before it said '{word}'"));
            // The test harness speaks on the same line at first.
            if let Some((_, rest)) = line.expect("readable").split_once(word) {
                return rest.trim().to_owned();
            }
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Not a test by itself: the part of a process that the other starts.
#[test]
fn child() {
    let Ok(part) = std::env::var("HOSTS_PART") else { return };
    let mut pipe = Pipeline::new("hosts");
    let stream = pipe.add_stream("frames", &[ELEMENTS], DType::F64, 64).expect("a legal stream");
    if part == "writer" {
        stream.export = Some("zenoh:studio/mix".into());
        pipe.add_task("write", &[], &[("out", "frames")], &[], write).expect("a legal task");
    } else {
        stream.import = Some("zenoh:studio/mix".into());
        pipe.add_task("read", &[("in", "frames")], &[], &[], read).expect("a legal task");
    }
    pipe.run().expect("it runs");
}

/// A number after the other, until it is killed.
fn write(ports: &mut Ports) -> Result<(), TaskError> {
    let mut out = ports.writer::<f64>("out")?;
    for number in 0_u64.. {
        out.write_at(monotonic_nanos(), &[number as f64; ELEMENTS])?;
        ports.pause(Duration::from_micros(200))?;
    }
    Ok(())
}

/// Says every 2000 frames how many were missed since the writer started, and the longest time that one took.
fn read(ports: &mut Ports) -> Result<(), TaskError> {
    let mut frames = ports.reader::<f64>("in")?;
    let (mut last, mut missed, mut count, mut slowest) = (f64::INFINITY, 0.0, 0_u64, 0);
    while let Some(frame) = frames.look()? {
        assert!(frame.iter().all(|element| *element == frame[0]), "no frame is torn");
        if frame[0] <= last {
            (missed, count, slowest) = (0.0, 0, 0);
            println!("started");
        } else {
            missed += frame[0] - last - 1.0;
        }
        let now = monotonic_nanos();
        assert!(frame.stamp().nanos <= now, "nothing comes before it was sent");
        (last, slowest) = (frame[0], slowest.max(now - frame.stamp().nanos));
        frame.increment();
        count += 1;
        if count == 2000 {
            println!("missed {missed} slowest {slowest}");
        }
    }
    Ok(())
}

#[test]
fn a_stream_goes_from_host_to_host_and_outlives_its_writer() {
    let Some(hosts) = Hosts::new() else {
        eprintln!(
            "SKIPPED: no network namespaces may be made here (`ip netns add` failed): streams between hosts are untested"
        );
        return;
    };
    let mut reader = hosts.start(1, "reader", "RIPIENO_ZENOH_CONNECT");
    for _ in 0..2 {
        let writer = hosts.start(0, "writer", "RIPIENO_ZENOH_LISTEN");
        reader.hear("started");
        let told = reader.hear("missed");
        let (missed, slowest) = told.split_once(" slowest ").expect("both");
        assert_eq!(missed, "0", "{told}");
        eprintln!("slowest of 2000 frames: {} µs", slowest.parse::<u64>().expect("a number") / 1000);
        drop(writer);
    }
}
