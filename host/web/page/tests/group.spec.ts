// Lines of the log that are one line, without a browser.

import { expect, test } from "@playwright/test";
import type { LogEntry } from "../src/api/types.ts";
import { grouped, textOf } from "../src/views/log/group.ts";

const line = (message: string, rest: Partial<LogEntry> = {}): LogEntry => ({ tag: "fx", message, level: "info", ts: 1, ...rest });
const said = (...entries: LogEntry[]) =>
  grouped(entries.map((entry, number) => [number, entry])).map((group) => [group.number, textOf(group), group.count]);

test("the same again is counted", () => {
  expect(said(line("a"), line("a"), line("a"))).toEqual([[0, "a", 3]]);
});

test("a value that moves is told from its first to its last", () => {
  expect(said(line("gain=1"), line("gain=3"), line("gain=5"))).toEqual([[0, "gain=1 → 5", 3]]);
  expect(said(line("a=b=1"), line("a=b=2"), line("a=c=2"))).toEqual([[0, "a=b=1 → 2", 2], [2, "a=c=2", 1]]);
});

test("what stands between ends a group", () => {
  expect(said(line("a"), line("b"), line("a"))).toEqual([[0, "a", 1], [1, "b", 1], [2, "a", 1]]);
});

test("another tag or level is another line", () => {
  expect(said(line("a"), line("a", { tag: "midi" }), line("a", { tag: "midi", level: "error" }))).toHaveLength(3);
});

test("a group ends with its newest line", () => {
  const [group] = grouped([[7, line("a", { ts: 1 })], [8, line("a", { ts: 9 })]]);
  expect(group).toMatchObject({ number: 7, count: 2, entry: { ts: 1 }, last: { ts: 9 } });
});

test("nothing is nothing", () => {
  expect(grouped([])).toEqual([]);
});
