// Properties: everything about one control, by forms that the server's own description makes.

import type { Entry, Studio } from "../src/api/types.ts";
import { expect, test, type Api, type Page } from "./studio.ts";

const PADS = "pad-drums";
const KNOBS = "knob-effects";

const entry = async (api: Api, preset: string, source: string): Promise<Entry | undefined> =>
  (await api<Studio>("GET", "/api/state")).presets[preset]?.entries.find((one) => one.source === source);

const view = (page: Page) => page.getByRole("tabpanel", { name: "Properties" });

async function choosePad(page: Page, name: string): Promise<void> {
  await page.getByRole("toolbar", { name: "Pads" }).getByRole("button", { name: new RegExp(`^${name}\\b`) }).click();
  await expect(view(page).getByRole("heading", { level: 2 })).toHaveText(name);
}

async function chooseKnob(page: Page, name: string): Promise<void> {
  await page.getByRole("slider", { name: new RegExp(`^${name}\\b`) }).click();
  await expect(view(page).getByRole("heading", { level: 2 })).toHaveText(name);
}

test("label and colour", async ({ page, api }) => {
  await choosePad(page, "Kick");
  const label = view(page).getByRole("textbox", { name: "Label" });
  await label.fill("Big drum");
  await label.press("Enter");
  await expect(page.getByRole("button", { name: /^Big drum/ })).toBeVisible();
  await view(page).getByLabel("Colour").fill("#102030");
  await expect.poll(async () => (await entry(api, PADS, "note:16"))?.color).toEqual([16, 32, 48]);
  await view(page).getByRole("button", { name: "No colour" }).click();
  await expect.poll(async () => (await entry(api, PADS, "note:16"))?.color ?? null).toBeNull();
});

test("an action by its form; what is missing or wrong changes nothing", async ({ page, api }) => {
  await choosePad(page, "Kick");
  await view(page).getByLabel("Action", { exact: true }).selectOption("chord");
  const apply = view(page).getByRole("button", { name: "Apply" });
  await expect(apply).toBeDisabled();
  await view(page).getByLabel(/^Notes/).fill("C4, E4 G4");
  await view(page).getByLabel("Channel").fill("2");
  await apply.click();
  await expect.poll(async () => (await entry(api, PADS, "note:16"))?.action).toEqual({ type: "chord", notes: ["C4", "E4", "G4"], channel: 2 });
  await expect(apply).toBeDisabled();
  await view(page).getByLabel(/^Notes/).fill("H9");
  await apply.click();
  await expect(page.getByRole("region", { name: "Notifications" })).toContainText("H9");
  expect((await entry(api, PADS, "note:16"))?.action?.["channel"]).toBe(2);
  await view(page).getByRole("button", { name: "Revert" }).click();
  await expect(view(page).getByLabel(/^Notes/)).toHaveValue("C4, E4, G4");
  await view(page).getByRole("button", { name: "Clear the action" }).click();
  await expect.poll(async () => (await entry(api, PADS, "note:16"))?.action ?? null).toBeNull();
});

test("keys of the computer are heard, and Escape alone is the way out", async ({ page, api }) => {
  await choosePad(page, "Kick");
  await view(page).getByLabel("Action", { exact: true }).selectOption("keystroke");
  await expect(view(page).getByText(/^Not allowed so far/)).toBeVisible();
  const capture = view(page).getByRole("button", { name: "Press keys" });
  await capture.click();
  await page.keyboard.press("Escape");
  await expect(capture).toHaveAttribute("aria-pressed", "false");
  await capture.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+Shift+Digit5");
  await expect(view(page).getByLabel(/^Keys/)).toHaveValue("ctrl+shift+5");
  await view(page).getByRole("button", { name: "Apply" }).click();
  await expect.poll(async () => (await entry(api, PADS, "note:16"))?.action?.["keys"]).toBe("ctrl+shift+5");
});

