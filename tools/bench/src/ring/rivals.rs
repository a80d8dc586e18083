//! The other rings, each by its fastest safe call for the job.

use std::num::NonZeroUsize;
use std::sync::Arc;

use crossbeam_queue::ArrayQueue;
use ringbuf::traits::{Consumer as _, Producer as _, Split as _};

use super::Frame;
use super::queue::{Pop, Push, SLOTS};

struct End<E>(E);

impl<T: Copy + Send> Push<T> for End<rtrb::Producer<T>> {
    #[inline]
    fn push(&mut self, item: T) -> bool {
        self.0.push(item).is_ok()
    }

    #[inline]
    fn push_slice(&mut self, items: &[T]) -> usize {
        self.0.push_partial_slice(items).0.len()
    }
}

impl<T: Copy + Send> Pop<T> for End<rtrb::Consumer<T>> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        self.0.pop().ok()
    }

    #[inline]
    fn pop_slice(&mut self, items: &mut [T]) -> usize {
        self.0.pop_partial_slice(items).0.len()
    }
}

pub fn rtrb<T: Copy + Send>() -> (impl Push<T>, impl Pop<T>) {
    let (producer, consumer) = rtrb::RingBuffer::new(SLOTS);
    (End(producer), End(consumer))
}

impl<T: Copy + Send> Push<T> for End<gil::spsc::Sender<T>> {
    #[inline]
    fn push(&mut self, item: T) -> bool {
        self.0.try_send(item).is_ok()
    }

    #[inline]
    #[allow(unsafe_code, reason = "gil commits a batch by an unsafe call, and has no safe one")]
    fn push_slice(&mut self, items: &[T]) -> usize {
        let mut done = 0;
        while done < items.len() {
            let room = self.0.write_buffer();
            let count = room.len().min(items.len() - done);
            if count == 0 {
                break;
            }
            room[..count].write_copy_of_slice(&items[done..done + count]);
            // SAFETY: `count` items of the buffer were just written.
            unsafe { self.0.commit(count) };
            done += count;
        }
        done
    }
}

impl<T: Copy + Send> Pop<T> for End<gil::spsc::Receiver<T>> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        self.0.try_recv()
    }

    #[inline]
    fn pop_slice(&mut self, items: &mut [T]) -> usize {
        let mut done = 0;
        while done < items.len() {
            let mut guard = self.0.read_guard();
            let count = guard.len().min(items.len() - done);
            if count == 0 {
                break;
            }
            items[done..done + count].copy_from_slice(&guard.as_slice()[..count]);
            guard.advance(count);
            done += count;
        }
        done
    }
}

pub fn gil<T: Copy + Send>() -> (impl Push<T>, impl Pop<T>) {
    let (producer, consumer) = gil::spsc::channel(NonZeroUsize::new(SLOTS).expect("not zero"));
    (End(producer), End(consumer))
}

impl<T: Copy + Send> Push<T> for End<ringbuffer_spsc::RingBufferWriter<T>> {
    #[inline]
    fn push(&mut self, item: T) -> bool {
        self.0.push(item).is_none()
    }
}

impl<T: Copy + Send> Pop<T> for End<ringbuffer_spsc::RingBufferReader<T>> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        self.0.pull()
    }
}

pub fn ringbuffer_spsc<T: Copy + Send>() -> (impl Push<T>, impl Pop<T>) {
    let (producer, consumer) = ringbuffer_spsc::ringbuffer(SLOTS);
    (End(producer), End(consumer))
}

impl<T: Copy + Send> Push<T> for End<ringbuf::HeapProd<T>> {
    #[inline]
    fn push(&mut self, item: T) -> bool {
        self.0.try_push(item).is_ok()
    }

    #[inline]
    fn push_slice(&mut self, items: &[T]) -> usize {
        self.0.push_slice(items)
    }
}

impl<T: Copy + Send> Pop<T> for End<ringbuf::HeapCons<T>> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        self.0.try_pop()
    }

    #[inline]
    fn pop_slice(&mut self, items: &mut [T]) -> usize {
        self.0.pop_slice(items)
    }
}

pub fn ringbuf<T: Copy + Send>() -> (impl Push<T>, impl Pop<T>) {
    let (producer, consumer) = ringbuf::HeapRb::new(SLOTS).split();
    (End(producer), End(consumer))
}

impl<T: Copy + Send> Push<T> for End<heapless::spsc::Producer<'static, T>> {
    #[inline]
    fn push(&mut self, item: T) -> bool {
        self.0.enqueue(item).is_ok()
    }
}

