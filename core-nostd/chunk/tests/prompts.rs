//! Anchors in windows: a table for each mode, as the reference has it, and what must hold for any.

use proptest::prelude::*;
use ripieno_chunk::*;
use ripieno_types::{Anchor, SampleRate, Sign, WindowFrames};

const RATE: u32 = 8_000;
const ANY: WindowFrames = WindowFrames::Flexible { align: 1, most: usize::MAX, preferred: None };

fn rate() -> SampleRate {
    SampleRate::new(RATE).unwrap()
}

/// A sign, and where it starts and ends in seconds.
type Span = (char, f64, f64);

fn anchor((sign, start, end): Span) -> Anchor {
    Anchor::new(Sign::from_symbol(sign.encode_utf8(&mut [0; 4])).unwrap(), start, end).unwrap()
}

fn span(anchor: &Anchor) -> Span {
    // To the microsecond: sums of seconds have last bits.
    let micros = |secs: f64| (secs * 1e6).round() / 1e6;
    (anchor.sign().symbol().chars().next().unwrap(), micros(anchor.start_secs()), micros(anchor.end_secs()))
}

/// What is sent for a window.
#[derive(Debug, PartialEq)]
struct Sent {
    /// Everything's length, in seconds.
    secs: f64,
    /// Where the window begins.
    chunk_at: f64,
    /// From where to where in the recording, and where it goes.
    prompts: Vec<(f64, f64, f64)>,
    anchors: Vec<Span>,
}

fn arranged(
    plan: &Plan,
    index: u64,
    anchors: &[Anchor],
    settings: &PromptSettings,
) -> (Sent, Arrangement, Vec<Prompt>) {
    let mut prompts = vec![Prompt::EMPTY; anchors.len()];
    let mut local = vec![anchor(('+', 0.0, 1.0)); 2 * anchors.len()];
    let segment = plan.segment(index).unwrap();
    let arrangement = arrange(plan, &segment, anchors, settings, &mut prompts, &mut local).unwrap();
    prompts.truncate(arrangement.prompts);
    let secs = |frames: u64| to_secs(frames, rate());
    let place = |prompt: &Prompt| (secs(prompt.source.start), secs(prompt.source.end), secs(prompt.at as u64));
    let sent = Sent {
        secs: secs(arrangement.sent as u64),
        chunk_at: secs(arrangement.chunk_at as u64),
        prompts: prompts.iter().map(place).collect(),
        anchors: local[..arrangement.anchors].iter().map(span).collect(),
    };
    (sent, arrangement, prompts)
}

/// A minute in chunks of 10 s that overlap by 2 s: they start at 0, 8, 16 and so on.
fn minute(tail: Tail) -> Plan {
    let settings = PlanSettings::new(60 * u64::from(RATE), rate(), ANY);
    Plan::new(&PlanSettings { max_len_secs: Some(10.0), overlap_secs: Some(2.0), tail, ..settings }).unwrap()
}

/// Four anchors out of order: centres at 30.5, 3, 9 and 50.
const ANCHORS: [Span; 4] = [('+', 30.0, 31.0), ('-', 2.0, 4.0), ('+', 7.0, 11.0), ('-', 49.5, 50.5)];

#[track_caller]
fn check(mode: AnchorMode, index: u64, secs: f64, chunk_at: f64, prompts: &[(f64, f64, f64)], anchors: &[Span]) {
    let expected = Sent { secs, chunk_at, prompts: prompts.to_vec(), anchors: anchors.to_vec() };
    let (sent, arrangement, _) =
        arranged(&minute(Tail::Short), index, &ANCHORS.map(anchor), &PromptSettings::reference(mode));
    assert_eq!(sent, expected, "{mode:?} {index}");
    assert_eq!((arrangement.trimmed, arrangement.left_out), (0, 0));
}

