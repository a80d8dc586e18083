// The rack of effects: values dragged, stepped and typed in their own units, units moved and taken out of the path.

import { expect, openView, picture, test, type Api, type Page } from "./studio.ts";

const USUAL = ["volume", "filter", "pitch", "chorus", "delay", "reverb", "pan"];

type Effects = Record<string, number> & { order?: string[] };

const effects = (api: Api) => api<Effects>("GET", "/api/piano/fx");
const value = async (api: Api, key: string) => (await effects(api))[key];
const order = async (api: Api) => ((await effects(api)) as { order?: string[] }).order;

function unit(page: Page, name: string) {
  return page.getByRole("list", { name: "Effects" }).getByRole("group", { name, exact: true });
}

test("values are typed in physical units, and nonsense changes nothing", async ({ page, api }) => {
  await openView(page, "Effects");
  const check = async (name: string, param: string, typed: string, shown: string) => {
    const slider = unit(page, name).getByRole("slider", { name: param });
    await slider.press("Enter");
    await page.keyboard.type(typed);
    await page.keyboard.press("Enter");
    await expect(slider, `${name} ${param} ${typed}`).toHaveAttribute("aria-valuetext", shown);
    await expect(slider).toBeFocused();
  };
  await check("Filter", "Cutoff", "1.2 kHz", "1200 Hz");
  await check("Filter", "Resonance", "Q 4", "Q 4.00");
  await check("Filter", "Resonance", "loud", "Q 4.00");
  await check("Delay", "Time", "350 ms", "0.350 s");
  await check("Delay", "Feedback", "50 %", "50 %");
  await check("Reverb", "Decay", "2,5", "2.500 s");
  await check("Pan", "Balance", "30 left", "30 % left");
  await check("Pan", "Balance", "20", "20 % right");
  await check("Pan", "Balance", "centre", "centre");
  await check("Pitch", "Shift", "-7", "−7.00 st");
  await check("Volume", "Gain", "-6 dB", "−6.0 dB");
  await check("Volume", "Gain", "silent", "silent");
  await expect.poll(() => value(api, "volume.gain")).toBe(0);
  expect(await value(api, "pitch.shift")).toBeCloseTo(0.2083, 3);
  expect(await value(api, "filter.cutoff")).toBeCloseTo(0.511, 3);
});

test("values follow the pointer, arrows and what others do", async ({ page, api }) => {
  await openView(page, "Effects");
  const mix = unit(page, "Reverb").getByRole("slider", { name: "Mix" });
  await mix.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await mix.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(x + 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2, y + height / 2, { steps: 20 });
  await page.mouse.up();
  await expect(mix).toHaveAttribute("aria-valuetext", "50 %");
  await expect.poll(() => value(api, "reverb.mix")).toBeCloseTo(0.5, 1);
  await mix.press("End");
  await mix.press("ArrowLeft");
  await expect(mix).toHaveAttribute("aria-valuetext", "99 %");
  await expect.poll(() => value(api, "reverb.mix")).toBeCloseTo(0.99, 3);
  await api("PATCH", "/api/piano/fx", { "reverb.mix": 0.25 });
  await expect(mix).toHaveAttribute("aria-valuetext", "25 %");
  await mix.press("Delete");
  await expect(mix).toHaveAttribute("aria-valuetext", "0 %");
  await unit(page, "Filter").getByRole("combobox", { name: "Mode" }).selectOption("high-pass");
  await expect.poll(() => value(api, "filter.mode")).toBe(1);
});

test("a click on a number types it", async ({ page, api }) => {
  await openView(page, "Effects");
  const depth = unit(page, "Chorus").getByRole("slider", { name: "Depth" });
  await depth.getByText("2.75 ms").click();
  await page.keyboard.type("1 ms");
  await page.keyboard.press("Enter");
  await expect.poll(() => value(api, "chorus.depth")).toBeCloseTo(0.111, 3);
});

