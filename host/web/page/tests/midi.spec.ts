// A controller that is really plugged in, as JACK ports: it plays, turns and is learned, and a
// board is told what to play.

import type { Studio } from "../src/api/types.ts";
import { expect, openView, picture, test, type Api, type Page } from "./jack.ts";

// Its servers take turns, so two of these tests at a time would wait for each other.
test.describe.configure({ mode: "default" });

const PADS = "pad-drums";
const KNOBS = "knob-effects";

const state = (api: Api) => api<Studio>("GET", "/api/state");
const pad = (page: Page, name: string) => page.getByRole("toolbar", { name: "Pads" }).getByRole("button", { name: new RegExp(`^${name}\\b`) });
const knob = (page: Page, name: string) => page.getByRole("slider", { name: new RegExp(`^${name}\\b`) });
const key = (page: Page, name: string) => page.getByRole("toolbar", { name: "Keys" }).getByRole("button", { name, exact: true });
const region = (page: Page, title: string) => page.getByRole("tabpanel", { name: title }).getByRole("region", { name: title });
const heard = (page: Page) => page.getByRole("group", { name: "What comes in" }).getByRole("row");
const inputs = (page: Page) => page.getByRole("group", { name: "MIDI inputs" }).getByRole("listitem");

/** Begins to learn for a panel; the strip that tells how it goes. */
async function learn(page: Page, title: string) {
  await region(page, title).getByRole("button", { name: "Learn from a controller" }).click();
  const strip = region(page, title).getByRole("region", { name: "Learn from a controller" });
  await expect(strip).toBeVisible();
  return strip;
}

test("pads light up while they are down, each by itself", async ({ page, jack }) => {
  await jack.play(["90 10 64", "90 12 01"]);
  await expect(pad(page, "Kick")).toHaveAttribute("data-down");
  await expect(pad(page, "Closed hat")).toHaveAttribute("data-down");
  await expect(pad(page, "Snare")).not.toHaveAttribute("data-down");
  await jack.play(["80 10 40"]);
  await expect(pad(page, "Kick")).not.toHaveAttribute("data-down");
  await expect(pad(page, "Closed hat")).toHaveAttribute("data-down");
  // A note on without velocity is a note off.
  await jack.play(["90 12 00"]);
  await expect(pad(page, "Closed hat")).not.toHaveAttribute("data-down");
});

test("keys of the piano light up, several at once", async ({ page, jack }) => {
  await jack.play(["90 3c 64", "90 40 64", "90 42 20"]);
  for (const name of ["C4", "E4", "F♯4"]) await expect(key(page, name)).toHaveAttribute("data-down");
  await expect(key(page, "D4")).not.toHaveAttribute("data-down");
  await jack.play(["80 40 00"]);
  await expect(key(page, "E4")).not.toHaveAttribute("data-down");
  await expect(key(page, "C4")).toHaveAttribute("data-down");
});

test("a knob that is far away is a ghost until it passes the value, and then turns it", async ({ page, api, jack }) => {
  await api("PATCH", "/api/piano/fx", { "reverb.mix": 0.5 });
  const reverb = knob(page, "Reverb");
  await expect(reverb).toHaveAttribute("aria-valuenow", "50");
  await jack.play(["b0 30 64"]);
  await expect(reverb.locator(".ghost")).toBeVisible();
  await expect(reverb).toHaveAttribute("aria-valuenow", "50");
  const ghostAt = () => reverb.locator(".ghost").getAttribute("style");
  const far = await ghostAt();
  await jack.play(["b0 30 50"]);
  await expect.poll(ghostAt).not.toBe(far);
  await expect(reverb).toHaveAttribute("aria-valuenow", "50");
  await jack.play(["b0 30 30"]);
  await expect(reverb.locator(".ghost")).toHaveCount(0);
  await expect(reverb).toHaveAttribute("aria-valuenow", "38");
  await jack.play(["b0 30 7f"]);
  await expect(reverb).toHaveAttribute("aria-valuenow", "100");
  await expect.poll(async () => (await state(api)).fx["reverb.mix"]).toBe(1);
  // What was not touched has not moved.
  await expect(knob(page, "Delay")).toHaveAttribute("aria-valuenow", "0");
});