#[test]
fn strict() {
    check(AnchorMode::Strict, 0, 10.0, 0.0, &[], &[('-', 2.0, 4.0), ('+', 7.0, 10.0)]);
    check(AnchorMode::Strict, 1, 10.0, 0.0, &[], &[('+', 0.0, 3.0)]);
    check(AnchorMode::Strict, 2, 10.0, 0.0, &[], &[]);
    check(AnchorMode::Strict, 3, 10.0, 0.0, &[], &[('+', 6.0, 7.0)]);
    // The last chunk is as short as what is left: from 56 s.
    check(AnchorMode::Strict, 7, 4.0, 0.0, &[], &[]);
}

#[test]
fn append() {
    // All of them, in the user's order, even what lies within the chunk.
    let all = [(30.0, 31.0, 10.0), (2.0, 4.0, 11.0), (7.0, 11.0, 13.0), (49.5, 50.5, 17.0)];
    let tail = [('+', 10.0, 11.0), ('-', 11.0, 13.0), ('+', 13.0, 17.0), ('-', 17.0, 18.0)];
    let with = |strict: &[Span]| [strict, &tail].concat();
    check(AnchorMode::Append, 0, 18.0, 0.0, &all, &with(&[('-', 2.0, 4.0), ('+', 7.0, 10.0)]));
    check(AnchorMode::Append, 2, 18.0, 0.0, &all, &with(&[]));
    let last = all.map(|(start, end, at)| (start, end, at - 6.0));
    check(AnchorMode::Append, 7, 12.0, 0.0, &last, &tail.map(|(sign, start, end)| (sign, start - 6.0, end - 6.0)));
}

#[test]
fn strict_or_append() {
    check(AnchorMode::StrictOrAppend, 0, 10.0, 0.0, &[], &[('-', 2.0, 4.0), ('+', 7.0, 10.0)]);
    let all = [(30.0, 31.0, 10.0), (2.0, 4.0, 11.0), (7.0, 11.0, 13.0), (49.5, 50.5, 17.0)];
    let tail = [('+', 10.0, 11.0), ('-', 11.0, 13.0), ('+', 13.0, 17.0), ('-', 17.0, 18.0)];
    check(AnchorMode::StrictOrAppend, 2, 18.0, 0.0, &all, &tail);
}

#[test]
fn append_nearest() {
    // Chunk 2 has its centre at 21: the nearest centres are 30.5 and 9; in the order of time.
    check(
        AnchorMode::AppendNearest,
        2,
        15.0,
        0.0,
        &[(7.0, 11.0, 10.0), (30.0, 31.0, 14.0)],
        &[('+', 10.0, 14.0), ('+', 14.0, 15.0)],
    );
    check(
        AnchorMode::AppendNearest,
        0,
        16.0,
        0.0,
        &[(2.0, 4.0, 10.0), (7.0, 11.0, 12.0)],
        &[('-', 2.0, 4.0), ('+', 7.0, 10.0), ('-', 10.0, 12.0), ('+', 12.0, 16.0)],
    );
}

#[test]
fn append_previous() {
    // Centre 21: the latest centre before is 9.
    check(AnchorMode::AppendPrevious, 2, 14.0, 0.0, &[(7.0, 11.0, 10.0)], &[('+', 10.0, 14.0)]);
    // Centre 29 is before 30.5.
    check(AnchorMode::AppendPrevious, 3, 14.0, 0.0, &[(7.0, 11.0, 10.0)], &[('+', 6.0, 7.0), ('+', 10.0, 14.0)]);
    check(AnchorMode::AppendPrevious, 4, 11.0, 0.0, &[(30.0, 31.0, 10.0)], &[('+', 10.0, 11.0)]);
}

#[test]
fn prepend_nearest() {
    check(
        AnchorMode::PrependNearest,
        2,
        15.0,
        5.0,
        &[(7.0, 11.0, 0.0), (30.0, 31.0, 4.0)],
        &[('+', 0.0, 4.0), ('+', 4.0, 5.0)],
    );
    check(
        AnchorMode::PrependNearest,
        0,
        16.0,
        6.0,
        &[(2.0, 4.0, 0.0), (7.0, 11.0, 2.0)],
        &[('-', 0.0, 2.0), ('+', 2.0, 6.0), ('-', 8.0, 10.0), ('+', 13.0, 16.0)],
    );
}

