// A connection that is lost and comes again, and several tabs on one studio.

import { readFile, writeFile } from "node:fs/promises";
import type { BrowserContext, Page } from "@playwright/test";
import type { Studio } from "../src/api/types.ts";
import { isSaved } from "../src/dock/layout.ts";
import { closeTab, connected, expect, test, type Api } from "./studio.ts";

const LOST = "Connection lost. Trying again";
const banner = (page: Page) => page.getByRole("alert").filter({ hasText: LOST });

/** Counts what each page asks the server to keep. */
function savesIn(context: BrowserContext): Map<Page, number> {
  const saves = new Map<Page, number>();
  context.on("page", (page) => {
    saves.set(page, 0);
    page.on("websocket", (socket) =>
      socket.on("framesent", ({ payload }) => {
        if (String(payload).includes("/api/settings/ui_layout")) saves.set(page, (saves.get(page) ?? 0) + 1);
      }),
    );
  });
  return saves;
}

async function closedOn(api: Api): Promise<string[] | undefined> {
  const { ui_layout } = (await api<Studio>("GET", "/api/state")).settings;
  return isSaved(ui_layout) ? ui_layout.closed : undefined;
}

test("says that the connection is lost, and comes back by itself", async ({ page, server, api, faults }) => {
  faults.bear(/WebSocket connection .* failed/);
  await server.kill();
  await expect(banner(page)).toBeVisible();
  // What was there is still to be seen.
  await expect(page.getByRole("tab", { name: "Pad Panel A" })).toBeVisible();
  await server.start();
  await expect(banner(page)).toHaveCount(0);
  await connected(page);
  await api("PATCH", "/api/panels/padPanel-1", { title: "Heard again" });
  await expect(page.getByRole("tab", { name: "Heard again" })).toBeVisible();
});

test("nothing of the old state haunts the new one", async ({ page, server, api, studio, faults }) => {
  faults.bear(/WebSocket connection .* failed/);
  await api("POST", "/api/panels", { type: "pad", title: "Was there" });
  await expect(page.getByRole("tab", { name: "Was there" })).toBeVisible();
  await server.stop();
  await expect(banner(page)).toBeVisible();
  // Somebody else has worked on the studio meanwhile.
  const text = await readFile(studio, "utf8");
  await writeFile(studio, text.replaceAll("Was there", "Came instead").replaceAll('"padPanel-1"', '"padPanel-9"'));
  await server.start();
  await expect(banner(page)).toHaveCount(0);
  await expect(page.getByRole("tab", { name: "Came instead" })).toHaveCount(1);
  await expect(page.getByRole("tab", { name: "Was there" })).toHaveCount(0);
  const { panels } = await api<Studio>("GET", "/api/state");
  await expect(page.getByRole("tab", { name: /Panel|Piano|Came/ })).toHaveCount(Object.keys(panels).length);
});

test("what is asked meanwhile is refused, and said", async ({ page, server, faults }) => {
  faults.bear(/WebSocket connection .* failed/);
  await server.kill();
  await expect(banner(page)).toBeVisible();
  await page.getByRole("button", { name: /^Panic/ }).click();
  const toast = page.getByRole("region", { name: "Notifications" }).getByRole("listitem");
  await expect(toast).toContainText("the connection is lost");
  await toast.getByRole("button", { name: "Put away" }).click();
  await expect(toast).toHaveCount(0);
});

test("a page that is opened while the server is away waits for it", async ({ page }) => {
  let isAway = true;
  await page.routeWebSocket("**/ws", (socket) => void (isAway ? socket.close() : socket.connectToServer()));
  await page.reload();
  await expect(banner(page)).toBeVisible();
  await expect(page.getByRole("tab")).toHaveCount(0);
  isAway = false;
  await connected(page);
  await expect(banner(page)).toHaveCount(0);
});

test("two tabs never fight: only the one that is worked in keeps the arrangement", async ({ context, tab, api }) => {
  const saves = savesIn(context);
  const [one, other] = [await tab(), await tab()];
  await connected(one);
  await connected(other);

  await one.bringToFront();
  await closeTab(one, "Log");
  await expect.poll(() => closedOn(api)).toEqual(["log"]);
  expect(saves.get(other)).toBe(0);
  // The other tab's own arrangement is left alone.
  await expect(other.getByRole("tab", { name: "Log" })).toBeVisible();

  const before = saves.get(one);
  await other.bringToFront();
  await closeTab(other, "Properties");
  await expect.poll(() => closedOn(api)).toEqual(["properties"]);
  // What both of them do by themselves, one of them keeps.
  const { instanceId } = await api<{ instanceId: string }>("POST", "/api/panels", { type: "knob", title: "For both" });
  for (const page of [one, other]) await expect(page.getByRole("tab", { name: "For both" })).toBeVisible();
  await closeTab(other, "For both");
  await expect.poll(() => closedOn(api)).toEqual(["properties", `panel:${instanceId}`]);
  expect(saves.get(one)).toBe(before);
});

test("both tabs show what either of them does", async ({ tab }) => {
  const [one, other] = [await tab(), await tab()];
  await connected(one);
  await connected(other);
  await one.getByRole("menuitem", { name: "Controls" }).click();
  await one.getByRole("menuitem", { name: "Add a piano panel" }).click();
  await expect(one.getByRole("tab", { name: /^Piano/ })).toHaveCount(2);
  await expect(other.getByRole("tab", { name: /^Piano/ })).toHaveCount(2);
  await other.getByRole("button", { name: "Undo" }).click();
  await expect(one.getByRole("tab", { name: /^Piano/ })).toHaveCount(1);
});
