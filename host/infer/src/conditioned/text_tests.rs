//! Tokenizers as models bring them, and files that are none.

use super::*;
use crate::fake::Fake;

const WORDS: &str = r#"{"version": "1.0", "model": {"type": "WordLevel", "unk_token": "?",
    "vocab": {"?": 5, "drums": 6, "and": 7, "bass": 8}}, "pre_tokenizer": {"type": "Whitespace"}}"#;

/// As T5 has it: pieces of words by their likelihood, and an end that the file itself adds.
const PIECES: &str = r#"{"version": "1.0", "truncation": {"direction": "Right", "max_length": 3, "strategy": "LongestFirst",
    "stride": 0}, "padding": {"strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
    "pad_type_id": 0, "pad_token": "<pad>"},
    "added_tokens": [{"id": 1, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true}],
    "normalizer": {"type": "Lowercase"},
    "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
    "post_processor": {"type": "TemplateProcessing",
        "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}}},
    "model": {"type": "Unigram", "unk_id": 2, "byte_fallback": false, "vocab": [["<pad>", 0.0], ["</s>", 0.0],
        ["<unk>", 0.0], ["▁man", -1.0], ["▁speak", -2.0], ["ing", -1.5], ["▁", -4.0], ["s", -3.0]]}}"#;

fn encoder(file: &'static str, more: &str, inputs: &[&str]) -> Result<TextEncoder, DriverError> {
    let settings: TextSettings = toml_edit::de::from_str(&format!("tokenizer = \"t.json\"\n{more}")).expect("a table");
    let graph = Fake::new(inputs, &["y: f32[]"], |given| {
        let tokens = given.values().next().expect("tokens").elements().len();
        vec![Tensor::floats(&[1, tokens, 1], vec![0.5; tokens])]
    });
    TextEncoder::new(&settings, graph.named("text"), &|_| Ok(file.as_bytes().to_vec()))
}

#[test]
fn words_become_tokens() {
    let check = |file: &'static str, more: &str, description: &str, expected: &[i64]| {
        let encoder = encoder(file, more, &["input_ids: i64[1, ?]"]).expect("a tokenizer");
        assert_eq!(encoder.tokens(description).expect(description), expected, "{description}");
    };
    check(WORDS, "", "drums and bass", &[6, 7, 8]);
    check(WORDS, "eos = 1", "drums and bass", &[6, 7, 8, 1]);
    check(WORDS, "eos = 1\nmax_tokens = 3", "drums and bass", &[6, 7, 1]);
    check(WORDS, "eos = 1\nmax_tokens = 1", "drums and bass", &[1]);
    check(WORDS, "max_tokens = 2", "drums and bass", &[6, 7]);
    check(WORDS, "eos = 1", "", &[1]);
    check(WORDS, "eos = 1", "trombone", &[5, 1]);
    // The end is not doubled, and what the file says of lengths does not count.
    check(PIECES, "eos = 1", "Man speaking", &[3, 4, 5, 1]);
    check(PIECES, "", "man speaking speaking", &[3, 4, 5, 4, 5, 1]);
    check(PIECES, "eos = 1\nmax_tokens = 3", "man speaking", &[3, 4, 1]);
}

#[test]
fn a_description_without_tokens_is_an_error() {
    let mut encoder = encoder(WORDS, "", &["input_ids: i64[1, ?]"]).expect("a tokenizer");
    assert!(encoder.encode(" ").expect_err("nothing").message.contains("say what to separate"));
    assert!(encoder.encode("drums").is_ok());
}

#[test]
fn a_tokenizer_that_contradicts_itself_is_an_error() {
    let check = |from: &str, to: &str| {
        let file: &'static str = PIECES.replacen(from, to, 1).leak();
        assert_ne!(file, PIECES);
        let encoder = encoder(file, "", &["input_ids: i64[1, ?]"]).expect("a file that can be read");
        let error = encoder.tokens("man").expect_err(to);
        assert!(
            error.message.contains("the tokenizer refuses the description: its file contradicts itself"),
            "{error}"
        );
    };
    // A piece of a pair where there is none, and a token that nothing defines.
    check("\"id\": \"A\"", "\"id\": \"B\"");
    check("\"special_tokens\": {\"</s>\"", "\"special_tokens\": {\"<s>\"");
}

#[test]
fn a_fixed_number_of_tokens_is_filled_up_or_cut() {
    let mut encoder = encoder(WORDS, "eos = 1\npad = 9", &["input_ids: i64[?, 3]"]).expect("a tokenizer");
    assert_eq!(encoder.encode("drums").expect("tokens").mask, [true, true, false]);
    assert_eq!(encoder.encode("drums and bass").expect("tokens").mask, [true; 3]);
    assert_eq!(encoder.tokens("drums and bass").expect("tokens"), [6, 7, 1]);
}

#[test]
fn what_is_no_tokenizer_is_refused() {
    let check = |file: &'static str, more: &str, inputs: &[&str], expected: &str| {
        let error = encoder(file, more, inputs).expect_err(expected).to_string();
        assert!(error.contains(expected), "wanted '{expected}', got '{error}'");
    };
    let ids = ["input_ids: i64[1, ?]"];
    for file in ["", "{", "[]", "null", "\u{feff}", "{\"model\": {}}", "{\"model\": {\"type\": \"BPE\", \"vocab\": 3}}"]
    {
        check(file, "", &ids, "t.json: is no tokenizer");
    }
    check(WORDS, "max_tokens = 0", &ids, "[text] max_tokens = 0: must be 1 to 65536");
    check(WORDS, "max_tokens = 99999", &ids, "max_tokens = 99999");
    check(WORDS, "", &["x: f32[1, ?]"], "takes 'x' as F32 [1, ?], where tokens are I64 [1, ?]");
    check(WORDS, "", &["x: i64[2, ?]"], "takes 'x' as I64 [2, ?]");
    check(WORDS, "", &["x: i64[?]"], "takes 'x' as I64 [?]");
    check(WORDS, "", &["x: i64[1, 0]"], "holds no description");
    check(WORDS, "", &["x: i64[1, ?]", "y: i64[1, ?]"], "may mean several inputs by 'ids'");
    check(WORDS, "", &["x: i64[?]", "y: i64[?]"], "has no input for tokens: bind one of 'x', 'y' as 'ids'");
    check(WORDS, "", &["ids: i64[1, ?]", "y: i64[?]"], "has an input 'y' that nothing is bound to");
}

#[test]
fn graphs_that_answer_wrongly_are_errors() {
    let check = |answer: fn() -> Tensor, expected: &str| {
        let settings: TextSettings = toml_edit::de::from_str("tokenizer = \"t.json\"").expect("a table");
        let graph = Fake::new(&["ids: i64[1, ?]", "mask: bool[1, ?]"], &["y: f32[]"], move |_| vec![answer()]);
        let read = |_: &str| Ok(WORDS.as_bytes().to_vec());
        let mut encoder = TextEncoder::new(&settings, graph.named("text"), &read).expect("a tokenizer");
        let error = encoder.encode("drums").expect_err(expected);
        assert!(error.message.contains(expected), "{error}");
    };
    check(|| Tensor::floats(&[1, 1, 2], vec![0.5, f32::NAN]), "graph 'text' gave no numbers");
    check(|| Tensor::floats(&[0], vec![]), "graph 'text' gave no numbers");
    check(|| Tensor::new(&[1], Elements::I64(vec![0])), "graph 'text' gave no numbers");
    check(|| Tensor::floats(&[1, 2, 1], vec![0.5; 2]), "graph 'text' gave [1, 2, 1] for 1 tokens");
}
