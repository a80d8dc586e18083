//! The built page is a part of this crate: when it is built anew, so is the crate.

fn main() {
    println!("cargo::rerun-if-changed=dist");
}
