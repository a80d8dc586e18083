fn main() {
    let mut ring = ripieno_ring::spsc::Inline::<u8, 2>::new();
    let (mut producer, _consumer) = ring.split();
    let mut grant = producer.grant(1);
    let (part, _) = grant.parts();
    grant.commit(1);
    part[0] = 1;
}
