// What is left of an arrangement when some of its tabs are gone, without a browser.

import { expect, test } from "@playwright/test";
import type { SerializedDockview } from "dockview";
import { isSaved, prune, VERSION } from "../src/dock/layout.ts";

type Part = { type: "leaf"; data: { id: string; views: string[]; activeView?: string }; size: number } | { type: "branch"; data: Part[]; size: number };

const leaf = (id: string, views: string[], activeView = views[0]): Part => ({
  type: "leaf",
  data: { id, views, ...(activeView === undefined ? {} : { activeView }) },
  size: 100,
});
const branch = (...data: Part[]): Part => ({ type: "branch", data, size: 100 });

function tabs(part: Part): string[] {
  return part.type === "leaf" ? part.data.views : part.data.flatMap(tabs);
}

function dock(root: Part, activeGroup?: string): SerializedDockview {
  const panels = Object.fromEntries(tabs(root).map((id) => [id, { id, contentComponent: id }]));
  const made = { grid: { root, width: 1000, height: 500, orientation: "HORIZONTAL" }, panels, ...(activeGroup ? { activeGroup } : {}) };
  return made as unknown as SerializedDockview;
}

const keep = (...known: string[]) => (tab: string) => known.includes(tab);

test("all that is known stays as it was", () => {
  const saved = dock(branch(leaf("1", ["log"]), branch(leaf("2", ["panel:a", "panel:b"], "panel:b"))), "2");
  expect(prune(saved, () => true)).toEqual(saved);
});

test("a tab that is gone leaves its neighbours, and one of them in front", () => {
  const pruned = prune(dock(branch(leaf("1", ["panel:a", "log"], "panel:a"), leaf("2", ["effects"]))), keep("log", "effects"));
  expect(pruned?.grid.root).toEqual(branch(leaf("1", ["log"], "log"), leaf("2", ["effects"])));
  expect(Object.keys(pruned?.panels ?? {})).toEqual(["log", "effects"]);
});

test("groups and branches that are empty go with their last tab", () => {
  const saved = dock(branch(leaf("1", ["log"]), branch(leaf("2", ["panel:a"]), branch(leaf("3", ["panel:b"])))), "3");
  const pruned = prune(saved, keep("log"));
  expect(pruned?.grid.root).toEqual(branch(leaf("1", ["log"])));
  expect(pruned && "activeGroup" in pruned).toBe(false);
});

test("a root that was one group becomes a branch", () => {
  expect(prune(dock(leaf("1", ["log"])), keep("log"))?.grid.root).toMatchObject({ type: "branch", data: [leaf("1", ["log"])] });
});

test("nothing is left of an arrangement of ghosts", () => {
  expect(prune(dock(branch(leaf("1", ["panel:a"]), branch(leaf("2", ["panel:b"])))), keep())).toBeUndefined();
});

test("a view without its panel is no tab", () => {
  const saved = dock(branch(leaf("1", ["log", "effects"])));
  delete (saved.panels as Record<string, unknown>)["effects"];
  expect(prune(saved, () => true)?.grid.root).toEqual(branch(leaf("1", ["log"])));
});

test("windows of their own are not kept", () => {
  const saved = { ...dock(branch(leaf("1", ["log"]))), floatingGroups: [], popoutGroups: [] };
  expect(Object.keys(prune(saved, () => true) ?? {}).sort()).toEqual(["grid", "panels"]);
});

test("what is not an arrangement of this version is not taken for one", () => {
  const saved = { version: VERSION, dock: dock(leaf("1", ["log"])), closed: [] };
  expect(isSaved(saved)).toBe(true);
  for (const other of [null, undefined, 1, "x", [], {}, { ...saved, version: VERSION + 1 }, { ...saved, dock: null }, { ...saved, closed: {} }]) {
    expect(isSaved(other), JSON.stringify(other)).toBe(false);
  }
});
