pub fn child(what: &str, name: &str, frames: usize) {}
