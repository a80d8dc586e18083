// The pipeline beside the studio: seen, listened into, turned, started and stopped, and read again from its file.

import AxeBuilder from "@axe-core/playwright";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, openView, picture, test as base, type Api, type Page } from "./studio.ts";

const GRAPH = `format_version = 2
name = "shown"
[[streams]]
name = "tone"
shape = [256, 2]
dtype = "f32"
rate = 48000
[[streams]]
name = "loud"
[[events]]
name = "go"
[[events]]
name = "bell"
[[tasks]]
name = "source"
kind = "tone"
writes = { out = "tone" }
params = { paced = true, hz = 750.0 }
[[tasks]]
name = "gain"
kind = "gain"
reads = { in = "tone" }
writes = { out = "loud" }
[[tasks]]
name = "meter"
kind = "meter"
reads = { in = { stream = "loud", policy = "drop-oldest" } }
events = { go = "go" }
control = "switchable"
activate_on = "go"
[[tasks]]
name = "end"
kind = "null"
reads = { in = "loud" }
events = { bell = "bell" }
`;

const test = base.extend<{ graph: string }>({
  graph: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "ripieno-graph-"));
    const path = join(folder, "graph.toml");
    await writeFile(path, GRAPH);
    await use(path);
    await rm(folder, { recursive: true });
  },
  serve: async ({ graph }, use) => use(`--graph ${graph}`),
});

interface Status {
  state: string;
  tasks: { name: string; state: string; params: Record<string, unknown> }[];
  events: { name: string; pending: number }[];
}

const status = (api: Api) => api<Status>("GET", "/api/pipeline");
const param = async (api: Api, task: string, name: string) =>
  (await status(api)).tasks.find((one) => one.name === task)?.params[name];
const pending = async (api: Api, event: string) => (await status(api)).events.find(({ name }) => name === event)?.pending;
const block = (page: Page, name: string | RegExp) => page.getByRole("option", { name });

/** The view alone, as large as the page. */
async function show(page: Page): Promise<void> {
  await openView(page, "Pipelines");
  await page.keyboard.press("Control+Alt+Enter");
  await expect(page.getByRole("listbox", { name: "Graph" })).toBeVisible();
}

async function accessible(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include("main").analyze();
  expect.soft(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), what).toEqual([]);
}

for (const { name, ...viewport } of [{ name: "wide", width: 1280, height: 900 }, { name: "360", width: 360, height: 740 }]) {
  test.describe(name, () => {
    test.use({ viewport });

    test("the graph and its table show what flows", async ({ page }) => {
      await openView(page, "Pipelines");
      await expect(page.getByRole("listbox", { name: "Graph" })).toBeVisible();
      for (const task of ["source", "gain", "end"]) await expect(block(page, `Task ${task}, runs`)).toBeVisible();
      await expect(block(page, "Task meter, waits for its event")).toBeVisible();
      await expect(block(page, /^Stream tone, 1\d\d\/s frames/)).toBeVisible();
      const row = page.getByRole("table", { name: "Streams" }).getByRole("row", { name: /^loud/ });
      await expect(row).toContainText(/end [\d.,]+ (µs|ms)/);
      await row.getByRole("button", { name: "loud" }).click();
      await expect(block(page, /^Stream loud/)).toHaveAttribute("aria-selected", "true");
      const stream = page.getByRole("region", { name: "Stream loud" });
      await expect(stream.getByRole("row", { name: /^meter.in drop-oldest/ })).toBeVisible();
      await accessible(page, "a stream");
      await block(page, /^Task gain/).click();
      await expect(page.getByRole("region", { name: "Task gain" }).getByRole("slider", { name: "db" })).toBeVisible();
      await accessible(page, "a task");
      await picture(page, `pipelines-graph-${name}`);
    });
  });
}

test("a look into a stream shows its wave and its spectrum", async ({ page }) => {
  await show(page);
  await block(page, /^Stream tone/).click();
  await page.getByRole("button", { name: "Look inside" }).click();
  const channel = page.getByRole("figure", { name: /^Channel 2: peak -1\d(\.\d+)? dB/ });
  await expect(channel).toContainText("strongest at 750 Hz");
  await expect(channel.getByRole("img", { name: "Spectrum of channel 2" })).toBeVisible();
  await page.getByRole("button", { name: "Hold" }).click();
  await expect(page.getByRole("button", { name: "Hold" })).toHaveAttribute("aria-pressed", "true");
  await accessible(page, "a look inside");
  await picture(page, "pipelines-tap");
});

