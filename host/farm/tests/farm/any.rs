//! Whatever happens in whatever order: every job comes to its end once, and none is lost.

use crate::support::*;
use proptest::prelude::*;
use ripieno_farm::record::Standing;
use ripieno_farm::{Delivery, InProcess, JobQueue, Manner, ledger};
use ripieno_separate::{Cancel, ErrorCode};
use std::time::Duration;

#[derive(Clone, Debug)]
enum Act {
    Submit(usize),
    /// Somebody takes a task and is never heard of again.
    Vanish,
    /// Somebody takes a task and holds it for a while.
    Hold,
    Finish,
    Fail,
    /// A fault that no try helps against.
    Spoil,
    Cancel(usize),
    Retry(usize),
    Remove(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let which = 0..3_usize;
    prop_oneof![
        4 => which.clone().prop_map(Act::Submit),
        1 => Just(Act::Vanish),
        1 => Just(Act::Hold),
        3 => Just(Act::Finish),
        2 => Just(Act::Fail),
        1 => Just(Act::Spoil),
        2 => which.clone().prop_map(Act::Cancel),
        2 => which.clone().prop_map(Act::Retry),
        1 => which.prop_map(Act::Remove),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_order_of_events_ends_every_job_once(acts in prop::collection::vec(act(), 1..30)) {
        // Taken tasks come back at once: time is not what is asked about here.
        let farm = InProcess::new(Duration::from_millis(5), 1 << 30);
        let folder = tempfile::tempdir().unwrap();
        let jobs = ["a", "b", "c"].map(|name| job(&song(folder.path(), &format!("{name}.wav"), 1, 200)));
        let mut ids: [Option<String>; 3] = [None, None, None];
        let mut held: Vec<Delivery<u64>> = Vec::new();
        let run = |puppet: Puppet| -> bool {
            let mut once = worker(&farm, puppet, "w", folder.path());
            once.step(Duration::ZERO, &Cancel::default(), &mut |_| ()).unwrap()
        };
        for act in acts {
            match act {
                Act::Submit(which) => {
                    // What is tried again rests for a second first.
                    let tries = if which == 0 { 2 } else { 1 };
                    ids[which] = Some(submit(&farm, &jobs[which], Manner { tries, ..WHOLE }).id);
                }
                Act::Vanish => drop(farm.claim(Duration::ZERO).unwrap()),
                Act::Hold => held.extend(farm.claim(Duration::ZERO).unwrap()),
                Act::Finish => _ = run(Puppet::idle()),
                Act::Fail => _ = run(Puppet::failing(ErrorCode::Failed, "no luck")),
                Act::Spoil => _ = run(Puppet::failing(ErrorCode::BadInput, "no use")),
                Act::Cancel(which) => drop(ids[which].as_ref().map(|id| ledger::cancel(&farm, id))),
                Act::Retry(which) => drop(ids[which].as_ref().map(|id| ledger::retry(&farm, id))),
                Act::Remove(which) => {
                    if let Some(id) = ids[which].clone()
                        && ledger::remove(&farm, &farm, &id).is_ok()
                    {
                        ids[which] = None;
                    }
                }
            }
        }
        // Whoever held a task is late.
        held.iter().for_each(|delivery| farm.give_back(&delivery.ticket, Duration::ZERO).unwrap());
        let open = || {
            let mut open = 0;
            ledger::each(&farm, |record| open += usize::from(!record.standing.is_end())).unwrap();
            open
        };
        let ended = wait_for(|| {
            run(Puppet::idle());
            open() == 0
        });
        prop_assert!(ended, "a job is lost: it never comes to its end");
        std::thread::sleep(Duration::from_millis(10));
        while run(Puppet::idle()) {}
        let known: Vec<_> = ids.iter().flatten().map(|id| record(&farm, id)).collect();
        let mut all = 0;
        ledger::each(&farm, |_| all += 1).unwrap();
        prop_assert_eq!(all, known.len());
        for record in known {
            prop_assert!(record.ended.is_some());
            match record.standing {
                Standing::Done => prop_assert!(!fetched(&farm, &record.id).is_empty() && record.error.is_none()),
                Standing::Failed => prop_assert!(record.error.is_some() && record.outputs.is_empty()),
                _ => prop_assert!(record.outputs.is_empty()),
            }
        }
    }
}
