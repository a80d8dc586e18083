// Times as people write them.

import { expect, test } from "@playwright/test";
import { clock, seconds } from "../src/views/stems/time.ts";

test("times are shown as people write them", () => {
  const shown: [number, number, string][] = [
    [0, 3, "0:00.000"],
    [62.345, 3, "1:02.345"],
    [3599.9996, 3, "1:00:00.000"],
    [3725, 0, "1:02:05"],
    [59.6, 0, "1:00"],
    [-1, 1, "0:00.0"],
  ];
  for (const [value, decimals, text] of shown) expect(clock(value, decimals), `${value}`).toBe(text);
});

test("what is shown is read as it was", () => {
  for (const value of [0, 0.001, 59.999, 60, 61.5, 3600, 86_399.25]) expect(seconds(clock(value))).toBeCloseTo(value, 6);
});

test("times are read as people write them, and nothing else", () => {
  const read: [string, number][] = [["62.3", 62.3], ["62,3", 62.3], [" 1:02.3 ", 62.3], ["1:00:02", 3602], ["5.", 5]];
  for (const [text, value] of read) expect(seconds(text), text).toBeCloseTo(value, 6);
  for (const text of ["", "x", "-1", "1:", "1::2", "1:2:3:4", "1e3", "Infinity", "0x10"]) expect(seconds(text), text).toBeUndefined();
});
