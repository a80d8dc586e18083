//! Lanes: what waits for what, what is replaced, and that no job is lost or told twice.

use super::*;
use crate::action::{Keystroke, Scroll};
use crate::http::HttpRequest;
use crate::job::End;
use crate::launch::Launch;
use crate::obs::ObsRequest;
use crate::osc::OscMessage;
use crate::reaper::{Reaper, ReaperAction};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, channel};

fn job(action: Action, who: &str, phase: Phase, value: u16) -> Job {
    Job { action, value, phase, who: who.into() }
}

fn scroll(amount: i32) -> Action {
    Action::Scroll(Scroll { amount, horizontal: false })
}

fn http() -> Action {
    Action::Http(HttpRequest::get("http://127.0.0.1/$value"))
}

#[test]
fn actions_have_lanes() {
    let config = |reaper: &str| Config { reaper: reaper.into(), ..Config::default() };
    let check =
        |action: Action, lane: Lane| assert_eq!(Lane::of(&action, &config("127.0.0.1:8000")), lane, "{action:?}");
    let osc = |to: &str| Action::Osc(OscMessage { to: to.into(), address: "/a".into(), args: Vec::new() });
    let reaper = || Action::Reaper(Reaper { action: ReaperAction::Number(1) });
    check(Action::Keystroke(Keystroke { keys: "a".into(), process: None }), Lane::Quick);
    check(osc("127.0.0.1:9000"), Lane::Quick);
    check(osc("desk.example:9000"), Lane::Slow);
    check(reaper(), Lane::Quick);
    assert_eq!(Lane::of(&reaper(), &config("studio.example:8000")), Lane::Slow);
    check(http(), Lane::Slow);
    check(Action::Launch(Launch::program(["true"])), Lane::Programs);
    check(Action::Obs(ObsRequest::NextScene), Lane::Obs);
}

#[test]
fn the_newest_value_of_a_knob_wins_while_it_waits() {
    let queue = Queue::default();
    let (outcomes, _told) = channel();
    let push = |action, who: &str, phase, value| queue.push(Lane::Quick, job(action, who, phase, value), &outcomes);
    let first = push(scroll(1), "knob 1", Phase::Set, 1).expect("there is room");
    assert_eq!(push(scroll(1), "knob 1", Phase::Set, 2), Ok(first));
    let other = push(scroll(1), "knob 2", Phase::Set, 3).expect("there is room");
    assert_eq!(push(scroll(1), "knob 1", Phase::Set, 4), Ok(first));
    assert_ne!(other, first);
    // Another action of the same knob comes after, and the first is not replaced past it.
    let second = push(scroll(2), "knob 1", Phase::Set, 5).expect("there is room");
    let third = push(scroll(1), "knob 1", Phase::Set, 6).expect("there is room");
    let mut found = Vec::new();
    for _ in 0..4 {
        let accepted = queue.take(Lane::Quick).expect("it waits");
        queue.leave(Lane::Quick, accepted.ticket.id);
        found.push((accepted.ticket.id, accepted.job.value));
    }
    assert_eq!(found, [(first, 4), (other, 3), (second, 5), (third, 6)]);
    // What runs is not changed any more.
    let runs = push(scroll(1), "knob 1", Phase::Set, 7).expect("there is room");
    let taken = queue.take(Lane::Quick).expect("it waits");
    let next = push(scroll(1), "knob 1", Phase::Set, 8).expect("there is room");
    assert_eq!((taken.ticket.id, taken.job.value), (runs, 7));
    assert_ne!(next, runs);
}

