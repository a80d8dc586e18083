// The dock: tabs are dragged, split and closed, as they were left, on the server.

import type { Studio } from "../src/api/types.ts";
import { isSaved, type Saved } from "../src/dock/layout.ts";
import { closeTab, connected, expect, reload, run, test, type Api, type Page } from "./studio.ts";

const tab = (page: Page, name: string) => page.getByRole("tab", { name });
/** The group that a tab is in. */
const groupOf = (page: Page, name: string) => page.getByRole("tablist").filter({ has: tab(page, name) });
const contentOf = (page: Page, name: string) => page.getByRole("tabpanel", { name });

async function savedOn(api: Api): Promise<Saved | undefined> {
  const { settings } = await api<Studio>("GET", "/api/state");
  return isSaved(settings.ui_layout) ? settings.ui_layout : undefined;
}

type Part = { type: "leaf"; data: { views: string[] } } | { type: "branch"; data: Part[] };

/** The tabs of each group that the server knows of, in order. */
async function groups(api: Api): Promise<string[][]> {
  const flat = (part: Part): string[][] => (part.type === "leaf" ? [part.data.views] : part.data.flatMap(flat));
  const saved = await savedOn(api);
  return saved ? flat(saved.dock.grid.root as unknown as Part) : [];
}

async function drag(page: Page, name: string, to: { x: number; y: number }): Promise<void> {
  const from = await tab(page, name).boundingBox();
  if (!from) throw new Error(`no tab ${name}`);
  await page.mouse.move(from.x + 20, from.y + from.height / 2);
  await page.mouse.down();
  // Over the place twice: the first move begins the drag.
  await page.mouse.move(from.x + 30, from.y + from.height / 2 + 10, { steps: 3 });
  await page.mouse.move(to.x, to.y, { steps: 8 });
  await page.mouse.up();
}

async function edge(page: Page, name: string, across: number, down: number): Promise<{ x: number; y: number }> {
  const box = await contentOf(page, name).boundingBox();
  if (!box) throw new Error(`no tab ${name} is shown`);
  return { x: box.x + across * box.width, y: box.y + down * box.height };
}

test("a tab dragged to an edge splits it, and stays there", async ({ page, api }) => {
  await expect(groupOf(page, "Effects").getByRole("tab")).toHaveCount(2);
  await drag(page, "Effects", await edge(page, "Pad Panel A", 0.95, 0.5));
  await expect(groupOf(page, "Effects").getByRole("tab")).toHaveCount(1);
  await expect.poll(() => groups(api)).toContainEqual(["effects"]);
  await reload(page);
  await expect(groupOf(page, "Effects").getByRole("tab")).toHaveCount(1);
  const [pads, effects] = [await contentOf(page, "Pad Panel A").boundingBox(), await contentOf(page, "Effects").boundingBox()];
  expect(effects?.x).toBeGreaterThan(pads?.x ?? 0);
  expect(effects?.y).toBe(pads?.y);
});

test("a tab dragged onto others joins them, and stays there", async ({ page, api }) => {
  const at = await groupOf(page, "Properties").boundingBox();
  if (!at) throw new Error("no properties");
  await drag(page, "Log", { x: at.x + 20, y: at.y + at.height / 2 });
  await expect(groupOf(page, "Log").getByRole("tab")).toHaveCount(3);
  await expect.poll(async () => (await groups(api)).find((views) => views.includes("log"))?.length).toBe(3);
  await reload(page);
  await expect(groupOf(page, "Log").getByRole("tab")).toHaveCount(3);
});

test("a closed tab stays closed until everything is put back", async ({ page, api }) => {
  await closeTab(page, "Pad Panel A");
  await expect.poll(async () => (await savedOn(api))?.closed).toEqual(["panel:padPanel-1"]);
  await reload(page);
  await expect(tab(page, "Knob Panel A")).toBeVisible();
  await expect(tab(page, "Pad Panel A")).toHaveCount(0);
  // The panel itself is still there.
  expect(Object.keys((await api<Studio>("GET", "/api/state")).panels)).toContain("padPanel-1");

  await page.getByRole("menuitem", { name: "Settings" }).click();
  await page.getByRole("menuitem", { name: "Arrangement" }).click();
  await page.getByRole("menuitem", { name: "Reset the arrangement" }).click();
  await expect(tab(page, "Pad Panel A")).toBeVisible();
  await expect(page.getByText("The arrangement is as it was at first")).toBeVisible();
  await expect.poll(async () => (await savedOn(api))?.closed).toEqual([]);
});

