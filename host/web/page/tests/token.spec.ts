// Who may: the token comes by the link's fragment or by hand, and is left nowhere.

import type { Page } from "@playwright/test";
import { connected, expect, reload, test } from "./studio.ts";

const field = (page: Page) => page.getByLabel("Token");

test("without a token the page asks for it, and shows nothing else", async ({ tab, server }) => {
  const page = await tab(`${server.origin}/`);
  await expect(page.getByRole("alert")).toContainText("A token is needed");
  await expect(page.getByRole("tab")).toHaveCount(0);

  await field(page).fill("not the token");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("A token is needed");
  await expect(page.getByRole("tab")).toHaveCount(0);

  await field(page).fill(` ${server.token} `);
  await page.getByRole("button", { name: "Connect" }).click();
  await connected(page);
  await expect(page.getByRole("tab", { name: "Pad Panel A" })).toBeVisible();
});

test("a link with the wrong token asks for the right one", async ({ tab, server }) => {
  const page = await tab(`${server.origin}/#token=wrong`);
  await expect(page.getByRole("alert")).toContainText("A token is needed");
  await field(page).fill(server.token);
  await page.keyboard.press("Enter");
  await connected(page);
});

test("the token is in no address, no history, no cookie and no storage that outlives the tab", async ({ context, tab, server }) => {
  const asked: string[] = [];
  context.on("request", (request) => asked.push(request.url(), JSON.stringify(request.headers())));
  context.on("page", (page) => page.on("websocket", (socket) => asked.push(socket.url())));
  const page = await tab();
  await connected(page);
  expect(page.url()).toBe(`${server.origin}/`);
  // The address that was opened is no step of the history either.
  await page.evaluate(() => history.pushState(null, "", "/#later"));
  await page.goBack();
  expect(page.url()).toBe(`${server.origin}/`);
  expect(asked.length).toBeGreaterThan(2);
  expect(asked.filter((one) => one.includes(server.token))).toEqual([]);
  expect(await context.cookies()).toEqual([]);
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }) + document.documentElement.outerHTML);
  expect(kept).not.toContain(server.token);
});

test("a tab that is loaded again still has it; another tab has not", async ({ page, tab, server }) => {
  await reload(page);
  const other = await tab(`${server.origin}/`);
  await expect(other.getByRole("alert")).toContainText("A token is needed");
});

test.describe("without a token", () => {
  test.use({ serve: "--no-token" });
  test("everybody on this computer may", async ({ tab, server }) => {
    const page = await tab(`${server.origin}/`);
    await connected(page);
  });
});