/// Which anchors a mode picks for the chunk from 16 to 26 s, in the order they are sent.
#[track_caller]
fn picks(mode: AnchorMode, count: Option<usize>, anchors: &[Span], expected: &[usize]) {
    let anchors: Vec<_> = anchors.iter().copied().map(anchor).collect();
    let settings = PromptSettings { count, ..PromptSettings::reference(mode) };
    let (_, _, prompts) = arranged(&minute(Tail::Context), 2, &anchors, &settings);
    let picked: Vec<_> = prompts.iter().map(|prompt| prompt.anchor).collect();
    assert_eq!(picked, expected, "{mode:?} {count:?} {anchors:?}");
}

#[test]
fn ties_and_counts() {
    use AnchorMode::*;
    let at = |centre: f64| ('+', centre - 0.5, centre + 0.5);
    // As near: the earlier start; the same start: the first declared.
    picks(AppendNearest, Some(1), &[at(25.0), at(17.0)], &[1]);
    picks(AppendNearest, Some(1), &[at(17.0), ('-', 16.5, 17.5)], &[0]);
    picks(AppendNearest, Some(1), &[('+', 16.5, 17.5), ('-', 16.0, 18.0)], &[1]);
    picks(PrependNearest, Some(3), &[at(25.0), at(40.0), at(20.0), at(1.0)], &[2, 0, 1]);
    picks(PrependNearest, None, &[at(25.0), at(40.0), at(20.0), at(1.0)], &[2, 0]);
    picks(AppendNearest, Some(9), &[at(25.0), at(20.0)], &[1, 0]);
    picks(AppendNearest, Some(0), &[at(25.0)], &[]);
    // On the centre is not after it; equal centres: the first declared.
    picks(AppendPrevious, None, &[at(22.0), at(21.0), at(20.0)], &[1]);
    picks(AppendPrevious, None, &[at(20.0), ('-', 19.0, 21.0), at(3.0)], &[0]);
    picks(AppendPrevious, None, &[('-', 19.0, 21.0), at(20.0)], &[0]);
    picks(AppendPrevious, Some(2), &[at(20.0), at(5.0), at(10.0), at(30.0)], &[2, 0]);
    // None before: the earliest of all, whatever the count.
    picks(AppendPrevious, None, &[at(40.0), at(30.0), ('-', 29.5, 50.0)], &[1]);
    picks(AppendPrevious, Some(3), &[at(40.0), at(30.0)], &[1]);
    picks(AppendPrevious, Some(0), &[at(40.0), at(30.0)], &[]);
    // All means all; sections without a frame are none.
    picks(Append, Some(1), &[at(40.0), at(30.0)], &[0, 1]);
    picks(Append, None, &[('+', 30.0, 30.000_01), at(30.0)], &[1]);
    picks(Append, None, &[], &[]);
}

#[test]
fn a_window_moved_back_hears_what_it_hears() {
    // The last window begins at 50 s instead of 56, with the anchor at 49.5..50.5 at its start; it is still the chunk from
    // 56 s on that counts for what is near.
    let (sent, ..) =
        arranged(&minute(Tail::Context), 7, &ANCHORS.map(anchor), &PromptSettings::reference(AnchorMode::Strict));
    assert_eq!(sent, Sent { secs: 10.0, chunk_at: 0.0, prompts: vec![], anchors: vec![('-', 0.0, 0.5)] });
    let near = [('+', 50.0, 52.0), ('+', 59.0, 60.0)].map(anchor);
    let settings = PromptSettings { count: Some(1), ..PromptSettings::reference(AnchorMode::AppendNearest) };
    let (_, _, prompts) = arranged(&minute(Tail::Context), 7, &near, &settings);
    assert_eq!(prompts[0].anchor, 1);
}

