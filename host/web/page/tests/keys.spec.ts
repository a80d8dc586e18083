// The dock by keyboard: from group to group, tabs to every side, nothing taken from fields, and all of it said.

import { expect, run, test, type Page } from "./studio.ts";

const tab = (page: Page, name: string) => page.getByRole("tab", { name, exact: true });
const groupOf = (page: Page, name: string) => page.getByRole("tablist").filter({ has: tab(page, name) });
const said = (page: Page) => page.locator("main + [role=status]");

async function place(page: Page, name: string): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.getByRole("tabpanel", { name, exact: true }).boundingBox();
  if (!box) throw new Error(`${name} is not shown`);
  return box;
}

test("F6 goes through all groups as they are read, and back", async ({ page }) => {
  const order = ["Pad Panel A", "Properties", "Knob Panel A", "Piano (Play)", "Log", "Pad Panel A"];
  for (const name of order) {
    await page.keyboard.press("F6");
    await expect(tab(page, name)).toBeFocused();
  }
  await page.keyboard.press("Shift+F6");
  await expect(tab(page, "Log")).toBeFocused();
});

test("a tab goes out of its group, into the next one and to the edge", async ({ page }) => {
  await tab(page, "Properties").focus();
  await page.keyboard.press("Control+Alt+ArrowLeft");
  await expect(groupOf(page, "Properties").getByRole("tab")).toHaveCount(1);
  await expect(tab(page, "Properties")).toBeFocused();
  await expect(said(page)).toHaveText("Properties is now a group on the left");
  expect((await place(page, "Properties")).x).toBeLessThan((await place(page, "Effects")).x);

  await page.keyboard.press("Control+Alt+ArrowRight");
  await expect(groupOf(page, "Properties").getByRole("tab")).toHaveCount(2);
  await expect(said(page)).toHaveText("Properties is now beside Effects, in one group");

  await tab(page, "Knob Panel A").focus();
  await run(page, "move left");
  expect((await place(page, "Knob Panel A")).x).toBeLessThan((await place(page, "Pad Panel A")).x);
  await page.keyboard.press("Control+Alt+ArrowLeft");
  await expect(said(page)).toHaveText("Knob Panel A cannot go further that way");
});

test("tabs change their order, and groups their size", async ({ page }) => {
  await tab(page, "Properties").press("Control+Alt+PageDown");
  await expect(said(page)).toHaveText("Properties is tab 2 of 2");
  await expect(groupOf(page, "Properties").getByRole("tab").first()).toHaveAccessibleName("Effects");
  const { width } = await place(page, "Properties");
  await tab(page, "Properties").press("Control+Alt+Shift+ArrowRight");
  await expect.poll(async () => (await place(page, "Properties")).width).toBeGreaterThan(width);
});

test("a maximised group hides the others from the keyboard too", async ({ page }) => {
  await tab(page, "Log").press("Control+Alt+Enter");
  await expect(said(page)).toHaveText("Log is maximised");
  await expect(page.getByRole("tab")).toHaveCount(1);
  await page.keyboard.press("F6");
  await expect(tab(page, "Log")).toBeFocused();
  await page.keyboard.press("Control+Alt+Enter");
  await expect(page.getByRole("tab")).not.toHaveCount(1);
});

test("a field keeps its keys", async ({ page }) => {
  const field = page.getByRole("searchbox", { name: "Filter by words" });
  await field.fill("words");
  await field.press("Backspace");
  await field.press("Control+Alt+ArrowLeft");
  await field.press("Control+Alt+Enter");
  await expect(field).toHaveValue("word");
  await expect(field).toBeFocused();
  await expect(tab(page, "Pad Panel A")).toBeVisible();
  await expect(said(page)).toHaveText("");
});

test("each group has a menu with its tabs", async ({ page }) => {
  await page.getByRole("button", { name: "Arrange Properties" }).click();
  const menu = page.getByRole("menu", { name: "Arrange Properties" });
  await expect(menu.getByRole("menuitem").first()).toBeFocused();
  await menu.getByRole("menuitem", { name: "Effects" }).click();
  await expect(tab(page, "Effects")).toHaveAttribute("aria-selected", "true");
  await page.getByRole("button", { name: "Arrange Effects" }).press("Enter");
  await page.keyboard.press("c");
  await page.keyboard.press("Enter");
  await expect(tab(page, "Effects")).toHaveCount(0);
});