test("pads are learned from a controller, several in a row; a taken one is told; Escape ends it", async ({ page, api, jack }) => {
  const strip = await learn(page, "Pad Panel A");
  await pad(page, "Kick").click();
  await expect(strip.getByText("Use the control that is to do: Note 36")).toBeVisible();
  await jack.play(["90 13 64", "80 13 00"], { gap: 4800 });
  await expect(strip.getByRole("button", { name: /^! note:19.* is taken by Open hat$/ })).toBeVisible();
  await jack.play(["90 18 64", "80 18 00"], { gap: 4800 });
  await expect(strip.getByRole("button", { name: /^✓ note:24.*: .*Note 36/ })).toBeVisible();
  // The other way round: first the control, then what it is to do.
  await jack.play(["90 19 64", "80 19 00"], { gap: 4800 });
  await expect(strip.getByText(/^Heard note:25/)).toBeVisible();
  await pad(page, "Clap").click();
  await expect(strip.getByRole("button", { name: /^✓ note:25.*: .*Note 39/ })).toBeVisible();
  await picture(page, "learn");
  await page.keyboard.press("Escape");
  await expect(strip).toHaveCount(0);
  expect((await state(api)).learn.active).toBe(false);
  const entries = (await state(api)).presets[PADS]?.entries ?? [];
  const notes = ["note:24", "note:25"].map((at) => entries.find(({ source }) => source === at)?.action?.["note"]);
  expect(notes).toEqual([36, 39]);
  // The pads play again.
  await jack.play(["90 10 64"]);
  await expect(pad(page, "Kick")).toHaveAttribute("data-down");
});

test("knobs are learned by turning them, a taken one if it is to be replaced, and nothing moves meanwhile", async ({ page, api, jack }) => {
  const strip = await learn(page, "Knob Panel A");
  const reverb = page.getByRole("group", { name: "Knobs" }).getByRole("button", { name: /^Reverb\b/ });
  const before = (await state(api)).fx;
  await reverb.click();
  await jack.play(["b0 46 40", "b0 46 42"]);
  await expect(strip.getByRole("button", { name: /^✓ cc:70/ })).toBeVisible();
  await reverb.click();
  await jack.play(["b0 32 40"]);
  await expect(strip.getByRole("button", { name: /^! cc:50.* is taken by Delay$/ })).toBeVisible();
  await strip.getByRole("checkbox", { name: "Replace what a control did" }).check();
  await jack.play(["b0 32 42"]);
  await expect(strip.getByRole("button", { name: /^✓ cc:50/ })).toBeVisible();
  expect((await state(api)).fx).toEqual(before);
  await page.keyboard.press("Escape");
  await expect(strip).toHaveCount(0);
  const targets = (await state(api)).presets[KNOBS]?.entries.filter(({ source }) => ["cc:50", "cc:70"].includes(source));
  expect(targets?.map(({ action }) => action?.["target"])).toEqual(["reverb.mix", "reverb.mix"]);
});

test("two actions on one control are marked where they are shown", async ({ page, api, jack }) => {
  await api("PATCH", `/api/presets/${PADS}/pads/16?channel=1`, { label: "Both", action: { type: "note", note: 80 } });
  await expect(pad(page, "Kick")).toHaveAccessibleName(/Several actions on one control/);
  await expect(pad(page, "Both")).toHaveAccessibleName(/Several actions on one control/);
  await expect(pad(page, "Snare")).not.toHaveAccessibleName(/Several actions/);
  await jack.play(["90 10 64"]);
  await expect(pad(page, "Kick")).toHaveAttribute("data-down");
});