#[test]
fn padding_counts_as_sent() {
    // 100 frames of context before the recording, and a model that wants multiples of 1 s.
    let window = WindowFrames::Flexible { align: 8_000, most: 160_000, preferred: None };
    let plan = Plan::new(&PlanSettings { context: 800, ..PlanSettings::new(20_000, rate(), window) }).unwrap();
    let anchors = [('+', 0.0, 1.0)].map(anchor);
    let (sent, ..) = arranged(&plan, 0, &anchors, &PromptSettings::reference(AnchorMode::Append));
    let expected = Sent {
        secs: 4.0,
        chunk_at: 0.0,
        prompts: vec![(0.0, 1.0, 3.0)],
        anchors: vec![('+', 0.1, 1.1), ('+', 3.0, 4.0)],
    };
    assert_eq!(sent, expected);
}

#[test]
fn gaps_stand_between_prompts_and_window() {
    let anchors = [('+', 30.0, 31.0), ('-', 2.0, 4.0)].map(anchor);
    let settings = |mode| PromptSettings { gap: 4_000, ..PromptSettings::reference(mode) };
    let (sent, ..) = arranged(&minute(Tail::Context), 2, &anchors, &settings(AnchorMode::Append));
    assert_eq!((sent.secs, sent.chunk_at), (14.0, 0.0));
    assert_eq!(sent.prompts, [(30.0, 31.0, 10.5), (2.0, 4.0, 12.0)]);
    let (sent, ..) = arranged(&minute(Tail::Context), 2, &anchors, &settings(AnchorMode::PrependNearest));
    assert_eq!((sent.secs, sent.chunk_at), (14.0, 4.0));
    assert_eq!(sent.prompts, [(2.0, 4.0, 0.0), (30.0, 31.0, 2.5)]);
}

/// A fixed window of 10 s, of which `reserve` are left free: what is sent of `anchors` for its third segment.
#[track_caller]
fn budget(reserve: f64, gap: f64, anchors: &[Span], prompts: &[(f64, f64, f64)], trimmed: usize, left_out: usize) {
    let reserve = (reserve * f64::from(RATE)) as usize;
    let settings = PlanSettings::new(60 * u64::from(RATE), rate(), WindowFrames::Fixed(80_000));
    let plan = Plan::new(&PlanSettings { reserve, overlap_secs: Some(0.0), ..settings }).unwrap();
    let anchors: Vec<_> = anchors.iter().copied().map(anchor).collect();
    let settings =
        PromptSettings { gap: (gap * f64::from(RATE)) as usize, ..PromptSettings::new(AnchorMode::Append, rate()) };
    let (sent, arrangement, _) = arranged(&plan, 2, &anchors, &settings);
    assert_eq!(sent.prompts, prompts);
    assert_eq!((arrangement.trimmed, arrangement.left_out, arrangement.sent), (trimmed, left_out, 80_000));
    // Not budgeted, a fixed window is still the limit.
    let unbudgeted = PromptSettings { budgeted: false, ..settings };
    assert_eq!(arranged(&plan, 2, &anchors, &unbudgeted).0, sent);
}

#[test]
fn prompts_fit_beside_the_window() {
    let two = [('+', 1.0, 2.0), ('-', 30.0, 33.0)];
    budget(4.0, 0.0, &two, &[(1.0, 2.0, 6.0), (30.0, 33.0, 7.0)], 0, 0);
    // The longest are shortened, about their middles.
    budget(3.0, 0.0, &two, &[(1.0, 2.0, 7.0), (30.5, 32.5, 8.0)], 1, 0);
    budget(1.0, 0.0, &two, &[(1.25, 1.75, 9.0), (31.25, 31.75, 9.5)], 2, 0);
    budget(2.0, 0.5, &two, &[(1.25, 1.75, 8.5), (31.25, 31.75, 9.5)], 2, 0);
    budget(0.4, 0.0, &two, &[(1.4, 1.6, 9.6), (31.4, 31.6, 9.8)], 2, 0);
    // Less than 0.2 s for each: the later ones go.
    budget(0.375, 0.0, &two, &[(1.3125, 1.6875, 9.625)], 1, 1);
    budget(0.1, 0.0, &two, &[], 0, 2);
    budget(0.0, 0.0, &two, &[], 0, 2);
    // What is short anyway needs no more than it has.
    budget(0.375, 0.0, &[('+', 1.0, 1.125), ('-', 30.0, 33.0)], &[(1.0, 1.125, 9.625), (31.375, 31.625, 9.75)], 1, 0);
}