test("a unit is taken out of the path and back, and everything goes back to what is usual", async ({ page, api }) => {
  await api("PATCH", "/api/piano/fx", { "delay.mix": 0.4 });
  await openView(page, "Effects");
  const lamp = unit(page, "Delay").getByRole("button", { name: "Delay is in the path" });
  await expect(lamp).toHaveAttribute("aria-pressed", "true");
  await lamp.press("Space");
  await expect(lamp).toHaveAttribute("aria-pressed", "false");
  await expect(lamp).toHaveText("Off");
  await expect.poll(() => value(api, "delay.bypass")).toBe(1);
  await lamp.click();
  await expect.poll(() => value(api, "delay.bypass")).toBe(0);
  await page.getByRole("button", { name: "Back to the usual values" }).click();
  await expect.poll(() => value(api, "delay.mix")).toBe(0);
});

test("units are moved by keyboard: the focus goes along, and it is said", async ({ page, api }) => {
  await openView(page, "Effects");
  const later = unit(page, "Reverb").getByRole("button", { name: "Move Reverb later" });
  await later.press("Enter");
  await expect.poll(() => order(api)).toEqual(["volume", "filter", "pitch", "chorus", "delay", "pan", "reverb"]);
  await expect(page.getByText("Reverb is now 7 of 7")).toBeAttached();
  // There is nothing later: the way back has the focus.
  await expect(unit(page, "Reverb").getByRole("button", { name: "Move Reverb earlier" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect.poll(() => order(api)).toEqual(USUAL);
  await expect(page.getByText("Reverb is now 6 of 7")).toBeAttached();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Reverb is now 5 of 7")).toBeAttached();
  await picture(page, "effects");
});

test("units are dragged to their place, and Escape lets go of them", async ({ page, api }) => {
  await openView(page, "Effects");
  const middle = async (name: string) => {
    const box = (await unit(page, name).getByRole("heading").boundingBox()) ?? { x: 0, y: 0, height: 0 };
    return [box.x + 5, box.y + box.height / 2] as const;
  };
  await page.mouse.move(...(await middle("Volume")));
  await page.mouse.down();
  await page.mouse.move(...(await middle("Filter")), { steps: 5 });
  await expect(page.getByRole("list", { name: "Effects" }).getByRole("heading").first()).toHaveText("Filter");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("list", { name: "Effects" }).getByRole("heading").first()).toHaveText("Volume");
  await page.mouse.up();
  expect(await order(api)).toEqual(USUAL);
  await page.mouse.move(...(await middle("Volume")));
  await page.mouse.down();
  await page.mouse.move(...(await middle("Filter")), { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => order(api)).toEqual(["filter", "volume", ...USUAL.slice(2)]);
  await expect(page.getByRole("list", { name: "Effects" }).getByRole("heading").first()).toHaveText("Filter");
});

test("another order of somebody else is shown", async ({ page, api }) => {
  await openView(page, "Effects");
  await api("PATCH", "/api/piano/fx", { order: [...USUAL].reverse() });
  const names = page.getByRole("list", { name: "Effects" }).getByRole("heading");
  await expect(names).toHaveText(["Pan", "Reverb", "Delay", "Chorus", "Pitch", "Filter", "Volume"]);
  await api("POST", "/api/undo");
  await expect(names.first()).toHaveText("Volume");
});

test("a preview of an instrument is heard here, and what plays is left in peace", async ({ page, api }) => {
  await openView(page, "Instruments");
  await page.getByRole("button", { name: "Listen to organ" }).click();
  await expect(page.getByRole("button", { name: "Stop listening" })).toBeVisible();
  await expect.poll(async () => (await api<{ op_type: string; status: string }[]>("GET", "/api/ops"))[0]).toMatchObject({ op_type: "preview", status: "done" });
  // It ends by itself.
  await expect(page.getByRole("button", { name: "Listen to organ" })).toBeVisible({ timeout: 20_000 });
  expect(await api("GET", "/api/piano/instruments")).toMatchObject({ current: "built-in" });
});
