//! iceoryx2: loan, send and receive without a copy. It has no wait for samples, so receivers spin. Its own wait for room
//! sleeps for milliseconds (125 µs a frame were it used here), so the sender spins too: it looks how far the receivers are.

// What is loaned is left as it is but for its first word: there is no safe way to send it so.
#![allow(unsafe_code, reason = "a rival that has no safe way to be measured")]

use super::children::{self, Crew};
use super::{RING_FRAMES, WARM_UP, frame_words, pinned};
use iceoryx2::prelude::*;
use iceoryx2::service::port_factory::publish_subscribe::PortFactory;
use std::cell::{Cell, RefCell};
use std::hint::spin_loop;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

/// A service whose full queues refuse samples.
fn service<S: Service>(name: &str, readers: usize) -> (Node<S>, PortFactory<S, [u64], ()>) {
    set_log_level(LogLevel::Error);
    let node = NodeBuilder::new().create::<S>().expect("a node");
    let service = node
        .service_builder(&name.try_into().expect("a legal name"))
        .publish_subscribe::<[u64]>()
        .enable_safe_overflow(false)
        .subscriber_max_buffer_size(RING_FRAMES)
        .max_subscribers(readers)
        .max_publishers(1)
        .open_or_create()
        .expect("a service");
    (node, service)
}

/// The first sample. Until a receiver has one it is not connected, and who sends does not wait for it.
const HELLO: u64 = u64::MAX;

/// Sends all frames; `attached` waits for the receivers, twice, `room` until this frame fits the queues of all, `done` until
/// they have what they need: samples go with their publisher.
fn send_all<S: Service>(
    service: &PortFactory<S, [u64], ()>,
    bytes: usize,
    frames: usize,
    attached: impl Fn(),
    room: impl Fn(usize),
    done: impl FnOnce(),
) {
    let publisher = service
        .publisher_builder()
        .initial_max_slice_len(frame_words(bytes))
        .backpressure_strategy(BackpressureStrategy::DiscardData)
        .create()
        .expect("a publisher");
    let send = |first: u64| {
        let mut sample = publisher.loan_slice_uninit(frame_words(bytes)).expect("a sample to loan");
        sample.payload_mut()[0].write(first);
        // SAFETY: the memory was zero when it was mapped, later it holds what was sent before, and every word is legal.
        let sample = unsafe { sample.assume_init() };
        sample.send().expect("it is sent") > 0
    };
    attached();
    assert!(send(HELLO), "the queues are empty");
    attached();
    for frame in 0..WARM_UP + frames {
        room(frame);
        while !send(frame as u64) {
            spin_loop();
        }
    }
    done();
}

/// ns a frame, as this receiver sees it; `attached` is called when it has its place and when it is connected, `received` after
/// each frame.
fn receive_all<S: Service>(
    service: &PortFactory<S, [u64], ()>,
    frames: usize,
    attached: impl Fn(),
    received: impl Fn(),
) -> f64 {
    let subscriber = service.subscriber_builder().buffer_size(RING_FRAMES).create().expect("a subscriber");
    let receive = || loop {
        match subscriber.receive().expect("a sample or none") {
            Some(sample) => break sample.payload()[0],
            None => spin_loop(),
        }
    };
    attached();
    assert_eq!(receive(), HELLO);
    attached();
    let mut start = Instant::now();
    for frame in 0..WARM_UP + frames {
        if frame == WARM_UP {
            start = Instant::now();
        }
        assert_eq!(receive(), frame as u64, "no frame is lost");
        received();
    }
    start.elapsed().as_nanos() as f64 / frames as f64
}

/// From one thread to `readers` others.
pub fn threads(bytes: usize, frames: usize, readers: usize) -> f64 {
    #[repr(align(128))]
    #[derive(Default)]
    struct Count(AtomicUsize);

    let name = format!("ripieno-bench-{}", std::process::id());
    let (_node, service) = service::<local_threadsafe::Service>(&name, readers);
    let (service, attached, done) = (&service, &Barrier::new(readers + 1), &Barrier::new(readers + 1));
    let counts: &Vec<Count> = &(0..readers).map(|_| Count::default()).collect();
    thread::scope(|scope| {
        let receivers: Vec<_> = (0..readers)
            .map(|reader| {
                scope.spawn(move || {
                    pinned(reader + 1);
                    let received = || _ = counts[reader].0.fetch_add(1, Ordering::Release);
                    let figure = receive_all(service, frames, || _ = attached.wait(), received);
                    done.wait();
                    figure
                })
            })
            .collect();
        scope.spawn(move || {
            pinned(0);
            let room = |frame: usize| {
                while counts.iter().any(|count| count.0.load(Ordering::Acquire) + RING_FRAMES <= frame) {
                    thread::yield_now();
                }
            };
            send_all(service, bytes, frames, || _ = attached.wait(), room, || _ = done.wait());
        });
        receivers.into_iter().map(|reader| reader.join().expect("receivers do not panic")).fold(0.0, f64::max)
    })
}

/// From this process to another, which refuses what does not fit.
pub fn processes(bytes: usize, frames: usize) -> f64 {
    let name = format!("ripieno-bench-{}", std::process::id());
    let (_node, service) = service::<ipc::Service>(&name, 1);
    let crew = RefCell::new(Crew::start("iceoryx2", &name, frames, 1));
    let slowest = Cell::new(f64::NAN);
    pinned(0);
    let done = || slowest.set(crew.borrow_mut().slowest());
    send_all(&service, bytes, frames, || crew.borrow_mut().wait(), |_| (), done);
    slowest.get()
}

/// A child's part: receives and says how long it took.
pub fn receive(name: &str, frames: usize) {
    let (_node, service) = service::<ipc::Service>(name, 1);
    children::figure(receive_all(&service, frames, children::attached, || ()));
}