#[test]
fn a_reserve_is_what_prompts_take() {
    let anchors = ANCHORS.map(anchor);
    let secs = |mode, count, gap| {
        let settings = PromptSettings { count, gap, ..PromptSettings::reference(mode) };
        reserve(60 * u64::from(RATE), rate(), &anchors, &settings) / 8_000
    };
    assert_eq!(secs(AnchorMode::Strict, None, 0), 0);
    assert_eq!(secs(AnchorMode::Append, None, 0), 8);
    assert_eq!(secs(AnchorMode::Append, None, 8_000), 12);
    assert_eq!(secs(AnchorMode::StrictOrAppend, Some(1), 0), 8);
    assert_eq!(secs(AnchorMode::AppendPrevious, None, 0), 4);
    assert_eq!(secs(AnchorMode::AppendNearest, None, 0), 8);
    assert_eq!(secs(AnchorMode::AppendNearest, None, 8_000), 10);
    assert_eq!(secs(AnchorMode::PrependNearest, Some(0), 0), 0);
    assert_eq!(secs(AnchorMode::PrependNearest, Some(usize::MAX), usize::MAX), usize::MAX / 8_000);
}

#[test]
fn too_few_places_are_counted() {
    let plan = minute(Tail::Context);
    let (segment, anchors) = (plan.segment(0).unwrap(), ANCHORS.map(anchor));
    let places = |mode, prompts, local| {
        let mut prompts = vec![Prompt::EMPTY; prompts];
        let settings = PromptSettings::reference(mode);
        arrange(&plan, &segment, &anchors, &settings, &mut prompts, &mut vec![anchors[0]; local]).map(|_| ())
    };
    assert_eq!(places(AnchorMode::Append, 3, 9), Err(ArrangeError::Prompts { needed: 4 }));
    assert_eq!(places(AnchorMode::Append, 4, 5), Err(ArrangeError::Anchors { needed: 6 }));
    assert_eq!(places(AnchorMode::Append, 4, 6), Ok(()));
    assert_eq!(places(AnchorMode::AppendNearest, 1, 9), Err(ArrangeError::Prompts { needed: 2 }));
    assert_eq!(places(AnchorMode::Strict, 0, 1), Err(ArrangeError::Anchors { needed: 2 }));
}

#[test]
fn fades_end_in_silence() {
    let prompt = Prompt { source: 0..10, at: 2, fade: 3, ..Prompt::EMPTY };
    let mut sent = [1.0f32; 14];
    prompt.fade(&mut sent);
    assert_eq!((sent[1], sent[12]), (1.0, 1.0));
    assert_eq!(sent[5..9], [1.0; 4]);
    assert!(sent[2] < 0.1 && sent[2] == sent[11] && sent[3] < sent[4] && sent[4] < 1.0);
    // A short one fades over its halves.
    let short = Prompt { source: 0..4, fade: 9, ..prompt.clone() };
    let [mut once, mut halves] = [[1.0f32; 14]; 2];
    short.fade(&mut once);
    Prompt { fade: 2, ..short }.fade(&mut halves);
    assert_eq!(once, halves);
    // Whatever does not fit is left alone.
    prompt.fade(&mut sent[..5]);
    prompt.fade(&mut []);
    Prompt { at: usize::MAX, fade: usize::MAX, ..prompt }.fade(&mut sent);
    let default = PromptSettings::new(AnchorMode::Append, SampleRate::STUDIO);
    assert_eq!(default.fade, 480);
}