impl<T: Copy + Send> Pop<T> for End<heapless::spsc::Consumer<'static, T>> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        self.0.dequeue()
    }
}

/// Leaked, as its handles borrow it.
pub fn heapless<T: Copy + Send + 'static>() -> (impl Push<T>, impl Pop<T>) {
    let queue = Box::leak(Box::new(heapless::spsc::Queue::<T, SLOTS>::new()));
    let (producer, consumer) = queue.split();
    (End(producer), End(consumer))
}

impl<T: Copy + Send> Push<T> for End<Arc<ArrayQueue<T>>> {
    #[inline]
    fn push(&mut self, item: T) -> bool {
        self.0.push(item).is_ok()
    }
}

impl<T: Copy + Send> Pop<T> for End<Arc<ArrayQueue<T>>> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        self.0.pop()
    }
}

pub fn crossbeam<T: Copy + Send>() -> (impl Push<T>, impl Pop<T>) {
    let queue = Arc::new(ArrayQueue::new(SLOTS));
    (End(queue.clone()), End(queue))
}

struct Publish<P>(P);
struct Poll<P>(P);

impl<T: Copy + Send, P: disruptor::Producer<T> + Send> Push<T> for Publish<P> {
    #[inline]
    fn push(&mut self, item: T) -> bool {
        self.0.try_publish(|event| *event = item).is_ok()
    }

    #[inline]
    fn push_slice(&mut self, items: &[T]) -> usize {
        let written = self.0.try_batch_publish(items.len(), |events| {
            for (event, item) in events.zip(items) {
                *event = *item;
            }
        });
        if written.is_ok() { items.len() } else { 0 }
    }
}

impl<T: Copy + Send + Sync> Pop<T> for Poll<disruptor::EventPoller<T, disruptor::SingleProducerBarrier>> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        let mut guard = self.0.take(1).ok()?;
        (&mut guard).next().copied()
    }

    #[inline]
    fn pop_slice(&mut self, items: &mut [T]) -> usize {
        let Ok(mut guard) = self.0.take(items.len() as u64) else { return 0 };
        items.iter_mut().zip(&mut guard).map(|(slot, event)| *slot = *event).count()
    }
}

pub fn disruptor<T: Copy + Default + Send + Sync + 'static>() -> (impl Push<T>, impl Pop<T>) {
    let builder = disruptor::build_single_producer(SLOTS, T::default, disruptor::BusySpin);
    let (poller, builder) = builder.new_event_poller();
    (Publish(builder.build()), Poll(poller))
}

/// Bytes, as it has no other items: frames are copied as eight bytes each.
type Bytes = bbqueue::nicknames::Churrasco<{ SLOTS * size_of::<Frame>() }>;

struct Write(bbqueue::prod_cons::stream::StreamProducer<&'static Bytes>, Vec<u8>);
struct Read(bbqueue::prod_cons::stream::StreamConsumer<&'static Bytes>, Vec<u8>);

impl Push<Frame> for Write {
    fn push(&mut self, item: Frame) -> bool {
        self.push_slice(&[item]) == 1
    }

    #[inline]
    fn push_slice(&mut self, items: &[Frame]) -> usize {
        let bytes = size_of_val(items);
        let Ok(mut grant) = self.0.grant_exact(bytes) else { return 0 };
        grant.copy_from_slice(&self.1[..bytes]);
        grant.commit(bytes);
        items.len()
    }
}

impl Pop<Frame> for Read {
    fn pop(&mut self) -> Option<Frame> {
        let mut items = [Frame::default()];
        (self.pop_slice(&mut items) == 1).then_some(items[0])
    }

    #[inline]
    fn pop_slice(&mut self, items: &mut [Frame]) -> usize {
        let Ok(grant) = self.0.read() else { return 0 };
        let bytes = grant.len().min(size_of_val(items));
        self.1[..bytes].copy_from_slice(&grant[..bytes]);
        grant.release(bytes);
        bytes / size_of::<Frame>()
    }
}

pub fn bbqueue() -> (impl Push<Frame>, impl Pop<Frame>) {
    let queue: &'static Bytes = Box::leak(Box::new(Bytes::new()));
    let bytes = vec![0; SLOTS * size_of::<Frame>()];
    (Write(queue.stream_producer(), bytes.clone()), Read(queue.stream_consumer(), bytes))
}
