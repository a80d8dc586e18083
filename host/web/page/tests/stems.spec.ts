// Recordings, stems and pads, each task once by mouse; the main way once more by keyboard alone.

import { readFile } from "node:fs/promises";
import type { Operation, Preset, Schemas, Studio } from "../src/api/types.ts";
import { expect, openView, picture, reload, test, type Api, type Page } from "./studio.ts";
import { song } from "./song.ts";

type Recordings = Record<string, Schemas["Recording"]>;

const NAME = "a song.wav";
const SECONDS = 6;

const view = (page: Page) => page.locator("section.stems");
const wave = (page: Page, of = NAME) => page.getByRole("slider", { name: `Waveform of ${of}`, exact: true });
const files = (page: Page) => page.getByRole("region", { name: "Recordings" });
const recordings = async (api: Api) => Object.values(await api<Recordings>("GET", "/api/recordings"));
const stateOf = async (api: Api) => api<Studio>("GET", "/api/state");

async function bring(page: Page, name = NAME, seconds = SECONDS): Promise<void> {
  await page.locator("input[type=file]").setInputFiles({ name, mimeType: "audio/wav", buffer: song(seconds) });
  await expect(files(page).getByRole("button", { name: new RegExp(`^${name}`) })).toHaveAttribute("aria-current", "true");
  await expect(wave(page, name)).toHaveAttribute("aria-busy", "false");
}

/** Drags over a wave, from one share of its width to another. */
async function drag(page: Page, of: string, from: number, to: number): Promise<void> {
  await wave(page, of).scrollIntoViewIfNeeded();
  const box = await wave(page, of).boundingBox();
  if (!box) throw new Error(`no wave of ${of}`);
  const at = (share: number) => box.x + share * box.width;
  const y = box.y + 0.4 * box.height;
  await page.mouse.move(at(from), y);
  await page.mouse.down();
  await page.mouse.move(at((from + to) / 2), y, { steps: 4 });
  await page.mouse.move(at(to), y, { steps: 4 });
  await page.mouse.up();
}

async function times(page: Page): Promise<number[]> {
  const typed = await page.locator("table input").evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));
  return typed.map((text) => Number(text.split(":")[0]) * 60 + Number(text.split(":")[1]));
}

/** Separates without the page, for what comes after. */
async function separated(page: Page, api: Api): Promise<string> {
  await bring(page);
  const [recording] = await recordings(api);
  if (!recording) throw new Error("no recording");
  const begun = await api<Operation>("POST", "/api/ops/start", {
    op_type: "separate",
    params: { recording: recording.id, model: "builtin:hpss" },
  });
  await expect.poll(async () => (await api<Operation>("GET", `/api/ops/${begun.id}`)).status, { timeout: 45_000 }).toBe("done");
  await expect.poll(async () => (await recordings(api))[0]?.stems.length).toBeGreaterThan(1);
  const stem = (await recordings(api))[0]?.stems[0]?.name ?? "";
  await expect(wave(page, stem)).toHaveAttribute("aria-busy", "false");
  return stem;
}

test.beforeEach(async ({ page }) => {
  await openView(page, "Stems");
});

