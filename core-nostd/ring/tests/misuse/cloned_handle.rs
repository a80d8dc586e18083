fn main() {
    let (producer, _consumer) = ripieno_ring::spsc::channel::<u8>(2);
    let _second = producer.clone();
}
