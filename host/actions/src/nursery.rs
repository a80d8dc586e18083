//! Watches over programs that were started, until they end: tells how, stops those that are cancelled, leaves no zombie.

use crate::cancel::Cancel;
use crate::job::{End, Ticket};
use crate::launch::{Program, Stop};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// How often programs are looked at that have just been started or are being stopped.
const SOON: Duration = Duration::from_millis(20);

/// How often the others are.
const LATER: Duration = Duration::from_millis(200);

/// How long a program counts as just started.
const YOUNG: Duration = Duration::from_secs(2);

/// What a cancelled program may take to tidy up.
const GRACE: Duration = Duration::from_secs(1);

/// Word to the nursery.
pub(crate) enum Word {
    /// A program was started.
    Started(Charge),
    /// Nobody is interested any more: programs run on, and are only kept from becoming zombies.
    LetGo(Sender<()>),
}

/// A program and whose job it is.
pub(crate) struct Charge {
    pub ticket: Ticket,
    pub cancel: Cancel,
    pub program: Box<dyn Program>,
}

struct Watched {
    /// Gone once the end was told.
    ticket: Option<Ticket>,
    cancel: Cancel,
    program: Box<dyn Program>,
    since: Instant,
    asked: Option<Instant>,
}

/// Runs until there is nothing left to watch and nobody to hear from. `gone` hears of each job before its end is told.
pub(crate) fn watch(words: &Receiver<Word>, mut gone: impl FnMut(&Ticket)) {
    let mut programs: Vec<Watched> = Vec::new();
    let mut open = true;
    let mut let_go = false;
    while open || !programs.is_empty() {
        match next(words, &programs, open) {
            Ok(Word::Started(charge)) => programs.push(Watched {
                ticket: Some(charge.ticket),
                cancel: charge.cancel,
                program: charge.program,
                since: Instant::now(),
                asked: None,
            }),
            Ok(Word::LetGo(done)) => {
                let_go = true;
                release(&mut programs, &mut gone);
                // Who asked may have stopped waiting.
                let _ = done.send(());
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => open = false,
        }
        programs.retain_mut(|watched| !look(watched, &mut gone));
        if let_go || !open {
            release(&mut programs, &mut gone);
        }
    }
}

fn next(words: &Receiver<Word>, programs: &[Watched], open: bool) -> Result<Word, RecvTimeoutError> {
    let hurry = |watched: &Watched| watched.since.elapsed() < YOUNG || watched.cancel.is_cancelled();
    let pause = if programs.iter().any(hurry) { SOON } else { LATER };
    if !open {
        std::thread::sleep(pause);
        Err(RecvTimeoutError::Timeout)
    } else if programs.is_empty() {
        words.recv().map_err(RecvTimeoutError::from)
    } else {
        words.recv_timeout(pause)
    }
}

/// True once the program has ended.
fn look(watched: &mut Watched, gone: &mut impl FnMut(&Ticket)) -> bool {
    if let Some(result) = watched.program.ended() {
        if let Some(ticket) = watched.ticket.take() {
            gone(&ticket);
            ticket.end(if watched.cancel.is_cancelled() { End::Cancelled } else { End::from(result) });
        }
        return true;
    }
    if watched.ticket.is_some() && watched.cancel.is_cancelled() {
        match watched.asked {
            None => {
                watched.program.stop(Stop::Ask);
                watched.asked = Some(Instant::now());
            }
            Some(asked) if asked.elapsed() > GRACE => watched.program.stop(Stop::Force),
            Some(_) => {}
        }
    }
    false
}

fn release(programs: &mut [Watched], gone: &mut impl FnMut(&Ticket)) {
    for watched in programs {
        if let Some(ticket) = watched.ticket.take() {
            gone(&ticket);
            ticket.end(if watched.cancel.is_cancelled() {
                // Nobody will be there when its time is over.
                watched.program.stop(Stop::Force);
                End::Cancelled
            } else {
                End::Done { detail: format!("process {} runs on", watched.program.id()) }
            });
        }
    }
}
