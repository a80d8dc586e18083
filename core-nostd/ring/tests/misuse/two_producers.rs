fn main() {
    let mut ring = ripieno_ring::spsc::Inline::<u8, 2>::new();
    let (mut first, _) = ring.split();
    let (mut second, _) = ring.split();
    let _ = (first.push(1), second.push(2));
}
