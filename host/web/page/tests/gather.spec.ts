// Values that come between two frames, without a browser.

import { expect, test } from "@playwright/test";
import type { Tree } from "../src/api/merge.ts";
import { Gathered } from "../src/state/gather.ts";

function start() {
  const target: Tree = { values: { a: { "cc:1": { value: 0, distance: 0.5 } } } };
  const frames: (() => void)[] = [];
  return { target, frames, gathered: new Gathered(target, (work) => frames.push(work)) };
}

test("the newest of each control is taken over with the frame, once", () => {
  const { target, frames, gathered } = start();
  gathered.keep({ values: { a: { "cc:1": { value: 0.1, distance: 0.2 } } } });
  gathered.keep({ values: { a: { "cc:2": { value: 0.7, distance: null } } } });
  gathered.keep({ values: { a: { "cc:1": { value: 0.3, distance: null } }, b: { "cc:1": { value: 1, distance: null } } } });
  expect(target).toEqual({ values: { a: { "cc:1": { value: 0, distance: 0.5 } } } });
  expect(frames).toHaveLength(1);
  frames.shift()?.();
  expect(target).toEqual({ values: { a: { "cc:1": { value: 0.3 }, "cc:2": { value: 0.7 } }, b: { "cc:1": { value: 1 } } } });
  gathered.keep({ values: { a: { "cc:2": { value: 0.8, distance: null } } } });
  expect(frames).toHaveLength(1);
});

test("what was kept comes before what is next, and not after a new state", () => {
  const { target, frames, gathered } = start();
  gathered.keep({ values: { a: { "cc:1": { value: 0.1, distance: null } } } });
  gathered.flush();
  expect(target).toEqual({ values: { a: { "cc:1": { value: 0.1 } } } });
  gathered.keep({ values: { a: { "cc:1": { value: 0.2, distance: null } } } });
  gathered.forget();
  frames.forEach((frame) => frame());
  expect(target).toEqual({ values: { a: { "cc:1": { value: 0.1 } } } });
});