test("parameters are set while it runs, each as its kind declares it", async ({ page, api }) => {
  await show(page);
  await block(page, /^Task gain/).click();
  const slider = page.getByRole("slider", { name: "db" });
  await slider.press("Enter");
  await page.getByRole("textbox", { name: "db" }).fill("-6.5");
  await page.keyboard.press("Enter");
  await expect.poll(() => param(api, "gain", "db")).toBe(-6.5);
  await expect(slider).toHaveAttribute("aria-valuetext", "-6.5 dB");
  const factor = page.getByRole("textbox", { name: "factor" });
  await factor.fill("much");
  await factor.press("Tab");
  await expect(page.getByRole("alert").filter({ hasText: "Not a number" })).toBeVisible();
  await factor.fill("0.5");
  await factor.press("Tab");
  await expect.poll(() => param(api, "gain", "factor")).toBe(0.5);
  // What another client sets is shown.
  await api("POST", "/api/pipeline/tasks/gain", { do: "set", param: "db", value: -12 });
  await expect(slider).toHaveAttribute("aria-valuetext", "-12 dB");
  await block(page, /^Task source/).click();
  await expect(page.getByText("paced true Set in the graph file")).toBeVisible();
});

test("tasks are started and stopped, events signalled", async ({ page, api }) => {
  await show(page);
  await block(page, /^Task meter/).click();
  await page.getByRole("button", { name: "Start" }).click();
  await expect(block(page, "Task meter, runs")).toBeVisible();
  await page.getByRole("button", { name: "Stop" }).click();
  await expect.poll(() => pending(api, "go")).toBe(0);
  await page.getByRole("button", { name: "Toggle" }).click();
  await expect.poll(() => pending(api, "go")).toBe(1);
  await block(page, /^Task end/).click();
  await expect(page.getByRole("button", { name: "Start" })).toHaveCount(0);
  await page.getByRole("button", { name: "Signal bell" }).click();
  await expect(page.getByRole("button", { name: "Signal bell (1 pending)" })).toBeVisible();
  expect(await pending(api, "bell")).toBe(1);
});

test("by keyboard alone: from block to block, into a parameter, and back", async ({ page, api }) => {
  await show(page);
  await block(page, /^Task source/).focus();
  await expect(page.getByRole("region", { name: "Task source" })).toBeVisible();
  await page.keyboard.press("End");
  await expect(block(page, /^Stream loud/)).toBeFocused();
  await page.keyboard.press("Home");
  await expect(block(page, /^Task source/)).toBeFocused();
  const isTall = await page.getByRole("listbox", { name: "Graph" }).evaluate((graph) => graph.clientHeight > graph.clientWidth);
  const on = isTall ? "ArrowDown" : "ArrowRight";
  await page.keyboard.press(on);
  await expect(block(page, /^Stream tone/)).toBeFocused();
  await page.keyboard.press(on);
  await expect(block(page, /^Task gain/)).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("slider", { name: "db" })).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => param(api, "gain", "db")).toBeCloseTo(-2.6, 1);
});

test("what is wrong in the file is shown at its line and at its block, and what runs goes on", async ({ page, api, graph }) => {
  await show(page);
  await writeFile(graph, GRAPH.replace('kind = "gain"', 'kind = "gian"'));
  await page.getByRole("button", { name: "Read the file again" }).click();
  await expect(block(page, /^Task gain, .*1 fault/)).toBeVisible();
  // A faulty source opens by itself.
  await expect(page.getByRole("button", { name: /^Source / })).toHaveAttribute("aria-expanded", "true");
  const line = page.getByRole("listitem").filter({ hasText: 'kind = "gian"' });
  await expect(line).toContainText("gian");
  await expect(line).toContainText("Error:");
  await page.getByRole("button", { name: /^Go to line/ }).click();
  await expect(line).toBeFocused();
  expect((await status(api)).state).toBe("running");
  await accessible(page, "a faulty file");
  await picture(page, "pipelines-fault");

  await writeFile(graph, GRAPH.replace('kind = "gain"', 'kind = "gain"\nparams = { db = -3.0 }'));
  await page.getByRole("button", { name: "Read the file again" }).click();
  await expect.poll(() => param(api, "gain", "db")).toBe(-3);
  await expect(block(page, "Task gain, runs")).toBeVisible();
  await expect(line).toHaveCount(0);
});

base("without a pipeline the view says how to have one", async ({ page }) => {
  await openView(page, "Pipelines");
  await expect(page.getByRole("heading", { name: "No pipeline runs beside this studio." })).toBeVisible();
  await expect(page.getByText("ripieno serve --graph GRAPH.toml")).toBeVisible();
});