test("what comes in is shown in words and bytes, the newest first, until it is held", async ({ page, jack }) => {
  await openView(page, "Controller");
  await jack.play(["90 3c 64", "b0 30 07", "e0 00 40", "80 3c 00"]);
  await expect(heard(page)).toHaveCount(5);
  const rows = await heard(page).allInnerTexts();
  const wanted = [
    /Input/,
    /note 60 off, channel 1.*80 3C 00/,
    /pitch bend 0, channel 1.*E0 00 40/,
    /controller 48 is 7, channel 1.*B0 30 07/,
    /note 60 on, velocity 100, channel 1.*midi_in.*90 3C 64/,
  ];
  wanted.forEach((words, n) => expect(rows[n]).toMatch(words));
  await page.getByRole("button", { name: "Hold" }).click();
  await jack.play(["91 40 50"]);
  await expect(key(page, "E4")).toHaveAttribute("data-down");
  await expect(heard(page)).toHaveCount(5);
  await page.getByRole("button", { name: "Hold" }).click();
  await expect(heard(page).nth(1)).toContainText("note 64 on, velocity 80, channel 2");
});

test.describe("a board that runs Ripieno", () => {
  test.use({ serve: "--midi-in controller-probe" });

  test("is found, given the studio, which it then plays, and gives it back", async ({ page, jack }) => {
    const board = jack.run("controller-probe");
    await board.tells("open");
    await openView(page, "Controller");
    await expect(inputs(page).filter({ hasText: "controller-probe" })).toContainText("Connected");
    await page.getByRole("button", { name: "Look for boards" }).click();
    await expect(page.getByRole("group", { name: "Ripieno boards" }).getByRole("status").first()).toHaveText("1 board has answered");
    const card = page.getByRole("group", { name: "qemu-mps2" });
    const slot = (n: number) => card.getByRole("row", { name: new RegExp(`^Slot ${n}\\b`) });
    const said = card.getByRole("status");
    await expect(slot(2)).toHaveText(/empty/);
    await expect(card.getByRole("button", { name: "Pull all set-ups" })).toBeDisabled();

    await card.getByRole("combobox", { name: "Where to" }).selectOption("Slot 2");
    await card.getByRole("button", { name: "Push" }).click();
    await expect(said).toContainText(/Slot 2 keeps it now, \d+ bytes/);
    const bytes = Number(/now, (\d+) bytes/.exec(await said.innerText())?.[1]);
    // At first it plays its default.
    await board.tells("plays", 2);
    expect(board.told("plays").map(({ bytes }) => bytes)).toEqual([null, bytes]);
    await expect(slot(2)).toHaveText(new RegExp(`${bytes} bytes\\s*plays`));
    await expect(card).toContainText("Slot 2 keeps a set-up, which will be replaced.");

    await card.getByRole("button", { name: "Pull all set-ups" }).click();
    await expect(said).toContainText("Pulled: qemu-mps2 slot 2.preset");
    await card.getByRole("combobox", { name: "What to push" }).selectOption("qemu-mps2 slot 2.preset");
    await card.getByRole("combobox", { name: "Where to" }).selectOption("Slot 5");
    await card.getByRole("checkbox", { name: "Play it at once" }).uncheck();
    await card.getByRole("button", { name: "Push" }).click();
    await expect(said).toContainText(`Slot 5 keeps it now, ${bytes} bytes`);
    await expect(slot(5)).toHaveText(new RegExp(`${bytes} bytes\\s*$`));
    await expect(slot(2)).toHaveText(/plays/);
    expect(board.told("plays")).toHaveLength(2);
    await picture(page, "board");

    await board.pull();
    await expect(inputs(page).filter({ hasText: "controller-probe" })).toHaveText(/controller-probe:out\s*Away/);
    await page.getByRole("button", { name: "Look for boards" }).click();
    await expect(page.getByRole("group", { name: "Ripieno boards" }).getByRole("status").first()).toHaveText("No board has answered");
  });
});
