"""Streams of Ripieno in Python: a graph's exported stream as NumPy arrays that lie in the shared memory itself.

    import ripieno_stream

    with ripieno_stream.reader("mix") as frames:      # export = "mix"
        for frame in frames:                          # a view: valid until the next turn
            print(frames.sequence, frame.mean(axis=0))

    with ripieno_stream.writer("ideas") as out:       # import = "guest:ideas"
        out.write(numpy.zeros(out.shape, out.dtype))

What lies where, and why nothing is ever read half-written, is told in host/pipeline/STREAMS.md. Needs Linux, NumPy and the
library libatomic, which every C compiler brings along; no compiler is needed.
"""

import ctypes
import errno
import mmap
import os
import platform
import re
import time
from pathlib import Path

import numpy as np

__all__ = ["Full", "Reader", "Stopped", "Writer", "exported", "reader", "writer"]

_MAGIC = 0x5249_5049_454E_4F53
_VERSION = 1
_RING_MAGIC = 0x5270_4202
_LINE = 128
_FRAME_HEADER = 64
_DTYPES = {1: "f4", 2: "f8", 3: "i2", 4: "i4", 5: "u1", 6: "c8"}

# Bytes from the start of the memory.
_AT = {
    "version": 8, "dtype": 24, "rank": 32, "dims": 40, "rate": 72, "capacity": 80, "stride": 88, "payload": 96,
    "declared": 104, "seats": 112, "ring": 120, "overflow": _LINE + 8, "data_bell": 2 * _LINE, "room_bell": 3 * _LINE,
    "stopped": 4 * _LINE, "attention": 4 * _LINE + 8, "writer": 5 * _LINE, "dropped": 5 * _LINE + 16,
    "guest": 5 * _LINE + 24, "seat": 6 * _LINE,
}  # fmt: skip
# Bytes from the start of a seat.
_SEAT_HOLDER, _SEAT_POLICY, _SEAT_MISSED, _SEAT_READS = 0, 8, 16, 24
# Bytes from the start of the ring, and from the start of one of its seats.
_PUBLISHED, _CLAIMED, _ALIVE, _SEATS = _LINE, _LINE + 8, _LINE + 16, 2 * _LINE
_POSITION, _ASKS, _START, _ACTED = 0, 8, _LINE, _LINE + 8

_LOSSLESS, _LATEST, _RETURNING, _GONE = range(4)
_RELAXED, _ACQUIRE, _RELEASE, _ACQ_REL, _SEQ_CST = 0, 2, 3, 4, 5
_MASK = (1 << 64) - 1
_FUTEX_WAIT, _FUTEX_WAKE, _EVERYBODY = 0, 1, (1 << 31) - 1


class Stopped(Exception):
    """The pipeline stops: end."""


class Full(Exception):
    """Nothing happened within the timeout, or no place is free."""


