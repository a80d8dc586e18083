// The log: grouped, filtered, and at its newest end unless somebody reads further up.

import { expect, test, type Api, type Page } from "./studio.ts";

// Pads that do nothing say so.
const press = async (api: Api, ...notes: number[]) => {
  for (const note of notes) {
    await api("POST", `/api/pads/${note}/press`, {});
    await api("POST", `/api/pads/${note}/release`);
  }
};
const lines = (page: Page) => page.getByRole("log").getByRole("listitem");
/** A request without a token is a warning. */
const knock = (origin: string) => fetch(`${origin}/api/state`);

test.beforeEach(async ({ api }) => {
  await api("POST", "/api/presets", { name: "Empty" });
  await api("POST", "/api/panels", { type: "pad", bank: "B", preset: "Empty", title: "B", activate: true });
});

test("lines that follow each other are one line", async ({ page, api }) => {
  await press(api, 24, 24, 25);
  await expect(lines(page).filter({ hasText: "pad 24" })).toHaveCount(1);
  await expect(lines(page).filter({ hasText: "pad 24" })).toContainText("×2");
  await expect(lines(page).filter({ hasText: "pad 25" })).toHaveCount(1);
  await press(api, 24);
  await expect(lines(page).filter({ hasText: "pad 24" })).toHaveCount(2);
});

test("shows what level and words are asked for, and says levels in words", async ({ page, api, server }) => {
  await press(api, 24, 25);
  await knock(server.origin);
  const warning = lines(page).filter({ hasText: "Warnings" });
  await expect(warning).toHaveCount(1);
  await page.getByRole("combobox", { name: "Levels" }).selectOption("Warnings");
  await expect(lines(page)).toHaveCount(1);
  await page.getByRole("combobox", { name: "Levels" }).selectOption("Information");
  await expect(lines(page)).toHaveCount(2);
  await page.getByRole("searchbox", { name: "Filter by words" }).fill("PAD 25");
  await expect(lines(page)).toHaveCount(1);
  await expect(lines(page)).toContainText("pad 25");
  await page.getByRole("searchbox").fill("nothing like this");
  await expect(lines(page)).toHaveText("Nothing has happened yet");
});

test("follows the newest line unless somebody reads further up", async ({ page, api }) => {
  const log = page.getByRole("log");
  const many = Array.from({ length: 30 }, (_, n) => 24 + (n % 2));
  await press(api, ...many);
  await expect(lines(page)).toHaveCount(30);
  const fromEnd = () => log.evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight);
  await expect.poll(fromEnd).toBeLessThan(2);

  await log.evaluate((list) => (list.scrollTop = 0));
  const follow = page.getByRole("button", { name: "Go to the newest" });
  await expect(follow).toBeVisible();
  await press(api, 26);
  await expect(lines(page)).toHaveCount(31);
  expect(await log.evaluate((list) => list.scrollTop)).toBe(0);

  await follow.click();
  await expect.poll(fromEnd).toBeLessThan(2);
  await expect(follow).toHaveCount(0);
  await press(api, 27);
  await expect(lines(page)).toHaveCount(32);
  await expect.poll(fromEnd).toBeLessThan(2);
});

test("is read by keyboard", async ({ page, api }) => {
  await press(api, ...Array.from({ length: 30 }, (_, n) => 24 + (n % 2)));
  await expect(lines(page)).toHaveCount(30);
  await page.getByRole("searchbox", { name: "Filter by words" }).focus();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("log")).toBeFocused();
  await page.keyboard.press("Home");
  // The browser scrolls there step by step, and would go on after what comes next.
  await expect.poll(() => page.getByRole("log").evaluate((log) => log.scrollTop)).toBe(0);
  await expect(page.getByRole("button", { name: "Go to the newest" })).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Go to the newest" })).toHaveCount(0);
});
