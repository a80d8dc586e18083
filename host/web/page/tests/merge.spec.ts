// JSON merge patch, without a browser: RFC 7396's own examples, and what the page relies on beyond them.

import { expect, test } from "@playwright/test";
import { mergeInto, type Tree } from "../src/api/merge.ts";

const cases: [before: Tree, patch: Tree, after: Tree][] = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  [{ a: 1 }, { a: { b: null, c: 2 } }, { a: { c: 2 } }],
  [{ a: { b: 1 } }, { a: {} }, { a: { b: 1 } }],
];

for (const [before, patch, after] of cases) {
  test(`${JSON.stringify(before)} and ${JSON.stringify(patch)}`, () => {
    const target = structuredClone(before);
    mergeInto(target, patch);
    expect(target).toEqual(after);
  });
}

test("what does not change keeps its identity", () => {
  const target: Tree = { panels: { a: { title: "A" }, b: { title: "B" } } };
  const panels = target["panels"] as Tree;
  const [a, b] = [panels["a"], panels["b"]];
  mergeInto(target, { panels: { a: { title: "New" } } });
  expect(target["panels"]).toBe(panels);
  expect(panels["a"]).toBe(a);
  expect(panels["b"]).toBe(b);
  expect(a).toEqual({ title: "New" });
});

test("a patch is not part of what it made", () => {
  const patch = { panels: { a: { title: "A" } } };
  const target: Tree = {};
  mergeInto(target, patch);
  mergeInto(target, { panels: { a: { title: "B" } } });
  expect(patch).toEqual({ panels: { a: { title: "A" } } });
});

test("names of objects' own things are names like any other", () => {
  const target: Tree = {};
  mergeInto(target, JSON.parse('{"__proto__": {"seen": true}, "constructor": 1, "hasOwnProperty": 2}') as Tree);
  expect(Object.keys(target).sort()).toEqual(["__proto__", "constructor", "hasOwnProperty"]);
  expect(({} as { seen?: boolean }).seen).toBeUndefined();
  mergeInto(target, { toString: { deep: 1 } });
  expect(target["toString"]).toEqual({ deep: 1 });
});
