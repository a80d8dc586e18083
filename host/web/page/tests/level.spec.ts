// A meter rises at once, falls in its own time and keeps its highest for a while; units keep their order when one is moved.

import { expect, test } from "@playwright/test";
import { Channel, decibels, FLOOR_DB, share } from "../src/views/sound/level.ts";
import { moved, nearest } from "../src/views/sound/order.ts";

test("levels are told in decibels above the floor", () => {
  expect(decibels(1)).toBe(0);
  expect(decibels(0.5)).toBeCloseTo(-6.02, 2);
  expect([decibels(0), decibels(1e-9), decibels(-1)]).toEqual([FLOOR_DB, FLOOR_DB, FLOOR_DB]);
  expect([share(0), share(FLOOR_DB), share(6), share(FLOOR_DB / 2)]).toEqual([1, 0, 1, 0.5]);
});

test("a meter falls slowly and its highest stays", () => {
  const channel = new Channel();
  channel.hear(1, 1000);
  expect([channel.level_db, channel.hold_db, channel.isSilent]).toEqual([0, 0, false]);
  channel.fall(1500);
  expect([channel.level_db, channel.hold_db]).toEqual([-12, 0]);
  // What is lower than what is still shown changes nothing.
  channel.hear(0.01, 1500);
  expect(channel.level_db).toBe(-12);
  channel.hear(0.5, 1600);
  expect(channel.level_db).toBeCloseTo(-6.02, 2);
  expect(channel.hold_db).toBe(0);
  for (let now = 1700; now < 8000; now += 20) channel.fall(now);
  expect([channel.level_db, channel.hold_db, channel.isSilent]).toEqual([FLOOR_DB, FLOOR_DB, true]);
});

test("one of a row is moved and nothing is lost", () => {
  const row = ["a", "b", "c", "d"];
  expect(moved(row, 0, 3).join("")).toBe("bcda");
  expect(moved(row, 3, 0).join("")).toBe("dabc");
  expect(moved(row, 1, 1).join("")).toBe("abcd");
  expect(moved(row, 9, 1).join("")).toBe("abcd");
  const box = (left: number, top: number) => ({ left, top, right: left + 10, bottom: top + 10 }) as DOMRect;
  const boxes = [box(0, 0), box(20, 0), box(0, 20)];
  expect([nearest(boxes, 4, 4), nearest(boxes, 100, 3), nearest(boxes, -5, 90)]).toEqual([0, 1, 2]);
});