class _System:
    """Atomic words and sleeping, which Python has not."""

    def __init__(self):
        machine = platform.machine()
        calls = {"x86_64": 202, "aarch64": 98, "riscv64": 98}
        if platform.system() != "Linux" or machine not in calls:
            raise OSError(errno.ENOSYS, f"streams are shared on Linux with 64 bits, not on {platform.system()} {machine}")
        self.futex_call = calls[machine]
        try:
            atomic = ctypes.CDLL("libatomic.so.1")
        except OSError as error:
            raise OSError(errno.ENOENT, "libatomic.so.1 is missing: install libatomic1") from error
        pointer, order = ctypes.c_void_p, ctypes.c_int
        for bits, word in ((4, ctypes.c_uint32), (8, ctypes.c_uint64)):
            self._take(atomic, f"__atomic_load_{bits}", f"load{bits}", word, [pointer, order])
            self._take(atomic, f"__atomic_store_{bits}", f"store{bits}", None, [pointer, word, order])
            self._take(atomic, f"__atomic_fetch_add_{bits}", f"add{bits}", word, [pointer, word, order])
            self._take(atomic, f"__atomic_fetch_or_{bits}", f"or{bits}", word, [pointer, word, order])
            swap = [pointer, ctypes.POINTER(word), word, order, order]
            self._take(atomic, f"__atomic_compare_exchange_{bits}", f"_swap{bits}", ctypes.c_bool, swap)
        self._take(atomic, "atomic_thread_fence", "fence", None, [order])
        self.syscall = ctypes.CDLL(None, use_errno=True).syscall

    def _take(self, library, name, own, result, arguments):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
        setattr(self, own, function)

    def swap4(self, at, old, new):
        return self._swap4(at, ctypes.byref(ctypes.c_uint32(old)), new, _SEQ_CST, _RELAXED)

    def swap8(self, at, old, new):
        return self._swap8(at, ctypes.byref(ctypes.c_uint64(old)), new, _ACQ_REL, _RELAXED)

    def ring_bell(self, at):
        """Wakes all who sleep at this word, if anybody does."""
        self.fence(_SEQ_CST)
        seen = self.load4(at, _RELAXED)
        if seen & 1 and self.swap4(at, seen, (seen + 1) & 0xFFFF_FFFF):
            self.syscall(self.futex_call, ctypes.c_void_p(at), _FUTEX_WAKE, _EVERYBODY, None, None, 0)

    def wait(self, at, deadline, ready):
        """Sleeps at this word until `ready()` says something; None once the clock has reached `deadline`."""
        while True:
            ticket = self.or4(at, 1, _SEQ_CST) | 1
            self.fence(_SEQ_CST)
            result = ready()
            if result is not None:
                return result
            limit = None
            if deadline is not None:
                left = deadline - time.monotonic_ns()
                if left <= 0:
                    return None
                limit = ctypes.byref((ctypes.c_long * 2)(left // 10**9, left % 10**9))
            # Whatever ends it, we look again; an interrupt is raised before that.
            self.syscall(self.futex_call, ctypes.c_void_p(at), _FUTEX_WAIT, ctypes.c_uint32(ticket), limit, None, 0)


_system = None


def _path(name):
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", name):
        raise ValueError(f"{name!r} cannot be exported: a name has 1 to 64 letters, digits, '-', '_' or '.'")
    return Path("/dev/shm") / f"ripieno-{os.getuid()}-{name}"


def exported():
    """The names of all streams that pipelines of this user export on this machine."""
    prefix = f"ripieno-{os.getuid()}-"
    return sorted(path.name[len(prefix) :] for path in Path("/dev/shm").glob(prefix + "*"))


def _started(pid):
    """When a living process started; None for one that is dead."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    state, *fields = stat[stat.rindex(")") + 1 :].split()
    return None if state in "ZXx" else int(fields[18]) & 0xFFFF_FFFF


def _is_alive(holder):
    return _started(holder & 0xFFFF_FFFF) == holder >> 32


def _signed(value):
    value &= _MASK
    return value - (1 << 64) if value >> 63 else value


class _Stream:
    """The memory of a stream, checked, and what both of its ends do."""

    def __init__(self, name):
        global _system
        if _system is None:
            _system = _System()
        self._s = _system
        self.name = name
        try:
            with open(_path(name), "r+b") as file:
                self._map = mmap.mmap(file.fileno(), 0)
        except FileNotFoundError:
            raise FileNotFoundError(errno.ENOENT, "nothing is exported under this name", name) from None
        # Kept, as it is what keeps the address valid. The map is never closed by hand: arrays may still lie in it.
        self._anchor = ctypes.c_char.from_buffer(self._map)
        self._base = ctypes.addressof(self._anchor)
        self._check()

    def _word(self, at):
        return self._s.load8(self._base + at, _RELAXED)

    def _check(self):
        size = len(self._map)
        if size < _AT["seat"] or self._s.load8(self._base, _ACQUIRE) != _MAGIC:
            raise ValueError(f"{self.name!r} holds no stream, or one that is still being made")
        if self._word(_AT["version"]) != _VERSION:
            raise ValueError(f"{self.name!r} is of version {self._word(_AT['version'])}, this file knows {_VERSION}")
        code, rank = self._word(_AT["dtype"]), self._word(_AT["rank"])
        if code not in _DTYPES or rank > 4:
            raise ValueError(f"{self.name!r} has frames of an unknown kind")
        self.dtype = np.dtype(_DTYPES[code])
        self.shape = tuple(self._word(_AT["dims"] + 8 * index) for index in range(rank))
        self.rate = float(np.uint64(self._word(_AT["rate"])).view(np.float64)) or None
        self.capacity, self._seats = self._word(_AT["capacity"]), self._word(_AT["seats"])
        self._declared, self._ring = self._word(_AT["declared"]), self._word(_AT["ring"])
        payload = self.dtype.itemsize
        for dim in self.shape:
            payload *= dim
        stride = _FRAME_HEADER + (payload + 63) // 64 * 64
        seats_end = self._ring + _SEATS + self._seats * 2 * _LINE
        right = (
            0 < payload <= 1 << 30
            and 0 < self.capacity <= 1 << 30
            and self.capacity & (self.capacity - 1) == 0
            and self._declared <= self._seats <= 1 << 12
            and self._seats > 0
            and self._ring % _LINE == 0
            and self._ring >= _AT["seat"]
            and (payload, stride) == (self._word(_AT["payload"]), self._word(_AT["stride"]))
            and seats_end + self.capacity * stride <= size
            and self._s.load4(self._base + self._ring, _ACQUIRE) == _RING_MAGIC
            and self._word(self._ring + 24) == self.capacity
            and self._word(self._ring + 32) == self._seats
        )
        if not right:
            raise ValueError(f"{self.name!r} is damaged: its sizes contradict each other")
        self._seat_bytes = (self._ring - _AT["seat"]) // self._seats
        self._slots = self._base + seats_end
        self._stride = stride
        strides = [self.dtype.itemsize]
        for dim in reversed(self.shape[1:]):
            strides.insert(0, strides[0] * dim)
        self._frames = np.ndarray(
            (self.capacity, *self.shape),
            self.dtype,
            self._map,
            seats_end + _FRAME_HEADER,
            (stride, *strides[: len(self.shape)]),
        )

    def _frame(self, position):
        return self._frames[position & (self.capacity - 1), ...]

    def _slot(self, position):
        return self._slots + (position & (self.capacity - 1)) * self._stride

    def _is_stopped(self):
        return self._word(_AT["stopped"]) != 0

    def _published(self):
        return self._s.load8(self._base + self._ring + _PUBLISHED, _ACQUIRE)

    def _call_attention(self):
        self._s.add8(self._base + _AT["attention"], 1, _RELEASE)
        self._ring_bells()

    def _ring_bells(self):
        self._s.ring_bell(self._base + _AT["room_bell"])
        self._s.ring_bell(self._base + _AT["data_bell"])

    def _claim(self, at):
        """Takes a place that nobody alive has."""
        found = self._s.load8(self._base + at, _ACQUIRE)
        me = os.getpid() | _started(os.getpid()) << 32
        return (found == 0 or not _is_alive(found)) and self._s.swap8(self._base + at, found, me)

    def _leave(self, at):
        self._s.store8(self._base + at, 0, _RELEASE)
        self._call_attention()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if getattr(self, "_open", False):
            self.close()


def _deadline(timeout):
    return None if timeout is None else time.monotonic_ns() + int(timeout * 1e9)


class Reader(_Stream):
    """Reads an exported stream from the next frame on. A lossless one (`latest=False`) holds the writer back and sees every
    frame; with `latest=True` it always gets the newest one and holds nobody back.

    `sequence` and `nanos` (of the monotonic clock) are those of the frame read last, `missed` counts frames that were passed.
    """

    def __init__(self, name, latest=False):
        super().__init__(name)
        self.sequence = self.nanos = self.missed = 0
        self.latest = latest
        self._frames.flags.writeable = False
        self._index = next((index for index in range(self._declared, self._seats) if self._take(index)), None)
        if self._index is None:
            raise Full(f"{name!r} has no seat left for another guest")
        self._open, self._looking = True, False
        at = self._seat_at(self._index)
        for offset, value in ((_SEAT_POLICY, 2 * latest), (_SEAT_MISSED, 0), (_SEAT_READS, 0)):
            self._s.store8(self._base + at + offset, value, _RELAXED)
        self._line = self._base + self._ring + _SEATS + self._index * 2 * _LINE
        self._asks = self._s.load4(self._line + _ASKS, _RELAXED)
        self._head = self._s.load8(self._line + _POSITION, _RELAXED)
        self._joining = True
        self._advance(self._published())
        # Never as lossless first, if it is not to be: the writer would wait for one that may not read.
        self._ask(_LATEST if latest else _RETURNING)
        self._call_attention()

    def _seat_at(self, index):
        return _AT["seat"] + index * self._seat_bytes

    def _take(self, index):
        line = self._base + self._ring + _SEATS + index * 2 * _LINE
        free = self._s.load4(line + _ASKS, _ACQUIRE) & 3 == _GONE
        return free and self._claim(self._seat_at(index) + _SEAT_HOLDER)

    def _ask(self, mode):
        self._asks = ((self._asks & ~3) + 4 & 0xFFFF_FFFF) | mode
        self._s.store4(self._line + _ASKS, self._asks, _RELEASE)

    def _advance(self, position):
        self._head = position & _MASK
        self._s.store8(self._line + _POSITION, self._head, _RELEASE)

    def _lose(self, frames):
        if frames:
            self.missed += frames
            self._s.store8(self._base + self._seat_at(self._index) + _SEAT_MISSED, self.missed, _RELAXED)

    def _settle(self):
        """Goes on once the writer has answered; before that nothing may be read."""
        if not self._joining or self._s.load4(self._line + _ACTED, _ACQUIRE) != self._asks:
            return not self._joining
        self._joining = False
        if self.latest:
            return True
        start = self._s.load8(self._line + _START, _RELAXED)
        self._asks = (self._asks & ~3) | _LOSSLESS
        self._advance(self._head + max(0, _signed(start - self._head)))
        self._s.store4(self._line + _ASKS, self._asks, _RELEASE)
        return True

    def _ready(self):
        """True if there is a frame, False at the end, None if neither yet."""
        if self._is_stopped():
            raise Stopped(self.name)
        # Asked first: then nothing can come in between.
        ended = self._s.load4(self._base + self._ring + _ALIVE, _ACQUIRE) == 0
        if self._settle() and self._published() != self._head:
            return True
        return False if ended else None

    def _await(self, timeout):
        ready = self._ready()
        if ready is None:
            ready = self._s.wait(self._base + _AT["data_bell"], _deadline(timeout), self._ready)
        if ready is None:
            raise TimeoutError(f"no frame of {self.name!r} came within {timeout} s")
        return ready

    def look(self, timeout=None):
        """Waits for the next frame and lends it: a view into the stream, valid until `increment`. None at the end of the stream.
        Of a latest-only reader it is a copy."""
        if not self._await(timeout):
            return None
        if not self.latest:
            slot = self._slot(self._head)
            frame = self._frame(self._head)
        else:
            frame, slot = self._copy_newest()
        self.sequence, self.nanos = slot if self.latest else (self._s.load8(slot, 0), self._s.load8(slot + 8, 0))
        self._looking = True
        return frame

    def _copy_newest(self):
        while True:
            newest = (self._published() - 1) & _MASK
            self._lose(_signed(newest - self._head))
            self._advance(newest)
            slot, frame = self._slot(newest), self._frame(newest).copy()
            stamp = self._s.load8(slot, _RELAXED), self._s.load8(slot + 8, _RELAXED)
            # If anything above was of the next lap, so is the claim.
            self._s.fence(_ACQUIRE)
            claimed = self._s.load8(self._base + self._ring + _CLAIMED, _RELAXED)
            if _signed(claimed - newest) <= self.capacity:
                return frame, stamp

    def increment(self):
        """Passes the frame that was looked at. Views of it must not be used any more."""
        if not self._looking:
            raise ValueError("no frame is being looked at")
        self._looking = False
        self._advance(self._head + 1)
        self._s.ring_bell(self._base + _AT["room_bell"])
        self._s.add8(self._base + self._seat_at(self._index) + _SEAT_READS, 1, _RELAXED)

    def read(self, timeout=None):
        """Waits for the next frame and returns a copy; None at the end of the stream."""
        frame = self.look(timeout)
        if frame is None:
            return None
        frame = frame.copy()
        self.increment()
        return frame

    def read_into(self, out, timeout=None):
        """Waits for the next frame and copies it to `out`; False at the end of the stream."""
        frame = self.look(timeout)
        if frame is None:
            return False
        np.copyto(out, frame, casting="no")
        self.increment()
        return True

    def __iter__(self):
        """Lends each frame until the next turn; ends with the stream, or when its pipeline stops."""
        while True:
            try:
                frame = self.look()
            except Stopped:
                return
            if frame is None:
                return
            yield frame
            if self._looking:
                self.increment()

    def close(self):
        """Takes its hold off the writer."""
        if self._open:
            self._open = False
            self._ask(_GONE)
            self._leave(self._seat_at(self._index) + _SEAT_HOLDER)


class Writer(_Stream):
    """Writes the frames of a stream that a graph declares with `import = "guest:NAME"`. Closing it ends the stream."""

    def __init__(self, name):
        super().__init__(name)
        if self._word(_AT["guest"]) != 1:
            raise PermissionError(f"{name!r} is written by its own pipeline: declare it with import = \"guest:{name}\"")
        if not self._claim(_AT["writer"]):
            raise Full(f"{name!r} has a writer")
        self._open = True
        self.dropped = self._word(_AT["dropped"])
        self._drops = self._word(_AT["overflow"]) == 1
        self._attention = 0
        ring = self._base + self._ring
        self._s.store4(ring + _ALIVE, 1, _RELAXED)
        self._tail = self._limit = self._published()
        claimed = self._s.load8(ring + _CLAIMED, _RELAXED)
        self._claimed = self._tail if _signed(self._tail - claimed) > 0 else claimed
        self._looking = self._words = False
        self._call_attention()

    def _look_at_readers(self):
        """Acts on what readers ask, and finds the slowest that is lossless."""
        used, self._words = 0, False
        # Before any answer: who joins as latest-only checks by it.
        self._s.store8(self._base + self._ring + _CLAIMED, self._claimed, _RELAXED)
        for index in range(self._seats):
            line = self._base + self._ring + _SEATS + index * 2 * _LINE
            asks = self._s.load4(line + _ASKS, _ACQUIRE)
            mode = asks & 3
            if mode in (_LOSSLESS, _RETURNING):
                position = self._s.load8(line + _POSITION, _ACQUIRE)
                start = self._s.load8(line + _START, _RELAXED)
                if mode == _RETURNING and asks != self._s.load4(line + _ACTED, _RELAXED):
                    whole = (self._claimed - position) & _MASK <= self.capacity
                    start = position if whole else self._tail
                if (self._tail - position) & _MASK <= (self._tail - start) & _MASK:
                    start = position
                self._s.store8(line + _START, start, _RELAXED)
                used = max(used, (self._tail - start) & _MASK)
            self._words |= mode in (_LATEST, _RETURNING)
            self._s.store4(line + _ACTED, asks, _RELEASE)
        self._limit = self._tail + max(0, self.capacity - used)

    def _has_room(self):
        if self._is_stopped():
            raise Stopped(self.name)
        attention = self._s.load8(self._base + _AT["attention"], _ACQUIRE)
        if attention != self._attention or self._limit == self._tail:
            self._attention = attention
            self._look_at_readers()
        if self._limit != self._tail:
            return True
        # Who was just answered may be asleep, and no frame follows to wake it.
        self._s.ring_bell(self._base + _AT["data_bell"])
        return None

    def look(self, timeout=None):
        """Waits for room and lends the next frame to be written in place; `increment` publishes it. None if the stream drops
        what has no room."""
        if self._has_room() is None:
            if self._drops:
                self.dropped += 1
                self._s.store8(self._base + _AT["dropped"], self.dropped, _RELAXED)
                return None
            if self._s.wait(self._base + _AT["room_bell"], _deadline(timeout), self._has_room) is None:
                raise TimeoutError(f"no room in {self.name!r} within {timeout} s")
        if _signed(self._tail + 1 - self._claimed) > 0:
            self._claimed = (self._tail + 1) & _MASK
        if self._words:
            self._s.store8(self._base + self._ring + _CLAIMED, self._claimed, _RELAXED)
            self._s.fence(_RELEASE)
        self._looking = True
        return self._frame(self._tail)

    def increment(self, nanos=None):
        """Publishes the frame that was looked at, with this time of the monotonic clock, or now."""
        if not self._looking:
            raise ValueError("no frame is being looked at")
        self._looking = False
        slot = self._slot(self._tail)
        self._s.store8(slot, self._tail, _RELAXED)
        self._s.store8(slot + 8, time.monotonic_ns() if nanos is None else nanos, _RELAXED)
        self._tail = (self._tail + 1) & _MASK
        self._s.store8(self._base + self._ring + _PUBLISHED, self._tail, _RELEASE)
        self._s.ring_bell(self._base + _AT["data_bell"])

    def write(self, frame, nanos=None, timeout=None):
        """Writes an array of the stream's dtype and shape; False if the stream drops what has no room and there was none."""
        frame = np.asarray(frame)
        if frame.dtype != self.dtype or frame.shape != self.shape:
            expected = f"{self.dtype} {self.shape}"
            raise ValueError(f"{self.name!r} has frames of {expected}, not {frame.dtype} {frame.shape}")
        slot = self.look(timeout)
        if slot is None:
            return False
        slot[...] = frame
        self.increment(nanos)
        return True

    def close(self):
        """Ends the stream: readers get what is left."""
        if self._open:
            self._open = False
            self._look_at_readers()
            self._s.store4(self._base + self._ring + _ALIVE, 0, _RELEASE)
            self._leave(_AT["writer"])


def reader(name, latest=False):
    """A `Reader` of the stream exported under `name`."""
    return Reader(name, latest)


def writer(name):
    """The `Writer` of the stream declared with `import = "guest:NAME"`."""
    return Writer(name)
