fn main() {
    let mut ring = ripieno_ring::spsc::Inline::<u8, 2>::new();
    let (mut producer, _consumer) = ring.split();
    let mut burst = producer.burst();
    let _ = producer.push(1);
    let _ = burst.push(2);
}