test("a recording is chosen, listed, downloaded and deleted", async ({ page, api }) => {
  await expect(view(page).getByText("No recordings yet")).toBeVisible();
  await bring(page);
  const [recording] = await recordings(api);
  expect(recording?.name).toBe(NAME);
  expect(recording?.seconds).toBeCloseTo(SECONDS, 1);
  await picture(page, "stems-recording");
  const download = page.waitForEvent("download");
  await files(page).getByRole("button", { name: `Download ${NAME}` }).click();
  expect(await readFile(await (await download).path())).toEqual(song(SECONDS));
  await files(page).getByRole("button", { name: `Delete ${NAME}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(view(page).getByText("No recordings yet")).toBeVisible();
  expect(await recordings(api)).toEqual([]);
});

test("recordings are dropped, and none is written over", async ({ page, api }) => {
  await bring(page);
  const data = await page.evaluateHandle(
    ([bytes, name]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name));
      return transfer;
    },
    [song(1).toString("base64"), NAME] as const,
  );
  await page.getByText("Drop recordings here").dispatchEvent("drop", { dataTransfer: data });
  await expect.poll(async () => (await recordings(api)).length).toBe(2);
  expect(new Set((await recordings(api)).map(({ name }) => name)).size).toBe(2);
});

test("what is no recording is refused, and said so", async ({ page, api, faults }) => {
  faults.bear(/status of 4\d\d/);
  await page.locator("input[type=file]").setInputFiles({ name: "letter.wav", mimeType: "audio/wav", buffer: Buffer.from("dear all") });
  await expect(files(page).getByRole("alert")).toContainText("letter.wav was not taken");
  await files(page).getByRole("button", { name: "Put away" }).click();
  await expect(files(page).getByRole("alert")).toHaveCount(0);
  expect(await recordings(api)).toEqual([]);
});

test("what cannot be a recording by its name is not even sent", async ({ page, api }) => {
  const sent: string[] = [];
  page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
  const input = page.locator("input[type=file]");
  await input.setInputFiles([
    { name: "letter.txt", mimeType: "text/plain", buffer: Buffer.from("dear all") },
    { name: ".wav", mimeType: "audio/wav", buffer: song(1) },
    { name: "nothing.flac", mimeType: "audio/flac", buffer: Buffer.alloc(0) },
    { name: `${"è".repeat(100)}.wav`, mimeType: "audio/wav", buffer: song(1) },
  ]);
  const told = files(page).getByRole("alert");
  await expect(told).toHaveText([/letter\.txt was not taken: .* ends in one of .*\.flac, /, /begins with a dot/, /it is empty/, /longer than 200 bytes/]);
  await expect(files(page).getByRole("button", { name: "Try again" })).toHaveCount(0);
  await bring(page, "SONG.WAV", 1);
  expect(sent).toHaveLength(1);
  expect((await recordings(api)).map(({ name }) => name)).toEqual(["SONG.WAV"]);
});

test("the wheel scrolls the view, and with Control zooms the wave", async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 500 });
  await bring(page);
  const inner = () => wave(page).evaluate((element) => element.scrollWidth / element.clientWidth);
  const scrolled = () => view(page).evaluate((element) => element.scrollTop);
  await wave(page).hover();
  const before = await scrolled();
  await page.mouse.wheel(0, 120);
  await expect.poll(scrolled).toBeGreaterThan(before);
  expect(await inner()).toBeCloseTo(1, 1);
  await wave(page).hover();
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -300);
  await page.keyboard.up("Control");
  await expect.poll(inner).toBeGreaterThan(1.1);
});

test("anchors are drawn, moved, resized, signed and typed, and stay", async ({ page }) => {
  await bring(page);
  await page.getByRole("radio", { name: /^Anchors \+/ }).check();
  await drag(page, NAME, 0.1, 0.3);
  await expect.poll(() => times(page)).toEqual([expect.closeTo(0.6, 1), expect.closeTo(1.8, 1)]);
  await drag(page, NAME, 0.2, 0.4);
  await expect.poll(() => times(page)).toEqual([expect.closeTo(1.8, 1), expect.closeTo(3, 1)]);
  await page.getByRole("radio", { name: /^Anchors −/ }).check();
  await drag(page, NAME, 0.7, 0.8);
  await expect(page.locator("table tbody tr")).toHaveCount(2);
  await expect(page.getByRole("combobox", { name: "Sign, anchor 2" })).toHaveValue("-");
  await picture(page, "stems-anchors");
  // Typed: what makes no sense is told and changes nothing.
  const end = page.getByRole("textbox", { name: "To, anchor 2" });
  await end.fill("0:01");
  await end.press("Enter");
  await expect(view(page).getByRole("alert")).toBeVisible();
  await end.fill("5,5");
  await end.press("Enter");
  await expect(end).toHaveValue("0:05.500");
  await page.getByRole("combobox", { name: "Sign, anchor 2" }).selectOption("+");
  await page.getByRole("button", { name: "Delete anchor 1" }).click();
  await expect(page.locator("table tbody tr")).toHaveCount(1);
  await page.getByRole("listitem").getByRole("button", { name: "Undo" }).click();
  await expect(page.locator("table tbody tr")).toHaveCount(2);
  await reload(page);
  await openView(page, "Stems");
  await expect(page.locator("table tbody tr")).toHaveCount(2);
  await expect(page.getByRole("combobox", { name: "Sign, anchor 2" })).toHaveValue("+");
});

test("a recording is separated as estimated, and its stems are heard", async ({ page, api }) => {
  await bring(page);
  await page.getByRole("combobox", { name: "Model", exact: true }).selectOption("builtin:hpss");
  await expect(view(page).getByText(/\d+ windows? · .* of memory/)).toBeVisible();
  await page.getByRole("button", { name: "Separate", exact: true }).click();
  await expect(page.getByRole("region", { name: "Queue" }).getByText("done")).toBeVisible({ timeout: 45_000 });
  const stems = (await recordings(api))[0]?.stems ?? [];
  expect(stems.length).toBeGreaterThan(1);
  for (const { name } of stems) await expect(wave(page, name)).toHaveAttribute("aria-busy", "false");
  await picture(page, "stems-results");
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect.poll(async () => Number(await wave(page).getAttribute("aria-valuenow"))).toBeGreaterThan(0.2);
  const [first] = stems;
  await page.getByRole("button", { name: `Solo ${first?.name}` }).click();
  await expect(page.getByRole("button", { name: `Solo ${first?.name}` })).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("radio", { name: "Mix" }).check();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  const at = await wave(page).getAttribute("aria-valuenow");
  await expect(wave(page, first?.name ?? "")).toHaveAttribute("aria-valuenow", at ?? "");
});

test("settings that make no sense are told before anything is begun", async ({ page }) => {
  await bring(page);
  await page.getByText("Chunks", { exact: true }).click();
  await page.getByRole("spinbutton", { name: "Longest window, s" }).fill("2");
  await page.getByRole("spinbutton", { name: "Overlap, s" }).fill("3");
  await page.getByRole("spinbutton", { name: "Overlap, s" }).press("Tab");
  await expect(view(page).locator(".error", { hasText: "overlap" })).toBeVisible();
});

test("a separation is cancelled and gone on with", async ({ page }) => {
  await bring(page, "long.wav", 600);
  await page.getByRole("combobox", { name: "Model", exact: true }).selectOption("builtin:hpss");
  await page.getByRole("button", { name: "Separate", exact: true }).click();
  const queue = page.getByRole("region", { name: "Queue" });
  await queue.getByRole("button", { name: "Cancel separating long.wav" }).click();
  await expect(queue.getByText("cancelled")).toBeVisible();
  await queue.getByRole("button", { name: "Go on separating long.wav" }).click();
  await expect(queue.getByRole("progressbar")).toBeVisible();
  await queue.getByRole("button", { name: "Cancel separating long.wav" }).click();
  await expect(queue.getByText("cancelled")).toHaveCount(2);
});

test("a stem's section goes onto a pad in two clicks, and is taken back", async ({ page, api }) => {
  const stem = await separated(page, api);
  await drag(page, stem, 0.2, 0.4);
  await page.getByRole("button", { name: "To pads" }).click();
  await picture(page, "stems-to-pads");
  await page.getByRole("dialog").getByRole("button", { name: /^Pad Kick/ }).click();
  await expect(page.getByText("is on a pad of Pad Panel A")).toBeVisible();
  const kick = async () => {
    const preset = Object.values((await stateOf(api)).presets).find(({ type }: Preset) => type === "pad");
    return preset?.entries.find(({ source }) => source === "note:16")?.action?.type;
  };
  expect(await kick()).toBe("sample");
  await api("POST", "/api/pads/16/press", { velocity: 100 });
  await page.getByRole("listitem").getByRole("button", { name: "Undo" }).click();
  await expect.poll(kick).toBe("note");
});

test("a stem is saved with its effects", async ({ page, api }) => {
  const stem = await separated(page, api);
  const lane = page.getByRole("listitem", { name: stem, exact: true });
  await lane.locator("summary").click();
  await lane.getByRole("slider", { name: "Low cut" }).press("PageUp");
  await lane.getByRole("checkbox", { name: /Raise the peak/ }).check();
  await lane.getByRole("spinbutton", { name: "Fade in, s" }).fill("0.5");
  const download = page.waitForEvent("download");
  await lane.getByRole("button", { name: "Save with effects" }).click();
  const made = await readFile(await (await download).path());
  expect(made.toString("latin1", 0, 4)).toBe("RIFF");
  let peak = 0;
  for (let at = 44; at + 3 <= made.length; at += 3) peak = Math.max(peak, Math.abs(made.readIntLE(at, 3)));
  expect(20 * Math.log10(peak / 2 ** 23)).toBeCloseTo(-1, 2);
});

test("the frequencies are shown, and hidden again", async ({ page, faults }) => {
  await bring(page);
  await page.getByRole("button", { name: "Spectrogram" }).click();
  const height = async () => (await page.locator(".wave").first().boundingBox())?.height ?? 0;
  await expect.poll(height).toBeGreaterThan(250);
  await picture(page, "stems-spectrogram");
  await page.getByRole("button", { name: "Spectrogram" }).click();
  await expect.poll(height).toBeLessThan(250);
  expect(faults.all).toEqual([]);
});

test("by keyboard alone: an anchor, a description, a separation, a pad", async ({ page, api }) => {
  await bring(page);
  await wave(page).focus();
  for (const key of ["ArrowRight", "[", "ArrowRight", "Shift+ArrowRight", "]", "+"]) await page.keyboard.press(key);
  expect(await times(page)).toEqual([1, 2.1]);
  await page.keyboard.press("Control+=");
  await page.keyboard.press("Control+0");
  await page.getByRole("textbox", { name: "What to separate" }).focus();
  await page.keyboard.type("drums");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Queue" }).getByText("done")).toBeVisible({ timeout: 45_000 });
  const stem = (await recordings(api))[0]?.stems[0]?.name ?? "";
  await wave(page, stem).focus();
  await page.keyboard.press(" ");
  await expect.poll(async () => Number(await wave(page).getAttribute("aria-valuenow"))).toBeGreaterThan(0.2);
  await page.keyboard.press(" ");
  // The first selection has become the anchor.
  for (const key of ["[", "ArrowRight", "]"]) await page.keyboard.press(key);
  await page.getByRole("button", { name: "To pads" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: /^Pad Snare/ }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("is on a pad of Pad Panel A")).toBeVisible();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 } });
  test("nothing is wider than the screen", async ({ page }) => {
    await bring(page);
    const wide = await view(page).evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(wide).toBeLessThanOrEqual(0);
    await picture(page, "stems-360");
  });
});
