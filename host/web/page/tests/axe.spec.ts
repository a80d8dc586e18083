// No view breaks a rule of WCAG 2.2 AA that a program can find, in light and in dark.

import AxeBuilder from "@axe-core/playwright";
import { connected, expect, openView, picture, reload, run, test, type Page } from "./studio.ts";
import { VIEWS } from "./views.ts";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const PANELS = ["Pad Panel A", "Knob Panel A", "Piano (Play)"];

/** Looks at the whole page, or at the tab of this title. */
async function check(page: Page, what: string, title?: string): Promise<void> {
  const axe = new AxeBuilder({ page }).withTags(TAGS);
  if (title) axe.include(`#${await page.getByRole("tabpanel", { name: title }).getAttribute("id")}`);
  const { violations } = await axe.analyze();
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html }) => `  ${html}`).join("\n")}`);
  expect.soft(found, what).toEqual([]);
}

for (const scheme of ["light", "dark"] as const) {
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme });

    test("every view", async ({ page }) => {
      await check(page, "as it opens");
      await picture(page, `studio-${scheme}`);
      for (const view of VIEWS) {
        await openView(page, view);
        await picture(page, `${view.toLowerCase().replaceAll(" ", "-")}-${scheme}`);
        await check(page, view, view);
      }
    });

    test("menus, palette and messages", async ({ page, api }) => {
      await page.getByRole("menuitem", { name: "Settings" }).click();
      await page.getByRole("menuitem", { name: "Language" }).click();
      await picture(page, `menus-${scheme}`);
      await check(page, "menus");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+k");
      await expect(page.getByRole("combobox", { name: "Type a command" })).toBeFocused();
      await picture(page, `palette-${scheme}`);
      await check(page, "palette");
      await page.keyboard.press("Escape");
      await run(page, "reset the arrangement");
      await expect(page.getByText("The arrangement is as it was at first")).toBeVisible();
      await api("DELETE", "/api/panels/knobPanel-1");
      await check(page, "a message");
    });

    test("on a telephone", async ({ page }) => {
      await page.setViewportSize({ width: 360, height: 640 });
      await reload(page);
      await check(page, "as it opens");
      for (const view of [...PANELS, "Log"]) {
        await openView(page, view);
        await check(page, view, view);
      }
    });

    test("the lost and the locked page", async ({ tab, server, faults }) => {
      faults.bear(/WebSocket connection .* failed/);
      const locked = await tab(`${server.origin}/`);
      await expect(locked.getByLabel("Token")).toBeVisible();
      await picture(locked, `locked-${scheme}`);
      await check(locked, "locked");
      const page = await tab();
      await connected(page);
      await server.kill();
      await expect(page.getByRole("alert").filter({ hasText: "Connection lost" })).toBeVisible();
      await picture(page, `lost-${scheme}`);
      await check(page, "lost");
    });
  });
}
