//! `cargo xtask bench [NAME]`: every comparison, or the one that is named.

mod fx;
mod harness;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let contests: &[(&str, fn())] = &[("fx", fx::run)];
    for (name, run) in contests {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            run();
        }
    }
}
