//! What must not compile.

#[test]
fn misuse_is_refused() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/misuse/*.rs");
}
