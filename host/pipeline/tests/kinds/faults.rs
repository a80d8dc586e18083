//! What does not go together is refused with the parameter or port at fault; what does states its delay.

use crate::harness::*;
use ripieno_pipeline::{DType, FrameSpec, Registry, Value};
use std::collections::BTreeMap;

fn inputs(specs: &[(&str, FrameSpec)]) -> BTreeMap<String, FrameSpec> {
    specs.iter().map(|(name, spec)| ((*name).to_owned(), *spec)).collect()
}

#[test]
fn faults_name_their_place_and_cause() {
    let check = |kind: &str, given: Given<'_>, specs: &[(&str, FrameSpec)], at: &str, message: &str| {
        let fault = ask(kind, given, &inputs(specs), &BTreeMap::new()).expect_err(&format!("{kind} {given:?}"));
        assert_eq!(fault.at.as_deref(), Some(at), "{kind}: {fault}");
        assert!(fault.message.contains(message), "{kind}: {fault}");
    };
    let number = |name, value| (name, Value::Number(value));
    let integer = |name, value| (name, Value::Integer(value));
    let (unrated, rated) = (spec(DType::F32, &[256, 2]), at(DType::F32, &[256, 2], 48_000.0));
    let (ints, complex) = (spec(DType::I16, &[256, 2]), spec(DType::Complex32, &[129]));
    for kind in
        ["gain", "fir", "iir", "window", "mix", "resample", "rfft", "power-spectrum", "stft", "fft", "ifft", "irfft"]
    {
        check(kind, &required(kind), &[("in", ints)], "in", "not i16");
    }
    check("rfft", &[], &[("in", complex)], "in", "'in' takes f32, f64, not complex32");
    check("fir", &[], &[("in", rated)], "taps", "no taps are given");
    check("fir", &[("design", word("lowpass")), number("high_hz", 100.0)], &[("in", unrated)], "in", "states no rate");
    check("fir", &[("design", word("lowpass"))], &[("in", rated)], "high_hz", "between 0 and 24000 Hz");
    check(
        "fir",
        &[("design", word("highpass")), number("low_hz", 100.0), integer("count", 64)],
        &[("in", rated)],
        "count",
        "even number",
    );
    let band = [("design", word("bandpass")), number("low_hz", 200.0), number("high_hz", 100.0)];
    check("fir", &band, &[("in", rated)], "high_hz", "band is empty");
    check("iir", &band, &[("in", rated)], "high_hz", "band is empty");
    check("iir", &[("sos", Value::Numbers(vec![1.0; 5]))], &[("in", unrated)], "sos", "5 numbers");
    check(
        "iir",
        &[("sos", Value::Numbers(vec![1.0, 0.0, 0.0, 0.0, 0.0, 0.0]))],
        &[("in", unrated)],
        "sos",
        "a0 must not be 0",
    );
    check(
        "iir",
        &[("sos", Value::Numbers(vec![1.0, 0.0, 0.0, 1.0, 0.0, 1.1]))],
        &[("in", unrated)],
        "sos",
        "not stable",
    );
    check("iir", &[("design", word("peak")), number("hz", 30_000.0)], &[("in", rated)], "hz", "between 0 and 24000 Hz");
    check("irfft", &[integer("length", 300)], &[("in", complex)], "length", "they are one of 256 or 257");
    check("resample", &[number("to_hz", 44_100.0)], &[("in", unrated)], "in", "states no rate");
    check("resample", &[number("to_hz", 44_100.5)], &[("in", rated)], "to_hz", "whole number");
    check("resample", &[number("to_hz", 3_999_999_937.0)], &[("in", rated)], "to_hz", "too little in common");
    check("delay", &[number("ms", 5.0)], &[("in", unrated)], "in", "states no rate");
    check("delay", &[integer("rows", 1 << 30)], &[("in", unrated)], "ms", "more than");
    check("throttle", &[], &[("in", unrated)], "in", "states no rate");
    check("batch", &[integer("frames", 1 << 20)], &[("in", at(DType::F64, &[256, 2], 1.0))], "out", "more than");
    check("unbatch", &[integer("frames", 3)], &[("in", rated)], "frames", "256 rows do not part into 3");
    check(
        "unbatch",
        &[integer("frames", 3), ("layout", word("stack"))],
        &[("in", rated)],
        "frames",
        "has 3 rows, not 256",
    );
    check("mix", &[], &[("a", rated), ("b", unrated)], "b", "only the same adds up");
    check(
        "mix",
        &[("gains", Value::Numbers(vec![1.0; 3]))],
        &[("a", rated), ("b", rated)],
        "gains",
        "3 gains for 2 inputs",
    );
    check("mix", &[], &[("a", rated), ("b", at(DType::F64, &[256, 2], 48_000.0))], "b", "'b' carries f64, but 'a' f32");
    check("join", &[], &[("a", rated), ("b", at(DType::F32, &[256, 2], 44_100.0))], "b", "do not last as long");
    check("join", &[("reference", word("c"))], &[("a", rated), ("b", rated)], "reference", "no input is called 'c'");
    check("join", &[], &[("a", rated), ("b", at(DType::F32, &[128, 2], 24_000.0))], "b", "only channels may differ");
    check(
        "join",
        &[("layout", word("stack-first"))],
        &[("a", rated), ("b", at(DType::F32, &[256, 1], 48_000.0))],
        "b",
        "only the same can be stacked",
    );
    check("record", &[("path", word(""))], &[("in", rated)], "path", "no file is named");
    let here = [("path", word(env!("CARGO_MANIFEST_DIR")))];
    check("record", &here, &[("in", rated)], "path", "exists");
    check("replay", &[("path", word("/nowhere/at/all.rec"))], &[], "path", "cannot be read");
    let manifest = [("path", word(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")))];
    check("replay", &manifest, &[], "path", "does not begin as a recording");
    check("tone", &[integer("rows", 1 << 30), integer("channels", 4)], &[], "out", "more than");
}

/// What a kind cannot do without.
fn required(kind: &str) -> Vec<(&'static str, Value)> {
    match kind {
        "resample" => vec![("to_hz", Value::Number(8000.0))],
        "batch" | "unbatch" => vec![("frames", Value::Integer(2))],
        "decimate" => vec![("every", Value::Integer(2))],
        "record" => vec![("path", word("/nowhere/at/all.rec"))],
        _ => Vec::new(),
    }
}

#[test]
fn every_kind_says_when_nothing_is_bound() {
    let registry = Registry::standard();
    for kind in registry.iter().filter(|kind| !kind.inputs().is_empty()) {
        let fault =
            ask(kind.name(), &required(kind.name()), &BTreeMap::new(), &BTreeMap::new()).expect_err(kind.name());
        assert!(fault.message.contains("nothing is bound"), "{}: {fault}", kind.name());
    }
}

#[test]
fn delays_are_stated() {
    let check = |kind: &str, given: Given<'_>, expected: f64| {
        let (_, needs) =
            ask(kind, given, &inputs(&[("in", at(DType::F32, &[100, 1], 1000.0))]), &BTreeMap::new()).expect("it goes");
        assert!(
            (needs.latency_secs - expected).abs() < 1e-3 * expected.max(1e-3),
            "{kind} {given:?}: {}",
            needs.latency_secs
        );
    };
    let integer = |name, value| (name, Value::Integer(value));
    let taps = |taps: &[f64]| vec![("taps", Value::Numbers(taps.to_vec()))];
    check("gain", &[], 0.0);
    check("fir", &[("design", word("average")), integer("count", 101)], 0.05);
    check("fir", &[("design", word("average")), integer("count", 101), ("mode", word("same"))], 0.0);
    check("fir", &taps(&[0.0, 0.0, 1.0]), 0.002);
    check("fir", &taps(&[-1.0, 0.0, 1.0]), 0.001);
    check("delay", &[integer("rows", 70), ("ms", Value::Number(5.0))], 0.075);
    check("stft", &[integer("size", 64), integer("hop", 16)], 0.064);
    check("batch", &[integer("frames", 5)], 0.4);
    // A pure delay of two rows, as sections.
    check("iir", &[("sos", Value::Numbers(vec![0.0, 0.0, 1.0, 1.0, 0.0, 0.0]))], 0.002);
    // An even number of blocks of one to two rows, at least 32: a block and half of the next.
    check("resample", &[("to_hz", Value::Number(2000.0)), integer("filter_rows", 32)], 0.048);
    // At 0 Hz, a lowpass of order 1 delays by half of the tangent of half a right angle in rows, and by more nowhere.
    check("iir", &[("design", word("lowpass")), integer("order", 1), ("high_hz", Value::Number(250.0))], 0.0005);
}
