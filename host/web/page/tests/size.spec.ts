// From 360 px to 4K nothing overflows, what is touched is large enough, and the page is small and soon there.

import { gzipSync } from "node:zlib";
import type { BrowserContext } from "@playwright/test";
import { connected, expect, openView, picture, reload, test, type Page } from "./studio.ts";
import { VIEWS } from "./views.ts";

const SIZES = [
  { name: "360", width: 360, height: 640 },
  { name: "1280", width: 1280, height: 800 },
  { name: "4k", width: 3840, height: 2160 },
];
const TABS = ["Pad Panel A", "Knob Panel A", "Piano (Play)", ...VIEWS];

const TOUCH_PX = 44;
const BUNDLE_BYTES = 200 * 1024;
/** Of so many loads the soonest counts: the goal is for a computer that does nothing else. */
const LOADS = 5;
/** The goal is 300 ms; the rest is for a machine on which others work. */
const MOST_PAINTED_MS = 900;

/** What sticks out of the window, or makes a view scroll sideways as a whole. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const name = (element: Element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`;
    const root = document.documentElement;
    const found = root.scrollWidth > root.clientWidth ? ["the page"] : [];
    for (const view of [...document.querySelectorAll<HTMLElement>(".view, [role=tabpanel]")]) {
      if (view.checkVisibility() && view.scrollWidth > view.clientWidth + 1) found.push(`${name(view)}: ${view.textContent.slice(0, 60)}`);
    }
    for (const element of [...document.querySelectorAll("header *")]) {
      const { right, left, width } = element.getBoundingClientRect();
      if (width > 1 && (right > innerWidth + 1 || left < -1)) found.push(name(element));
    }
    return found;
  });
}

/** What is operated and smaller than a finger; a label is part of its control. */
function small(page: Page, least: number): Promise<string[]> {
  return page.evaluate((least) => {
    const operated =
      "button, a[href], input, select, textarea, [role=button], [role=menuitem], [role=slider], [role=option], [role=switch], [role=tab]";
    const found: string[] = [];
    for (const element of [...document.querySelectorAll<HTMLElement>(operated)]) {
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || element.matches("option, [type=file]")) continue;
      const own = element.getBoundingClientRect();
      const label = (element as HTMLInputElement).labels?.[0]?.getBoundingClientRect();
      const width = Math.max(own.width, label?.width ?? 0);
      const height = Math.max(own.height, label?.height ?? 0);
      // What is there for who does not see is not touched.
      if (own.width <= 1 || own.height <= 1) continue;
      // Keys lie as on a piano, where the black ones are narrow.
      const enough = (element.matches("[data-note]") ? 24 : least) - 0.5;
      if (width < enough || height < enough) {
        const name = element.getAttribute("aria-label") ?? element.textContent.trim().slice(0, 40);
        found.push(`${element.tagName.toLowerCase()} "${name}" ${Math.round(width)}x${Math.round(height)}`);
      }
    }
    return [...new Set(found)];
  }, least);
}

for (const { name, ...viewport } of SIZES) {
  test.describe(() => {
    test.use({ viewport });
    test(`every view at ${viewport.width}x${viewport.height}`, async ({ page }) => {
      if (name !== "360") await picture(page, `studio-${name}`);
      for (const view of TABS) {
        await openView(page, view);
        await expect(page.getByRole("tabpanel", { name: view }).getByText("Loading")).toHaveCount(0);
        if (name === "360") await picture(page, `${view.toLowerCase().replace(/\W+/g, "-")}-${name}`);
        expect.soft(await overflowing(page), `${view} overflows`).toEqual([]);
        expect.soft(await small(page, TOUCH_PX), `too small to touch in ${view}`).toEqual([]);
      }
    });
  });
}

test("menus stay within a telephone", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 640 });
  await reload(page);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await picture(page, "menu-360-light");
  for (const item of await page.getByRole("menuitem").all()) await expect(item).toBeInViewport({ ratio: 1 });
  expect(await small(page, TOUCH_PX)).toEqual([]);
});

test("the first page is small", async ({ server, context }, info) => {
  const bodies: Promise<[string, number]>[] = [];
  context.on("response", (response) => {
    const url = new URL(response.url());
    bodies.push(response.body().then((body) => [url.pathname, gzipSync(body, { level: 9 }).length]));
  });
  const page = await context.newPage();
  await page.goto(server.link);
  await connected(page);
  const sizes = await Promise.all(bodies);
  const bytes = sizes.reduce((sum, [, size]) => sum + size, 0);
  info.annotations.push({ type: "initial bundle", description: `${(bytes / 1024).toFixed(1)} KiB gzipped in ${sizes.length} files` });
  expect(sizes.map(([path]) => path)).toContain("/");
  expect(bytes, JSON.stringify(sizes)).toBeLessThanOrEqual(BUNDLE_BYTES);
});

interface Took {
  painted: number;
  rendered: number;
}

/** Loads the page anew, with nothing kept from before, on a computer four times slowed; in milliseconds from the request. */
async function load(context: BrowserContext, link: string): Promise<Took> {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await page.addInitScript(() => {
    // When the first frame with a panel in it has been made.
    const look = () => {
      if (document.querySelector("[role=tabpanel] section")) performance.mark("first-render");
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.goto(link);
  await connected(page);
  await expect.poll(() => page.evaluate(() => performance.getEntriesByName("first-render").length)).toBe(1);
  const took = await page.evaluate(() => {
    const at = (name: string) => performance.getEntriesByName(name)[0]?.startTime ?? Infinity;
    return { painted: at("first-contentful-paint"), rendered: at("first-render") };
  });
  await page.close();
  return took;
}

test("the first page is soon there", async ({ context, server }, info) => {
  const all: Took[] = [];
  for (let n = 0; n < LOADS; n += 1) all.push(await load(context, server.link));
  const least = (of: keyof Took) => Math.min(...all.map((took) => took[of]));
  const [painted, rendered] = [least("painted"), least("rendered")];
  const description = `toolbar after ${painted.toFixed(0)} ms (goal 300, at most ${MOST_PAINTED_MS}), panels after ${rendered.toFixed(0)} ms, 4 times slowed`;
  info.annotations.push({ type: "first render", description });
  console.log(description);
  expect(painted).toBeLessThanOrEqual(MOST_PAINTED_MS);
});

test("what is painted first is there without code, and gives way to the page", async ({ context, server }) => {
  const page = await context.newPage();
  let held = true;
  const waiting: (() => void)[] = [];
  await page.route("**/assets/*.js", async (route) => {
    if (held) await new Promise<void>((go) => waiting.push(go));
    await route.fallback();
  });
  await page.goto(server.link, { waitUntil: "commit" });
  await expect(page.getByRole("heading", { name: "Ripieno" })).toBeVisible();
  await expect(page.locator("#page header")).toHaveCSS("border-bottom-style", "solid");
  const before = await page.locator("#page header").boundingBox();
  held = false;
  waiting.forEach((go) => go());
  await connected(page);
  await expect(page.locator(".shell, .shell-dock")).toHaveCount(0);
  await expect(page.locator("#page header").first()).toBeVisible();
  expect((await page.locator("#page header").first().boundingBox())?.height).toBeCloseTo(before?.height ?? 0, 0);
});
