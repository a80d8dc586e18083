// Panels: pads, knobs and keys, played and arranged by mouse and by keyboard, and what a controller does to them.

import type { Preset, Studio } from "../src/api/types.ts";
import { connected, expect, test, type Api, type Page } from "./studio.ts";

const state = (api: Api) => api<Studio>("GET", "/api/state");
const value = async (api: Api, preset: string, key: string) => (await state(api)).values[preset]?.[key]?.value;
const pad = (page: Page, name: string) => page.getByRole("toolbar", { name: "Pads" }).getByRole("button", { name: new RegExp(`^${name}\\b`) });
const knob = (page: Page, name: string) => page.getByRole("slider", { name: new RegExp(`^${name}\\b`) });
const region = (page: Page, title: string) => page.getByRole("tabpanel", { name: title }).getByRole("region", { name: title });
const labels = async (page: Page) =>
  (await page.getByRole("toolbar", { name: "Pads" }).getByRole("button").allTextContents()).map((text) => text.trim().split("  ")[0]);

const PADS = "pad-drums";
const KNOBS = "knob-effects";
const padPath = (note: number) => `/api/presets/${PADS}/pads/${note}`;

async function entry(api: Api, preset: string, source: string): Promise<Preset["entries"][number] | undefined> {
  return (await state(api)).presets[preset]?.entries.find((one) => one.source === source);
}

/** Two pads that tell a press and a release: each turns a value over. */
async function tellTales(api: Api): Promise<void> {
  const action = { type: "fx", target: "chorus.mix" };
  await api("PATCH", padPath(16), { action, press: "toggle", button: { fire: "press" } });
  await api("PATCH", padPath(17), { action: { type: "fx", target: "delay.mix" }, press: "toggle", button: { fire: "release" } });
}

test("pads by mouse: down when pressed, up when let go, wherever that is", async ({ page, api }) => {
  await tellTales(api);
  await pad(page, "Kick").click();
  await expect.poll(() => value(api, PADS, "note:16")).toBe(1);
  await expect(pad(page, "Kick")).toHaveAccessibleName(/, On/);
  await pad(page, "Snare").hover();
  await page.mouse.down();
  await expect(pad(page, "Snare")).toHaveAttribute("data-down");
  expect(await value(api, PADS, "note:17") ?? 0).toBe(0);
  await page.mouse.move(5, 300);
  await page.mouse.up();
  await expect.poll(() => value(api, PADS, "note:17")).toBe(1);
  await expect(pad(page, "Snare")).not.toHaveAttribute("data-down");
});

test("pads by keyboard: arrows go among them, Space holds, and leaving lets go", async ({ page, api }) => {
  await tellTales(api);
  await pad(page, "Kick").focus();
  await page.keyboard.press("ArrowRight");
  await expect(pad(page, "Snare")).toBeFocused();
  await page.keyboard.down(" ");
  await expect(pad(page, "Snare")).toHaveAttribute("data-down");
  await page.evaluate(() => dispatchEvent(new Event("blur")));
  await expect.poll(() => value(api, PADS, "note:17")).toBe(1);
  await page.keyboard.up(" ");
  await page.keyboard.press("ArrowUp");
  await expect(pad(page, "High tom")).toBeFocused();
});

test("a pad that is held is let go after a lost connection", async ({ page, api, server, faults }) => {
  faults.bear(/WebSocket|ERR_CONNECTION/);
  await tellTales(api);
  await pad(page, "Snare").hover();
  await page.mouse.down();
  await expect(pad(page, "Snare")).toHaveAttribute("data-down");
  await server.kill();
  await expect(page.locator("[data-state=lost]")).toBeAttached();
  await page.mouse.up();
  await server.start();
  await connected(page);
  await expect(pad(page, "Snare")).not.toHaveAttribute("data-down");
});

test("a controller lights the pad of the active panel while it is down", async ({ page, api }) => {
  await api("POST", "/api/pads/18/press", {});
  await expect(pad(page, "Closed hat")).toHaveAttribute("data-down");
  await api("POST", "/api/pads/18/release");
  await expect(pad(page, "Closed hat")).not.toHaveAttribute("data-down");
});

