// The pictures of the tour: the page while it is used. `npm run pictures` puts them where README and book have them; otherwise
// they lie with the other views, and a tour that has become impossible is a test that fails.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Operation, Schemas } from "../src/api/types.ts";
import { song } from "./song.ts";
import { expect, openView, test as base, type Page } from "./studio.ts";

const FOLDER = process.env["RIPIENO_PICTURES"] ?? join(import.meta.dirname, "../test-results/tour");

/** What is taken apart: beats over a tone. */
const NAME = "beats and a tone.wav";
const SECONDS = 8;

const GRAPH = `format_version = 2
name = "levels"
[[streams]]
name = "tone"
shape = [256, 2]
dtype = "f32"
rate = 48000
[[streams]]
name = "noise"
[[streams]]
name = "mixed"
[[streams]]
name = "heard"
[[tasks]]
name = "organ"
kind = "tone"
writes = { out = "tone" }
params = { paced = true, hz = 750.0 }
[[tasks]]
name = "rain"
kind = "noise"
writes = { out = "noise" }
params = { rows = 256, channels = 2, rate = 48000.0, paced = true, db = -30.0 }
[[tasks]]
name = "mixer"
kind = "mix"
reads = { tone = "tone", noise = "noise" }
writes = { out = "mixed" }
[[tasks]]
name = "room"
kind = "fx"
reads = { in = "mixed" }
writes = { out = "heard" }
params = { "reverb.mix" = 0.3 }
[[tasks]]
name = "meter"
kind = "meter"
reads = { in = "heard" }
[[tasks]]
name = "levels"
kind = "spectrum"
reads = { in = { stream = "heard", policy = "latest" } }
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

async function shot(page: Page, name: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  // Nothing that is only there for a moment, and no pointer on anything.
  await page.mouse.move(0, 0);
  await expect(page.getByRole("tooltip")).toHaveCount(0);
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: "disabled", caret: "hide" });
}

/** The view alone, as large as the page. */
async function alone(page: Page, title: string): Promise<void> {
  await openView(page, title);
  await page.keyboard.press("Control+Alt+Enter");
}

test("panels and properties", async ({ page, api }) => {
  await api("PATCH", "/api/piano/fx", { "reverb.mix": 0.35, "delay.mix": 0.2, "filter.cutoff": 0.8 });
  await page.getByRole("toolbar", { name: "Pads" }).getByRole("button", { name: /^Clap\b/ }).click();
  await expect(page.getByRole("tab", { name: "Properties", selected: true })).toBeVisible();
  for (const pad of [16, 18]) await api("POST", `/api/pads/${pad}/press`, {});
  for (const note of [57, 60, 64]) await api("POST", "/api/piano/note", { note, velocity: 96 });
  await expect(page.locator("[data-note][data-down]")).toHaveCount(3);
  await shot(page, "panels");
  await api("POST", "/api/panic");
});

test("effects", async ({ page, api }) => {
  await api("PATCH", "/api/piano/fx", { "chorus.mix": 0.3, "reverb.mix": 0.35, "delay.mix": 0.2, "pitch.bypass": true });
  await alone(page, "Effects");
  await expect(page.getByRole("slider", { name: "Mix" }).first()).toBeVisible();
  await shot(page, "effects");
});

test.describe("tall", () => {
  test.use({ viewport: { width: 1280, height: 1180 } });

  test("stems", async ({ page, api }) => {
    await alone(page, "Stems");
    await page.locator("input[type=file]").setInputFiles({ name: NAME, mimeType: "audio/wav", buffer: song(SECONDS) });
    await expect(page.getByRole("slider", { name: `Waveform of ${NAME}` })).toHaveAttribute("aria-busy", "false");
    const [take] = Object.values(await api<Record<string, Schemas["Recording"]>>("GET", "/api/recordings"));
    const params = { recording: take?.id, model: "builtin:hpss" };
    const { id } = await api<Operation>("POST", "/api/ops/start", { op_type: "separate", params });
    await expect.poll(async () => (await api<Operation>("GET", `/api/ops/${id}`)).status, { timeout: 60_000 }).toBe("done");
    const waves = page.getByRole("slider", { name: /^Waveform of / });
    await expect(waves).toHaveCount(3);
    for (const wave of await waves.all()) await expect(wave).toHaveAttribute("aria-busy", "false");
    await page.getByRole("radio", { name: /^Anchors \+/ }).check();
    const box = await waves.first().boundingBox();
    if (!box) throw new Error("no wave");
    const at = (share: number) => [box.x + share * box.width, box.y + 0.4 * box.height] as const;
    await page.mouse.move(...at(0.2));
    await page.mouse.down();
    await page.mouse.move(...at(0.35), { steps: 4 });
    await page.mouse.up();
    await expect(page.getByRole("combobox", { name: "Sign, anchor 1" })).toHaveValue("+");
    await shot(page, "stems");
  });
});

test("pipeline", async ({ page }) => {
  await alone(page, "Pipelines");
  await page.getByRole("option", { name: /^Stream heard/ }).click();
  await page.getByRole("button", { name: "Look inside" }).click();
  await expect(page.getByRole("img", { name: "Spectrum of channel 1" })).toBeVisible();
  await shot(page, "pipeline");
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 640 } });

  test("pads", async ({ page, api }) => {
    await openView(page, "Pad Panel A");
    await api("POST", "/api/pads/17/press", {});
    await expect(page.getByRole("toolbar", { name: "Pads" }).locator("[data-down]")).toHaveCount(1);
    await shot(page, "phone");
    await api("POST", "/api/pads/17/release");
  });
});
