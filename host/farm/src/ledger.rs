//! Records of jobs over any queue: changed by comparison, so that whoever is late learns of it.

use crate::record::{JOBS, Record, Standing, now};
use crate::{FarmError, FarmErrorKind, JobQueue};
use std::ops::ControlFlow;

/// How often a change begins anew when others are faster.
const RACES: usize = 1_000;

/// The part of the names under which spans' records lie.
pub(crate) const SPANS: &str = "span";

/// A task of the line: a whole job, a span of one, or putting its spans together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    Span(u64),
    Join,
}

/// A task as text: the job, its round, and what of it.
pub(crate) fn task(id: &str, round: u32, part: Part) -> String {
    match part {
        Part::Whole => format!("{id}.{round}.whole"),
        Part::Span(span) => format!("{id}.{round}.{span}"),
        Part::Join => format!("{id}.{round}.join"),
    }
}

/// A task from text.
pub(crate) fn parse(text: &str) -> Option<(&str, u32, Part)> {
    let mut words = text.split('.');
    let (id, round, part) = (words.next()?, words.next()?.parse().ok()?, words.next()?);
    let part = match part {
        "whole" => Part::Whole,
        "join" => Part::Join,
        span => Part::Span(span.parse().ok()?),
    };
    words.next().is_none().then_some((id, round, part))
}

/// The name of a span's record, which is there when the span is done.
pub(crate) fn span_name(id: &str, span: u64) -> String {
    format!("{SPANS}.{id}.{span}")
}

/// Where what a model made of a span lies in the bucket.
pub(crate) fn span_object(id: &str, span: u64) -> String {
    format!("span/{id}/{span}")
}

/// A job's record, where there is one.
///
/// # Errors
/// [`FarmError`] by kind.
pub fn find(queue: &impl JobQueue, id: &str) -> Result<Option<Record>, FarmError> {
    queue.read(&format!("{JOBS}.{id}"))?.map(|found| Record::from_bytes(&found.value)).transpose()
}

/// A job's record.
///
/// # Errors
/// [`FarmError`] by kind; [`FarmErrorKind::Missing`] where there is none.
pub fn get(queue: &impl JobQueue, id: &str) -> Result<Record, FarmError> {
    find(queue, id)?
        .ok_or_else(|| FarmError::missing(format!("there is no job {id}: `ripieno farm status` lists them")))
}

/// Changes a record as `with` says, or leaves it where it says no. The record as it is then, and whether it was changed.
pub(crate) fn change(
    queue: &impl JobQueue,
    id: &str,
    mut with: impl FnMut(&mut Record) -> bool,
) -> Result<(Record, bool), FarmError> {
    let name = format!("{JOBS}.{id}");
    for _ in 0..RACES {
        let Some(found) = queue.read(&name)? else {
            return Err(FarmError::missing(format!("there is no job {id} any more")));
        };
        let mut record = Record::from_bytes(&found.value)?;
        if !with(&mut record) {
            return Ok((record, false));
        }
        if queue.replace(&name, &record.to_bytes(), found.version)? {
            return Ok((record, true));
        }
    }
    Err(FarmError::new(FarmErrorKind::Failed, format!("job {id} is changed by too many at once")))
}

/// Puts all tasks of a job in line; of a divided one those that are not done.
fn push_all(queue: &impl JobQueue, record: &Record) -> Result<(), FarmError> {
    let Some(split) = record.split else {
        return queue.push(&task(&record.id, record.round, Part::Whole));
    };
    let done = spans_done(queue, &record.id)?;
    let spans = ripieno_separate::span::Division::from(split).spans();
    for span in (0..spans).filter(|span| !done.contains(span)) {
        queue.push(&task(&record.id, record.round, Part::Span(span)))?;
    }
    if done.len() as u64 >= spans {
        queue.push(&task(&record.id, record.round, Part::Join))?;
    }
    Ok(())
}

/// Puts all tasks of a job in line, and notes that they are: whoever finds them not noted does it once more.
pub(crate) fn put_in_line(queue: &impl JobQueue, record: &Record) -> Result<(), FarmError> {
    push_all(queue, record)?;
    let noted = change(queue, &record.id, |now| {
        let same = now.round == record.round && !now.in_line;
        now.in_line |= same;
        same
    });
    match noted {
        Err(error) if error.kind != FarmErrorKind::Missing => Err(error),
        _ => Ok(()),
    }
}