test("pads change places by drag while they are arranged, and nothing sounds", async ({ page, api }) => {
  await tellTales(api);
  await region(page, "Pad Panel A").getByRole("button", { name: /^Arrange/ }).click();
  const [from, to] = [pad(page, "Kick"), pad(page, "Crash")];
  await from.hover();
  await page.mouse.down();
  await to.hover();
  await to.hover({ position: { x: 20, y: 20 } });
  await page.mouse.up();
  await expect.poll(async () => (await entry(api, PADS, "note:23"))?.label).toBe("Kick");
  expect((await entry(api, PADS, "note:16"))?.label).toBe("Crash");
  expect(await value(api, PADS, "note:16") ?? 0).toBe(0);
});

test("pads change places by keyboard, onto an empty one too", async ({ page, api }) => {
  await api("POST", "/api/unlearn", { type: "pad", preset: PADS, source: "note:17" });
  await pad(page, "Kick").focus();
  await page.keyboard.press("Alt+ArrowRight");
  await expect.poll(async () => (await entry(api, PADS, "note:17"))?.label).toBe("Kick");
  await expect(pad(page, "Kick")).toBeFocused();
  expect(await entry(api, PADS, "note:16")).toBeUndefined();
});

test("pads lie as on a controller: the lowest at the bottom left", async ({ page }) => {
  await expect(pad(page, "Kick")).toBeVisible();
  expect((await labels(page)).map((label) => label?.split(/\s(?:Note|N)/)[0])).toHaveLength(8);
  const [kick, crash] = [await pad(page, "Kick").boundingBox(), await pad(page, "Crash").boundingBox()];
  expect(kick && crash && kick.y > crash.y && kick.x < crash.x).toBe(true);
});

test("knobs by drag, wheel and arrows", async ({ page, api }) => {
  const reverb = knob(page, "Reverb");
  await reverb.hover();
  await page.mouse.down();
  const box = await reverb.boundingBox();
  await page.mouse.move((box?.x ?? 0) + 40, (box?.y ?? 0) - 40, { steps: 5 });
  await page.mouse.up();
  await expect.poll(async () => (await state(api)).fx["reverb.mix"]).toBeGreaterThan(0.3);
  await reverb.focus();
  await page.keyboard.press("Home");
  await expect(reverb).toHaveAttribute("aria-valuenow", "0");
  await page.keyboard.press("End");
  await expect(reverb).toHaveAttribute("aria-valuenow", "100");
  await page.keyboard.press("PageDown");
  await expect(reverb).toHaveAttribute("aria-valuenow", "92");
  await reverb.hover();
  await page.mouse.wheel(0, 100);
  await expect.poll(async () => (await state(api)).fx["reverb.mix"]).toBeLessThan(0.92);
});

test("a knob of a controller that has not taken over is a ghost", async ({ page, api }) => {
  const reverb = knob(page, "Reverb");
  await api("POST", "/api/knobs/48", { value: 100 });
  await expect(reverb.locator(".ghost")).toBeVisible();
  await expect(reverb).toHaveAttribute("aria-valuenow", "0");
  await api("POST", "/api/knobs/48", { value: 0 });
  await expect(reverb.locator(".ghost")).toHaveCount(0);
});

test("a knob that is no effect is turned past what would be a jump", async ({ page, api }) => {
  await api("PATCH", `/api/knob-presets/${KNOBS}/knobs/48`, { action: { type: "master" }, label: "Master" });
  const master = knob(page, "Master");
  await master.focus();
  await page.keyboard.press("End");
  await page.keyboard.press("PageDown");
  await expect(master).toHaveAttribute("aria-valuenow", "92");
});

test("keys by mouse, gliding from one to the next, and by the computer's keys", async ({ page }) => {
  const key = (name: string) => page.getByRole("toolbar", { name: "Keys" }).getByRole("button", { name, exact: true });
  await key("C4").hover();
  await page.mouse.down();
  await expect(key("C4")).toHaveAttribute("data-down");
  await key("D4").hover({ force: true });
  await expect(key("D4")).toHaveAttribute("data-down");
  await expect(key("C4")).not.toHaveAttribute("data-down");
  await page.mouse.up();
  await expect(key("D4")).not.toHaveAttribute("data-down");
  await key("C4").focus();
  await page.keyboard.down("s");
  await expect(key("D3")).toHaveAttribute("data-down");
  await page.keyboard.up("s");
  await expect(key("D3")).not.toHaveAttribute("data-down");
  await page.keyboard.press("x");
  await expect(page.getByText("From C4")).toBeVisible();
});