prop_compose! {
    fn anchors()(
        list in proptest::collection::vec((any::<bool>(), 0.0..60.0f64, prop_oneof![0.000_01..0.1f64, 0.1..20.0f64]), 0..12),
    ) -> Vec<Anchor> {
        let sign = |present| if present { '+' } else { '-' };
        list.iter().map(|&(present, start, length)| anchor((sign(present), start, start + length))).collect()
    }
}

const MODES: [AnchorMode; 6] = [
    AnchorMode::Strict,
    AnchorMode::Append,
    AnchorMode::StrictOrAppend,
    AnchorMode::AppendNearest,
    AnchorMode::AppendPrevious,
    AnchorMode::PrependNearest,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn whatever_is_sent_holds_together(
        anchors in anchors(), mode in 0..MODES.len(), count in proptest::option::of(0usize..6), gap in 0usize..3_000,
        fade in 0usize..400, budgeted: bool, reserve in 0usize..40_000, window in 0usize..3, max_len in proptest::option::of(1.0..10.0f64),
        align in 1usize..2_000, context in 0usize..500, short: bool, anywhere: u64,
    ) {
        let most = 80_000 / align * align;
        let window = [WindowFrames::Fixed(80_000), ANY, WindowFrames::Flexible { align, most, preferred: None }][window];
        let tail = if short { Tail::Short } else { Tail::Context };
        let total = 60 * u64::from(RATE) - 17;
        let settings = PlanSettings { max_len_secs: max_len, context, reserve, tail, ..PlanSettings::new(total, rate(), window) };
        let Ok(plan) = Plan::new(&settings) else { return Ok(()) };
        let index = anywhere % plan.chunks();
        let segment = plan.segment(index).unwrap();
        let mut clipped = anchors.clone();
        let kept = clip(&anchors, to_secs(total, rate()), &mut clipped, |_| {});
        let anchors = &clipped[..kept];
        let prompting = PromptSettings { mode: MODES[mode], count, gap, fade, budgeted };
        let (sent, arrangement, prompts) = arranged(&plan, index, anchors, &prompting);

        match window {
            WindowFrames::Fixed(frames) => prop_assert_eq!(arrangement.sent, frames),
            WindowFrames::Flexible { align, most, .. } => {
                prop_assert!(arrangement.sent.is_multiple_of(align) && arrangement.sent <= most);
            }
        }
        if budgeted {
            let longest = max_len.map_or(80_000, |secs| to_frames(secs, rate()).unwrap() as usize).next_multiple_of(align);
            prop_assert!(window == ANY && max_len.is_none() || window == WindowFrames::Fixed(80_000) || arrangement.sent <= longest);
            let whole = ripieno_chunk::reserve(total, rate(), anchors, &prompting) <= reserve;
            prop_assert!(!whole || arrangement.trimmed + arrangement.left_out == 0, "what was reserved is not there");
        }
        // Window and prompts follow each other, with their gaps, and end within what is sent.
        let mut pieces = vec![(arrangement.chunk_at, segment.window())];
        pieces.extend(prompts.iter().map(|prompt| (prompt.at, prompt.frames())));
        pieces.sort_unstable();
        prop_assert_eq!(pieces[0].0, 0);
        for pair in pieces.windows(2) {
            prop_assert_eq!(pair[0].0 + pair[0].1 + gap, pair[1].0);
        }
        let (last, length) = *pieces.last().unwrap();
        prop_assert!(last + length <= arrangement.sent);
        for prompt in &prompts {
            let anchor = anchors[prompt.anchor];
            let frame = |secs| to_frames(secs, rate()).unwrap();
            prop_assert!(prompt.frames() > 0 && prompt.fade <= prompt.frames() / 2 && prompt.sign == anchor.sign());
            prop_assert!(frame(anchor.start_secs()) <= prompt.source.start && prompt.source.end <= frame(anchor.end_secs()));
        }
        for (_, start, end) in sent.anchors {
            prop_assert!(0.0 <= start && start <= end && end <= sent.secs + 1e-6);
        }
    }
}
