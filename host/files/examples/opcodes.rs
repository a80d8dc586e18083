//! Prints the documentation of SFZ's opcodes: `cargo run -p ripieno-files --example opcodes > host/files/OPCODES.md`.

fn main() {
    print!("{}", ripieno_files::sfz::opcodes());
}
