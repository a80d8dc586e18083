fn main() {
    let mut ring = ripieno_ring::spsc::Inline::<u8, 2>::new();
    let (mut producer, _consumer) = ring.split();
    drop(ring);
    let _ = producer.push(1);
}
