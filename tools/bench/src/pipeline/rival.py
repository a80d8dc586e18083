"""PYTHUSA's side of the benchmark, by its public interface alone.

    pythusa.py pass BYTES FRAMES REFRESH     frames from one task to another; prints seconds for each frame
    pythusa.py fft GENERATORS ROWS SECONDS   generators -> rfft -> count, readers lossless; prints transforms a second
"""

import os
import sys
import time
from functools import partial

import numpy as np
import pythusa

CHANNELS = 7
BANK = 64
WARM_UP = 64


def write_frames(out, there, elements, frames):
    # Without it the reader may miss the start, or the writer may end with an assertion.
    there.wait()
    frame = np.zeros(elements, dtype=np.float32)
    for number in range(frames + WARM_UP):
        frame[0] = number
        while not out.write(frame):
            pass


def read_frames(source, there, elements, frames, path):
    there.signal()
    frame = np.empty(elements, dtype=np.float32)
    for _ in range(WARM_UP):
        while not source.read_into(frame):
            pass
    start = time.perf_counter()
    for _ in range(frames):
        while not source.read_into(frame):
            pass
    report(path, (time.perf_counter() - start) / frames)


def generate(out, there, rows, seed):
    random = np.random.default_rng(seed)
    bank = random.standard_normal((BANK, CHANNELS, rows))
    number = 0
    there.wait()
    while True:
        while not out.write(bank[number % BANK]):
            time.sleep(0.0001)
        number += 1


def transform(source, there, out, rows):
    there.signal()
    frame = np.empty((CHANNELS, rows))
    count = 0
    stats = np.zeros(2)
    next_report = time.perf_counter()
    while True:
        while not source.read_into(frame):
            time.sleep(0.0001)
        spectrum = np.fft.rfft(frame, axis=-1)
        count += CHANNELS
        now = time.perf_counter()
        if now >= next_report:
            stats[0] = count
            stats[1] = abs(spectrum[0, 1])
            out.write(stats)
            next_report = now + 0.25


def collect(path, seconds, **sources):
    stats = np.zeros(2)
    first = {}
    last = {}
    while True:
        for name, source in sources.items():
            if source.read_into(stats):
                at = time.perf_counter()
                first.setdefault(name, (at, stats[0]))
                last[name] = (at, stats[0])
        if len(first) == len(sources) and all(last[n][0] - first[n][0] >= seconds for n in sources):
            rates = ((last[n][1] - first[n][1]) / (last[n][0] - first[n][0]) for n in sources)
            report(path, sum(rates))
            return
        time.sleep(0.01)


def report(path, figure):
    with open(path, "w") as file:
        file.write(repr(float(figure)))


def frame_pipeline(path, size, frames, refresh):
    elements = size // 4
    pipe = pythusa.Pipeline("pass")
    stream = f"pass-{os.getpid()}"
    pipe.add_stream(stream, shape=(elements,), dtype=np.float32, min_reader_pos_refresh_interval=refresh)
    pipe.add_event("there")
    write = partial(write_frames, elements=elements, frames=frames)
    read = partial(read_frames, elements=elements, frames=frames, path=path)
    pipe.add_task("write", fn=write, writes={"out": stream}, events={"there": "there"})
    pipe.add_task("read", fn=read, reads={"source": stream}, events={"there": "there"})
    run(pipe, path)


def fft_pipeline(path, generators, rows, seconds):
    pipe = pythusa.Pipeline("fft")
    sources = {}
    for number in range(generators):
        signal, counted = f"signal{number}-{os.getpid()}", f"stats{number}-{os.getpid()}"
        pipe.add_stream(signal, shape=(CHANNELS, rows), dtype=np.float64)
        pipe.add_stream(counted, shape=(2,), dtype=np.float64)
        there = f"there{number}"
        pipe.add_event(there)
        make = partial(generate, rows=rows, seed=number)
        pipe.add_task(f"generate{number}", fn=make, writes={"out": signal}, events={"there": there})
        reads, writes = {"source": signal}, {"out": counted}
        work = partial(transform, rows=rows)
        pipe.add_task(f"rfft{number}", fn=work, reads=reads, writes=writes, events={"there": there})
        sources[f"s{number}"] = counted
    pipe.add_task("collect", fn=partial(collect, path, seconds), reads=sources)
    run(pipe, path)


def run(pipe, path, limit=30):
    """Until the figure is there: tasks that fail are not told of, and others wait for them for ever."""
    pipe.start()
    deadline = time.monotonic() + limit
    while not open(path).read() and time.monotonic() < deadline:
        time.sleep(0.05)
    pipe.stop()
    pipe.close()


def main():
    path, what, *arguments = sys.argv[1:]
    open(path, "w").close()
    if what == "pass":
        frame_pipeline(path, *(int(a) for a in arguments))
    else:
        fft_pipeline(path, int(arguments[0]), int(arguments[1]), float(arguments[2]))


if __name__ == "__main__":
    main()