test("a view that is closed opens again from its menu, with the focus in it", async ({ page }) => {
  await closeTab(page, "Log");
  await page.getByRole("menuitem", { name: "Log" }).click();
  await page.getByRole("menu").getByRole("menuitem", { name: "Log" }).click();
  await expect(tab(page, "Log")).toHaveAttribute("aria-selected", "true");
  await expect(contentOf(page, "Log").locator(":focus")).toBeVisible();
});

test("panels that are gone are skipped, and leave no ghost", async ({ page, api, tab: open }) => {
  await drag(page, "Effects", await edge(page, "Pad Panel A", 0.95, 0.5));
  await expect.poll(() => savedOn(api)).toBeDefined();
  await page.close();
  await api("DELETE", "/api/panels/padPanel-1");
  const again = await open();
  await connected(again);
  await expect(tab(again, "Effects")).toBeVisible();
  await expect(tab(again, "Knob Panel A")).toBeVisible();
  await expect(tab(again, "Pad Panel A")).toHaveCount(0);
  await expect(again.getByRole("tab", { name: /padPanel/ })).toHaveCount(0);
});

test("what is no arrangement at all is as if there were none", async ({ page, api }) => {
  const odd = { version: 1, dock: { grid: { root: { type: "branch", data: [{ type: "leaf", data: { views: ["log"], id: "1" } }] } }, panels: { log: {} } }, closed: [] };
  for (const value of [{ version: 99 }, "nothing", odd]) {
    await api("PUT", "/api/settings/ui_layout", { value });
    await reload(page);
    await expect(tab(page, "Knob Panel A")).toBeVisible();
  }
});

test("panels of another client come and go with their tabs", async ({ page, api }) => {
  const made = await api<{ instanceId: string }>("POST", "/api/panels", { type: "knob", title: "From afar" });
  await expect(tab(page, "From afar")).toHaveCount(1);
  await expect(groupOf(page, "From afar").getByRole("tab", { name: "Knob Panel A" })).toHaveCount(1);
  await api("PATCH", `/api/panels/${made.instanceId}`, { title: "Renamed" });
  await expect(tab(page, "Renamed")).toHaveCount(1);
  await expect(tab(page, "From afar")).toHaveCount(0);
  await api("DELETE", `/api/panels/${made.instanceId}`);
  await expect(tab(page, "Renamed")).toHaveCount(0);
  await api("POST", "/api/undo");
  await expect(tab(page, "Renamed")).toHaveCount(1);
});

test("a tab is moved, closed and opened by keyboard alone", async ({ page, api }) => {
  await run(page, "sound effects");
  await run(page, "move left");
  await expect(groupOf(page, "Effects").getByRole("tab")).toHaveCount(1);
  await expect.poll(() => groups(api)).toContainEqual(["effects"]);
  await run(page, "move right");
  await expect(groupOf(page, "Effects").getByRole("tab")).toHaveCount(2);
  await run(page, "move down");
  await expect(groupOf(page, "Effects").getByRole("tab")).toHaveCount(1);
  await tab(page, "Effects").focus();
  await page.keyboard.press("Delete");
  await expect(tab(page, "Effects")).toHaveCount(0);
  await expect.poll(async () => (await savedOn(api))?.closed).toEqual(["effects"]);
});

test("a closed tab gives the focus to its neighbour", async ({ page }) => {
  await tab(page, "Properties").press("Delete");
  await expect(tab(page, "Effects")).toBeFocused();
  await page.keyboard.press("Delete");
  await expect(tab(page, "Effects")).toHaveCount(0);
  await expect(page.getByRole("tab").and(page.locator(":focus"))).toHaveCount(1);
});

test("the last tab can be closed, and the menu still opens others", async ({ page }) => {
  for (const name of ["Pad Panel A", "Knob Panel A", "Piano (Play)", "Log", "Properties", "Effects"]) {
    await closeTab(page, name);
  }
  await expect(page.getByRole("tab")).toHaveCount(0);
  await expect(page.getByText("Nothing is open. The menu opens panels and views.")).toBeVisible();
  await reload(page);
});