#[test]
fn strokes_of_a_pad_are_never_merged() {
    let queue = Queue::default();
    let (outcomes, _told) = channel();
    let ids: BTreeSet<_> = (0..3)
        .map(|_| queue.push(Lane::Quick, job(scroll(1), "pad", Phase::On, 9), &outcomes).expect("there is room"))
        .collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn jobs_of_one_control_wait_for_one_another_and_others_do_not() {
    let queue = Queue::default();
    let (outcomes, _told) = channel();
    let push = |who: &str| queue.push(Lane::Slow, job(http(), who, Phase::On, 0), &outcomes).expect("there is room");
    let (first, second, other) = (push("a"), push("a"), push("b"));
    let take = || queue.take(Lane::Slow).expect("it waits").ticket.id;
    assert_eq!([take(), take()], [first, other]);
    queue.leave(Lane::Slow, first);
    assert_eq!(take(), second);
}

#[test]
fn a_full_lane_refuses_and_the_others_do_not() {
    let queue = Queue::default();
    let (outcomes, _told) = channel();
    for number in 0..WAITING {
        queue.push(Lane::Slow, job(http(), &format!("pad {number}"), Phase::On, 0), &outcomes).expect("there is room");
    }
    let refused = queue.push(Lane::Slow, job(http(), "one more", Phase::On, 0), &outcomes);
    assert_eq!(refused, Err(Refused::Full { kind: crate::Kind::Http, waiting: WAITING }));
    assert!(queue.push(Lane::Quick, job(scroll(1), "pad 0", Phase::On, 0), &outcomes).is_ok());
}

#[derive(Clone, Debug)]
enum Step {
    Push { knob: bool, who: u8, slow: bool },
    Take { slow: bool },
    Finish(usize),
    Cancel(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let push = (any::<bool>(), 0..4_u8, any::<bool>()).prop_map(|(knob, who, slow)| Step::Push { knob, who, slow });
    let take = any::<bool>().prop_map(|slow| Step::Take { slow });
    let finish = (0..4_usize).prop_map(Step::Finish);
    let cancel = (0..40_u64).prop_map(Step::Cancel);
    proptest::collection::vec(prop_oneof![3 => push, 2 => take, 2 => finish, 1 => cancel], 0..200)
}

/// How many jobs wait in a lane for which none of their control runs, so that taking one does not block.
fn ready(queue: &Queue, lane: Lane) -> bool {
    let state = queue.state();
    let LaneState { waiting, running } = &state.lanes[lane as usize];
    waiting.iter().any(|accepted| running.iter().all(|(_, who, _)| *who != accepted.job.who))
}

fn told(outcomes: &Receiver<Outcome>) -> Vec<JobId> {
    let mut ids: Vec<_> = outcomes.try_iter().map(|outcome| outcome.id).collect();
    ids.sort();
    ids
}

proptest! {
    #[test]
    fn every_accepted_job_ends_once_whatever_happens(steps in steps()) {
        let queue = Queue::default();
        let (outcomes, heard) = channel();
        let mut accepted = BTreeSet::new();
        let mut running: Vec<(Lane, Accepted)> = Vec::new();
        for step in steps {
            match step {
                Step::Push { knob, who, slow } => {
                    let phase = if knob { Phase::Set } else { Phase::On };
                    let (lane, action) = if slow { (Lane::Slow, http()) } else { (Lane::Quick, scroll(1)) };
                    if let Ok(id) = queue.push(lane, job(action, &who.to_string(), phase, 0), &outcomes) {
                        accepted.insert(id);
                    }
                }
                Step::Take { slow } => {
                    let lane = if slow { Lane::Slow } else { Lane::Quick };
                    if ready(&queue, lane) {
                        let taken = queue.take(lane).expect("it is ready");
                        prop_assert!(running.iter().all(|(l, other)| *l != lane || other.job.who != taken.job.who));
                        running.push((lane, taken));
                    }
                }
                Step::Finish(index) if index < running.len() => {
                    let (lane, accepted) = running.swap_remove(index);
                    queue.leave(lane, accepted.ticket.id);
                    accepted.ticket.end(End::Cancelled);
                }
                Step::Finish(_) => {}
                Step::Cancel(id) => match queue.cancel(JobId(id)) {
                    Cancelling::Waited(ticket) => ticket.end(End::Cancelled),
                    Cancelling::Runs(cancel) => cancel.cancel(),
                    Cancelling::TooLate => {}
                },
            }
        }
        let (waited, runs) = queue.close();
        prop_assert_eq!(runs.len(), running.len());
        for ticket in waited.into_iter().chain(running.into_iter().map(|(_, accepted)| accepted.ticket)) {
            ticket.end(End::Cancelled);
        }
        prop_assert_eq!(told(&heard), accepted.into_iter().collect::<Vec<_>>());
        prop_assert!(queue.take(Lane::Quick).is_none());
        prop_assert_eq!(queue.push(Lane::Quick, job(scroll(1), "late", Phase::On, 0), &outcomes), Err(Refused::Closed));
    }
}