/// The spans of a job that are done.
pub(crate) fn spans_done(queue: &impl JobQueue, id: &str) -> Result<std::collections::BTreeSet<u64>, FarmError> {
    let mut done = std::collections::BTreeSet::new();
    queue.scan(&format!("{SPANS}.{id}"), &mut |name, _| {
        done.extend(name.rsplit('.').next().and_then(|span| span.parse::<u64>().ok()));
        ControlFlow::Continue(())
    })?;
    Ok(done)
}

/// How many spans of a job are done.
pub(crate) fn count_spans(queue: &impl JobQueue, id: &str) -> Result<u64, FarmError> {
    queue.count(&format!("{SPANS}.{id}"))
}

/// Takes a job out of line. Whether it was still in it.
///
/// # Errors
/// [`FarmError`] by kind.
pub fn cancel(queue: &impl JobQueue, id: &str) -> Result<bool, FarmError> {
    let (_, changed) = change(queue, id, |record| {
        let open = !record.standing.is_end();
        if open {
            (record.standing, record.ended) = (Standing::Cancelled, Some(now()));
        }
        open
    })?;
    Ok(changed)
}

/// Puts a job that failed or was cancelled in line again. Whether it did.
///
/// # Errors
/// [`FarmError`] by kind.
pub fn retry(queue: &impl JobQueue, id: &str) -> Result<bool, FarmError> {
    let (record, changed) = change(queue, id, |record| {
        let ended = matches!(record.standing, Standing::Failed | Standing::Cancelled);
        if ended {
            (record.standing, record.ended, record.percent) = (Standing::Queued, None, 0.0);
            record.round = record.round.wrapping_add(1);
            (record.stops, record.in_line) = (0, false);
        }
        ended
    })?;
    if changed {
        put_in_line(queue, &record)?;
    }
    Ok(changed)
}

/// Shows all jobs, one at a time. Records that cannot be read are counted.
///
/// # Errors
/// [`FarmError`] by kind.
pub fn each(queue: &impl JobQueue, mut show: impl FnMut(Record)) -> Result<u64, FarmError> {
    let mut damaged = 0;
    queue.scan(JOBS, &mut |_, value| {
        match Record::from_bytes(value) {
            Ok(record) => show(record),
            Err(_) => damaged += 1,
        }
        ControlFlow::Continue(())
    })?;
    Ok(damaged)
}

/// Forgets a job that has ended, with all that it left in the bucket. The recording and the model stay: others may need them.
///
/// # Errors
/// [`FarmError`] by kind; [`FarmErrorKind::Invalid`] while it is not at its end.
pub fn remove(queue: &impl JobQueue, bucket: &impl crate::Bucket, id: &str) -> Result<(), FarmError> {
    let record = get(queue, id)?;
    if !record.standing.is_end() {
        let message = format!("job {id} is {}: cancel it first", record.standing.word());
        return Err(FarmError::new(FarmErrorKind::Invalid, message));
    }
    remove_spans(queue, bucket, id)?;
    for output in &record.outputs {
        bucket.remove(&output.object)?;
    }
    queue.remove(&record.name())
}

/// Where an output lies in the bucket. Each round has its own: a worker that is late removes none of another's.
pub(crate) fn output_object(id: &str, round: u32, number: usize) -> String {
    format!("output/{id}/{round}/{number}")
}

/// Forgets what a round left that came to nothing. Outputs are stored one after the other.
pub(crate) fn remove_outputs(bucket: &impl crate::Bucket, id: &str, round: u32) -> Result<(), FarmError> {
    for number in 0.. {
        let object = output_object(id, round, number);
        if bucket.find(&object)?.is_none() {
            break;
        }
        bucket.remove(&object)?;
    }
    Ok(())
}

/// Forgets what a divided job left on its way.
pub(crate) fn remove_spans(queue: &impl JobQueue, bucket: &impl crate::Bucket, id: &str) -> Result<(), FarmError> {
    for span in spans_done(queue, id)? {
        bucket.remove(&span_object(id, span))?;
        queue.remove(&span_name(id, span))?;
    }
    Ok(())
}