test("keys of a map panel are chosen, and do what they are told", async ({ page, api }) => {
  await api("POST", "/api/piano/presets", { name: "Moves" });
  const id = Object.values((await state(api)).presets).find(({ name }) => name === "Moves")?.id ?? "";
  await api("PATCH", `/api/piano/presets/${id}/keys/60`, { label: "Wet", action: { type: "fx", target: "reverb.mix" }, press: "toggle" });
  await api("POST", "/api/panels", { type: "piano", bank: "map", preset: id, activate: true });
  const panel = region(page, "Piano (Map)");
  await panel.getByRole("button", { name: /^C4, Wet/ }).click();
  await expect.poll(async () => (await state(api)).fx["reverb.mix"]).toBe(1);
  await expect(page.getByRole("heading", { name: "Wet" })).toBeVisible();
});

test("the lamp makes a panel active and inactive; an inactive one is silent and can be edited", async ({ page, api }) => {
  await tellTales(api);
  const panel = region(page, "Pad Panel A");
  const lamp = panel.getByRole("button", { name: /^Active/ });
  await expect(lamp).toHaveAttribute("aria-pressed", "true");
  await lamp.click();
  await expect(lamp).toHaveAttribute("aria-pressed", "false");
  await pad(page, "Kick").click();
  await page.getByRole("textbox", { name: "Label" }).fill("Boom");
  await page.getByRole("textbox", { name: "Label" }).press("Enter");
  await expect(pad(page, "Boom")).toBeVisible();
  expect(await value(api, PADS, "note:16") ?? 0).toBe(0);
  await lamp.focus();
  await page.keyboard.press("Enter");
  await expect(lamp).toHaveAttribute("aria-pressed", "true");
});

test("title, bank and preset of a panel; presets are made, renamed and deleted", async ({ page, api }) => {
  const title = region(page, "Pad Panel A").getByRole("textbox", { name: "Title" });
  await title.fill("Stage left");
  await title.press("Enter");
  const panel = region(page, "Stage left");
  await expect(panel).toBeVisible();
  await panel.getByRole("combobox", { name: "Bank" }).selectOption("B");
  await expect.poll(async () => Object.values((await state(api)).panels).find(({ title }) => title === "Stage left")?.bank).toBe("B");
  await panel.getByRole("button", { name: "Presets" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name of a new preset" }).fill("Second set");
  await dialog.getByRole("button", { name: "Make" }).click();
  await expect(dialog.getByRole("radio", { name: "Use Second set" })).toBeChecked();
  const name = dialog.getByRole("textbox", { name: "Name of the preset" }).last();
  await name.fill("Encore");
  await name.press("Enter");
  await expect(dialog.getByRole("radio", { name: "Use Encore" })).toBeChecked();
  await dialog.getByRole("radio", { name: "Use Drums" }).check();
  await dialog.getByRole("button", { name: "Delete the preset Encore" }).click();
  await expect(dialog.getByRole("radio")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});

test("a deleted panel comes back with one click", async ({ page, api }) => {
  const panel = region(page, "Knob Panel A");
  await panel.getByRole("button", { name: "Delete this panel" }).click();
  await expect(page.getByRole("tab", { name: "Knob Panel A" })).toHaveCount(0);
  await page.getByRole("region", { name: "Notifications" }).getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("tab", { name: "Knob Panel A" })).toBeVisible();
  expect((await state(api)).active_panels["knob:A"]).toBe("knobPanel-1");
});

test("learning: targets and controls find each other, many in a row, and conflicts are told", async ({ page, api }) => {
  const panel = region(page, "Pad Panel A");
  await panel.getByRole("button", { name: "Learn from a controller" }).click();
  const strip = panel.getByRole("region", { name: "Learn from a controller" });
  await pad(page, "Kick").click();
  await expect(strip.getByText("Use the control that is to do: Note 36")).toBeVisible();
  await api("POST", "/api/pads/19/press", {});
  await expect(strip.getByText(/is taken by Open hat/)).toBeVisible();
  await api("POST", "/api/pads/24/press", {});
  await expect(strip.getByText(/✓ note:24.*Note 36/)).toBeVisible();
  // The other way round: first the control, then what it is to do.
  await api("POST", "/api/pads/25/press", {});
  await expect(strip.getByText(/^Heard note:25/)).toBeVisible();
  await pad(page, "Clap").click();
  await expect(strip.getByText(/✓ note:25.*Note 39/)).toBeVisible();
  await strip.getByRole("button", { name: "End learning" }).click();
  await expect(strip).toHaveCount(0);
  const learned = (await state(api)).presets[PADS]?.entries.filter(({ source }) => ["note:24", "note:25"].includes(source));
  expect(learned?.map(({ action }) => action?.["note"])).toEqual([36, 39]);
});
