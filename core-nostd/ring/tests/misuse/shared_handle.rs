fn main() {
    let (producer, _consumer) = ripieno_ring::spsc::channel::<u8>(2);
    std::thread::scope(|scope| {
        scope.spawn(|| producer.capacity());
        scope.spawn(|| producer.capacity());
    });
}