test("how a pad fires", async ({ page, api }) => {
  await choosePad(page, "Kick");
  await view(page).getByLabel("Fires").selectOption("long");
  await view(page).getByLabel("Time in ms").fill("700");
  await view(page).getByLabel("Time in ms").press("Enter");
  await expect.poll(async () => (await entry(api, PADS, "note:16"))?.button).toEqual({ fire: "long", ms: 700 });
  await view(page).getByLabel("A press").selectOption("radio");
  await expect.poll(async () => (await entry(api, PADS, "note:16"))?.press).toEqual({ radio: 1 });
  await view(page).getByLabel("Fires").selectOption("press");
  await expect.poll(async () => (await entry(api, PADS, "note:16"))?.button ?? null).toBeNull();
});

test("how a knob takes over, bends and turns", async ({ page, api }) => {
  await chooseKnob(page, "Delay");
  await view(page).getByLabel("Takes over").selectOption("tolerant");
  const near = async () => {
    const takeover = (await entry(api, KNOBS, "cc:50"))?.takeover;
    return typeof takeover === "object" ? takeover?.tolerant : undefined;
  };
  await expect.poll(near).toBeCloseTo(0.05, 3);
  await view(page).getByLabel("Curve").selectOption("points");
  await view(page).getByLabel("Point 3").fill("30");
  await view(page).getByLabel("Point 3").press("Enter");
  await expect.poll(async () => (await entry(api, KNOBS, "cc:50"))?.curve).toEqual([0, 0.25, 0.3, 0.75, 1]);
  await view(page).getByLabel("Top in %").fill("80");
  await view(page).getByLabel("Top in %").press("Enter");
  await expect.poll(async () => (await entry(api, KNOBS, "cc:50"))?.max).toBeCloseTo(0.8, 3);
  await view(page).getByLabel("The other way round").check();
  await expect.poll(async () => (await entry(api, KNOBS, "cc:50"))?.invert).toBe(true);
  await view(page).getByLabel("Endless knob").check();
  await view(page).getByLabel("Coding").selectOption("binary-offset");
  await expect.poll(async () => (await entry(api, KNOBS, "cc:50"))?.encoder).toEqual({ coding: "binary-offset" });
  expect((await entry(api, KNOBS, "cc:50"))?.takeover ?? null).toBeNull();
});

test("other uses of a control are told and shown; unlearning takes it out", async ({ page, api }) => {
  await api("POST", "/api/presets", { name: "Other" });
  await api("PATCH", "/api/presets/Other/pads/16", { label: "Bell", action: { type: "note", note: 80 } });
  await api("PATCH", `/api/presets/${PADS}/pads/16?channel=3`, { label: "Third", action: { type: "panic" } });
  await choosePad(page, "Kick");
  await expect(view(page).getByText(/^Bell/)).toBeVisible();
  const conflict = view(page).getByRole("listitem").filter({ hasText: "Conflict:" });
  await expect(conflict).toContainText("Third");
  await conflict.getByRole("button", { name: "Show" }).click();
  await expect(view(page).getByRole("heading", { level: 2 })).toHaveText("Third");
  await view(page).getByRole("button", { name: "Take this control out of the preset" }).click();
  await expect.poll(async () => (await api<Studio>("GET", "/api/state")).presets[PADS]?.entries.some(({ channel }) => channel === 3)).toBe(false);
});

test("all of it by keyboard", async ({ page, api }) => {
  await page.getByRole("toolbar", { name: "Pads" }).getByRole("button", { name: /^Kick/ }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("tabpanel", { name: "Pad Panel A" }).getByRole("button", { name: "Properties" }).focus();
  await page.keyboard.press("Enter");
  const label = view(page).getByRole("textbox", { name: "Label" });
  await expect(label).toBeFocused();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Thump");
  for (let n = 0; n < 6 && !(await view(page).getByLabel("Action", { exact: true }).evaluate((element) => element === document.activeElement)); n += 1) {
    await page.keyboard.press("Tab");
  }
  const action = view(page).getByLabel("Action", { exact: true });
  for (let n = 0; n < 60 && (await action.inputValue()) !== "panic"; n += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await entry(api, PADS, "note:16"))?.action?.type).toBe("panic");
  expect((await entry(api, PADS, "note:16"))?.label).toBe("Thump");
});
