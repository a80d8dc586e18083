// Values that come between two frames, without a browser.

import { expect, test } from "@playwright/test";
import { Readings } from "../src/state/readings.ts";

function start() {
  const frames: (() => void)[] = [];
  const readings = new Readings((work) => frames.push(work));
  const told: string[] = [];
  for (const [preset, control] of [["a", "cc:1"], ["a", "cc:2"], ["b", "cc:1"]] as const) {
    readings.watch(preset, control, () => told.push(`${preset} ${control} ${readings.of(preset, control)?.value}`));
  }
  return { readings, frames, told };
}

test("who looks at a control is told the newest with the frame, once", () => {
  const { readings, frames, told } = start();
  readings.merge({ a: { "cc:1": { value: 0.1, distance: 0.2 } } });
  readings.merge({ a: { "cc:2": { value: 0.7, distance: null } } });
  readings.merge({ a: { "cc:1": { value: 0.3, distance: null } }, c: { "cc:9": { value: 1 } } });
  expect(readings.of("a", "cc:1")).toEqual({ value: 0.3 });
  expect(readings.of("c", "cc:9")).toEqual({ value: 1 });
  expect(told).toEqual([]);
  expect(frames).toHaveLength(1);
  frames.shift()?.();
  expect(told).toEqual(["a cc:1 0.3", "a cc:2 0.7"]);
  readings.merge({ b: { "cc:1": { value: 0.5, distance: -0.5 } } });
  expect(frames).toHaveLength(1);
  frames.shift()?.();
  expect(told.slice(2)).toEqual(["b cc:1 0.5"]);
});

test("what a patch does not name stays, and null is gone", () => {
  const { readings } = start();
  readings.merge({ a: { "cc:1": { value: 0.1, distance: 0.2 }, "cc:2": { value: 1 } }, b: { "cc:1": { value: 1 } } });
  readings.merge({ a: { "cc:1": { value: 0.4 } } });
  expect(readings.of("a", "cc:1")).toEqual({ value: 0.4, distance: 0.2 });
  readings.merge({ a: { "cc:1": { distance: null }, "cc:2": null }, b: null });
  expect(readings.of("a", "cc:1")).toEqual({ value: 0.4 });
  expect(readings.of("a", "cc:2")).toBeUndefined();
  expect(readings.of("b", "cc:1")).toBeUndefined();
});

test("a new state leaves nothing of the old one, and whoever looked still looks", () => {
  const { readings, frames, told } = start();
  readings.merge({ a: { "cc:1": { value: 0.1, distance: 0.2 }, "cc:2": { value: 1 } } });
  readings.replace({ a: { "cc:1": { value: 0.6 } } });
  expect(readings.of("a", "cc:1")).toEqual({ value: 0.6 });
  expect(readings.of("a", "cc:2")).toBeUndefined();
  frames.forEach((frame) => frame());
  expect(told).toEqual(["a cc:1 0.6", "a cc:2 undefined", "b cc:1 undefined"]);
});

test("who looks no longer is told nothing, and names are only names", () => {
  const { readings, frames } = start();
  let heard = 0;
  const leave = readings.watch("__proto__", "constructor", () => (heard += 1));
  readings.merge(JSON.parse('{"__proto__": {"constructor": {"value": 0.5}}}'));
  frames.shift()?.();
  expect(heard).toBe(1);
  expect(readings.of("__proto__", "constructor")).toEqual({ value: 0.5 });
  leave();
  readings.merge(JSON.parse('{"__proto__": {"constructor": {"value": 0.6}}}'));
  frames.shift()?.();
  expect(heard).toBe(1);
});
