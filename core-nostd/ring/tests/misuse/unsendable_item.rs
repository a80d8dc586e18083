fn main() {
    let mut ring = ripieno_ring::spsc::Inline::<std::rc::Rc<u8>, 2>::new();
    let (mut producer, _consumer) = ring.split();
    std::thread::scope(|scope| {
        scope.spawn(move || producer.push(std::rc::Rc::new(1)).is_ok());
    });
}
