// What lies around the dock: menus, palette, undo and redo, language, light and dark.

import type { Studio } from "../src/api/types.ts";
import { expect, openView, reload, test, type Api } from "./studio.ts";
import { VIEWS } from "./views.ts";

const panelsOf = async (api: Api) => Object.values((await api<Studio>("GET", "/api/state")).panels);

test("opens with a tab for each of the starter's panels", async ({ page, api }) => {
  const panels = await panelsOf(api);
  expect(panels.length).toBeGreaterThan(0);
  for (const { title } of panels) await expect(page.getByRole("tab", { name: title })).toBeVisible();
  await expect(page).toHaveTitle("Ripieno");
});

test("menus by mouse: a new panel comes with its tab", async ({ page, api }) => {
  const before = await panelsOf(api);
  await page.getByRole("menuitem", { name: "Controls" }).click();
  await page.getByRole("menuitem", { name: "Add a knob panel" }).click();
  await expect(page.getByRole("menu")).toHaveCount(0);
  await expect.poll(async () => (await panelsOf(api)).length).toBe(before.length + 1);
  const made = (await panelsOf(api)).find(({ instanceId }) => !before.some((one) => one.instanceId === instanceId));
  await expect(page.getByRole("tab", { name: made?.title ?? "", selected: true })).toBeVisible();
});

test("menus by mouse: a menu in a menu, and away from it", async ({ page }) => {
  await page.getByRole("menuitem", { name: "Settings" }).click();
  await page.getByRole("menuitem", { name: "Language" }).click();
  await expect(page.getByRole("menuitem", { name: "Italiano" })).toBeVisible();
  await page.getByRole("heading", { name: "Ripieno" }).click();
  await expect(page.getByRole("menu")).toHaveCount(0);
});

test("menus by keyboard", async ({ page, api }) => {
  const before = await panelsOf(api);
  const focused = page.locator(":focus");
  await page.keyboard.press("Tab");
  await expect(focused).toHaveText("Controls");
  await page.keyboard.press("ArrowLeft");
  await expect(focused).toHaveText("Log");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await expect(focused).toHaveText("Add a pad panel");
  await page.keyboard.press("ArrowUp");
  await expect(focused).toHaveText("Controller");
  await page.keyboard.press("Home");
  await expect(focused).toHaveText("Add a pad panel");
  // The bar's next menu is open as this one was.
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("menu", { name: "Sound" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
  await expect(focused).toHaveText("Sound");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  // By its first letter, into it and back.
  await page.keyboard.press("o");
  await expect(focused).toHaveText("Open");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("menu", { name: "Open" })).toBeVisible();
  await page.keyboard.press("ArrowLeft");
  await expect(focused).toHaveText("Open");
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await panelsOf(api)).length).toBe(before.length + 1);
});

test("the palette finds every command, and runs it", async ({ page }) => {
  await page.getByRole("button", { name: "Commands" }).click();
  const search = page.getByRole("combobox", { name: "Type a command" });
  await expect(search).toBeFocused();
  for (const view of VIEWS) await expect(page.getByRole("option", { name: new RegExp(`› ${view}$`) })).toHaveCount(1);
  const found = page.getByRole("dialog").getByRole("option");
  await search.fill("no such thing");
  await expect(found).toHaveCount(0);
  await expect(page.getByText("No such command")).toBeVisible();
  await search.fill("sound audio");
  await expect(found).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("tab", { name: "Audio", selected: true })).toBeVisible();
});

test("the palette by keyboard: arrows choose, Escape gives the focus back", async ({ page }) => {
  await page.getByRole("menuitem", { name: "Controls" }).focus();
  await page.keyboard.press("Control+k");
  const search = page.getByRole("combobox", { name: "Type a command" });
  await search.fill("add");
  const chosen = page.getByRole("dialog").getByRole("option", { selected: true });
  await expect(chosen).toContainText("Add a pad panel");
  await page.keyboard.press("ArrowDown");
  await expect(chosen).toContainText("Add a knob panel");
  await expect(search).toHaveAttribute("aria-activedescendant", (await chosen.getAttribute("id")) ?? "none");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("menuitem", { name: "Controls" })).toBeFocused();
});

test("undo and redo, by button and by keyboard", async ({ page, api }) => {
  const [undo, redo] = [page.getByRole("button", { name: "Undo" }), page.getByRole("button", { name: "Redo" })];
  await expect(undo).toBeDisabled();
  await expect(redo).toBeDisabled();
  await api("DELETE", "/api/panels/knobPanel-1");
  const tab = page.getByRole("tab", { name: "Knob Panel A" });
  await expect(tab).toHaveCount(0);
  await undo.click();
  await expect(tab).toHaveCount(1);
  await expect(redo).toBeEnabled();
  await page.keyboard.press("Control+Shift+Z");
  await expect(tab).toHaveCount(0);
  await page.keyboard.press("Control+z");
  await expect(tab).toHaveCount(1);
});

test("what is undone in a field is the field's", async ({ page, api }) => {
  await api("DELETE", "/api/panels/knobPanel-1");
  await expect(page.getByRole("button", { name: "Undo" })).toBeEnabled();
  await page.getByRole("searchbox", { name: "Filter by words" }).pressSequentially("abc");
  await page.keyboard.press("Control+z");
  await expect(page.getByRole("tab", { name: "Knob Panel A" })).toHaveCount(0);
});

test("speaks the chosen language, and keeps it", async ({ page }) => {
  await page.getByRole("menuitem", { name: "Settings" }).click();
  await page.getByRole("menuitem", { name: "Language" }).click();
  await page.getByRole("menuitem", { name: "Italiano" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "it");
  await expect(page.getByRole("tab", { name: "Proprietà" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: "Impostazioni" })).toBeVisible();
  await reload(page);
  await expect(page.getByRole("tab", { name: "Proprietà" })).toBeVisible();
});

test.describe("in a browser that wishes Italian", () => {
  test.use({ locale: "it-IT" });
  test("speaks it at once", async ({ page }) => {
    await expect(page.getByRole("tab", { name: "Proprietà" })).toBeVisible();
  });
});

test("follows the system's light and dark", async ({ page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const lightness = async () => Math.max(...((await ground()).match(/[\d.]+/g) ?? []).slice(0, 3).map(Number));
  expect(await lightness()).toBeGreaterThan(200);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await lightness()).toBeLessThan(60);
});

test("every view opens and is named", async ({ page }) => {
  for (const view of VIEWS) {
    await openView(page, view);
    await expect(page.getByRole("tabpanel", { name: view }).getByRole("region").first()).toBeVisible();
  }
});
