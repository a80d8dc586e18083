// The picture of a graph, the way through it by arrows, spectra, and which group lies beside another: no browser needed.

import { expect, test } from "@playwright/test";
import { beside, fills, type Box } from "../src/dock/beside.ts";
import { fitting, spectrum } from "../src/views/pipelines/fft.ts";
import { next, picture } from "../src/views/pipelines/layout.ts";
import { wiring, type Reader, type Status, type Stream, type Task } from "../src/views/pipelines/status.ts";

const LATENCY = { p50_us: 0, p99_us: 0, p999_us: 0, max_us: 0, count: 0 };
const reader = (task: string, port = "in"): Reader => ({ task, port, policy: "lossless", behind: 0, missed: 0, latency: LATENCY });
const stream = (name: string, writer: string | null, readers: Reader[]): Stream => ({
  name, writer, readers, spec: { dtype: "f32", shape: [64, 2], rate_hz: null }, frames: 8, fill: 0, published: 0,
  frames_per_sec: 0, bytes_per_sec: 0, dropped: 0, ended: false,
});
const task = (name: string): Task => ({
  name, kind: "gain", state: "running", placement: "thread", pid: 1, frames_in: 0, frames_out: 0, wait_share: 0, cpu: 0,
  rss_bytes: 0, restarts: 0, error: null, notice: null, gauges: {}, params: {},
});
const graph = (streams: Stream[], tasks: string[]): Status => ({
  name: "g", pid: 1, uptime_secs: 0, state: "running", streams, tasks: tasks.map(task), events: [],
});

const FORK = graph([stream("a", "from", [reader("left"), reader("right"), reader("guest", "process 7")]), stream("b", null, [])], ["from", "left", "right"]);

test("a graph flows to the right where there is room, else down, and nothing lies on another", () => {
  for (const room of [2000, 100]) {
    const { nodes, ties, width, height } = picture(FORK, room);
    const at = (name: string) => nodes.find((node) => node.name === name) ?? nodes[0];
    const along = (name: string) => (room > 1000 ? at(name)?.x : at(name)?.y) ?? 0;
    expect(along("from")).toBeLessThan(along("a"));
    expect(along("a")).toBeLessThan(along("left"));
    expect(ties.map(({ reader }) => reader?.task ?? "").sort()).toEqual(["", "left", "right"]);
    for (const one of nodes) {
      expect(one.x + one.width / 2).toBeLessThanOrEqual(width);
      expect(one.y + one.height / 2).toBeLessThanOrEqual(height);
      for (const other of nodes) {
        const apart = Math.abs(one.x - other.x) >= (one.width + other.width) / 2 || Math.abs(one.y - other.y) >= (one.height + other.height) / 2;
        expect(one === other || apart, `${one.name} and ${other.name}`).toBe(true);
      }
    }
  }
});

test("arrows lead through a graph, and no further than its ends", () => {
  const { nodes } = picture(FORK, 2000);
  const from = nodes.find(({ name }) => name === "from");
  if (!from) throw new Error("no block");
  const a = next(nodes, from, "ArrowRight");
  expect(a?.name).toBe("a");
  const end = a && next(nodes, a, "ArrowRight");
  expect(["left", "right"]).toContain(end?.name);
  expect(end && next(nodes, end, "ArrowRight")).toBeUndefined();
  expect(next(nodes, from, "ArrowLeft")).toBeUndefined();
  expect(next(nodes, from, "x")).toBeUndefined();
});

test("guests and figures are no other wiring, readers are", () => {
  const one = graph([stream("a", "from", [reader("left")])], ["from", "left"]);
  const guest = graph([{ ...stream("a", "from", [reader("left"), reader("guest", "process 9")]), fill: 0.5 }], ["from", "left"]);
  expect(wiring(guest)).toBe(wiring(one));
  expect(wiring(graph([stream("a", "from", [reader("left"), reader("left", "side")])], ["from", "left"]))).not.toBe(wiring(one));
});

test("a sine stands in its own bin at its own level", () => {
  for (const [size, bin, level] of [[16, 3, 1], [256, 17, 0.25], [4096, 1000, 0.5]] as const) {
    const found = spectrum(Array.from({ length: size }, (_, n) => level * Math.sin((2 * Math.PI * bin * n) / size)));
    expect(found).toHaveLength(size / 2);
    expect(found[bin]).toBeCloseTo(level, 6);
    // The window spreads it over its neighbours, by half, and nowhere else.
    expect(found[bin + 1]).toBeCloseTo(level / 2, 6);
    const rest = found.filter((_, n) => Math.abs(n - bin) > 1);
    expect(Math.max(...rest)).toBeLessThan(1e-6);
  }
  expect([0, 1, 15, 16, 4095].map(fitting)).toEqual([0, 1, 8, 16, 2048]);
  expect(spectrum([1, 2, 3])).toHaveLength(0);
});

test("beside a group lies what touches it with the longest border", () => {
  const box = (left: number, top: number, right: number, bottom: number): Box => ({ left, top, right, bottom });
  const [from, upper, lower, far] = [box(0, 0, 100, 300), box(101, 0, 200, 100), box(101, 101, 200, 300), box(300, 0, 400, 300)];
  const others = [upper, lower, far];
  const of = (one: Box) => one;
  expect(beside(from, others, of, "right")).toBe(lower);
  expect(beside(upper, [from, lower, far], of, "down")).toBe(lower);
  expect(beside(upper, [from, lower, far], of, "left")).toBe(from);
  expect(beside(from, others, of, "left")).toBeUndefined();
  expect(beside(far, [from, upper, lower], of, "left")).toBeUndefined();
  expect(fills(from, box(0, 0, 400, 300), "left")).toBe(true);
  expect(fills(upper, box(0, 0, 200, 300), "right")).toBe(false);
});
