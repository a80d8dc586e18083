// The sound: instruments, level, recording, devices. What is seen here is asked of the server as well.

import { expect, openView, picture, test } from "./studio.ts";

interface Op {
  op_type: string;
  status: string;
  result: { name?: string };
}

declare global {
  interface Window {
    /** Output gains that were sent. */
    gains: number[];
  }
}

test("an instrument is found by its name, chosen, and marked", async ({ page, api }) => {
  await openView(page, "Instruments");
  const view = page.getByRole("region", { name: "Instruments", exact: true }).last();
  const list = view.getByRole("list", { name: "Instruments" });
  await expect(list.locator("[aria-current]")).toContainText("built-in");
  await view.getByRole("searchbox").fill("ORG an");
  await expect(list.getByRole("listitem")).toHaveCount(1);
  await view.getByRole("button", { name: "Use organ" }).press("Enter");
  await expect(list.locator("[aria-current]")).toContainText("organ");
  expect(await api("GET", "/api/piano/instruments")).toMatchObject({ current: "organ" });
  await picture(page, "instruments");
  await view.getByRole("searchbox").fill("no such thing");
  await expect(list).toContainText("No instrument has this name");
});

test("an instrument that cannot be had says so, and the old one plays on", async ({ page, api }) => {
  await openView(page, "Instruments");
  await api("POST", "/api/ops/start", { op_type: "load_instrument", params: { name: "nothing" } });
  await expect(page.getByRole("log")).toContainText('there is no instrument "nothing"');
  await expect(page.locator("[aria-current]").filter({ hasText: "built-in" })).toBeVisible();
});

test("the level is shown, kept at its highest, and said when it is asked for", async ({ page, api }) => {
  await openView(page, "Audio");
  const level = page.getByRole("group", { name: "Output level" });
  const left = level.getByRole("meter", { name: "Level, left" });
  await expect(left).toHaveAttribute("aria-valuenow", "-60");
  await api("POST", "/api/piano/note", { note: 60, velocity: 127 });
  await expect(left).not.toHaveAttribute("aria-valuenow", "-60");
  await api("POST", "/api/piano/note/off", { note: 60 });
  await level.getByRole("button", { name: "Say the level" }).click();
  await expect(level.getByRole("status").first()).toHaveText(/Left .+, Right .+\. Highest −\d+ dB/);
  await expect(left).toHaveAttribute("aria-valuenow", "-60", { timeout: 30_000 });
  await expect(level).toContainText(/Highest −\d+ dB/);
  await level.getByRole("button", { name: "Reset" }).click();
  await expect(level).toContainText("Highest silent");
});

test("the output gain is typed, turned by keys, and taken from elsewhere", async ({ page, api }) => {
  await openView(page, "Audio");
  // The focus comes into a view that opens, and is nobody's but the user's after that.
  await expect(page.getByRole("button", { name: "Reset", exact: true })).toBeFocused();
  const gain = page.getByRole("slider", { name: "Output gain" });
  await gain.press("Enter");
  await page.keyboard.type("-6 dB");
  await page.keyboard.press("Enter");
  await expect(gain).toHaveAttribute("aria-valuetext", "−6.0 dB");
  const master = async () => (await api<{ audio: { settings: { master: number } } }>("GET", "/api/state")).audio.settings.master;
  await expect.poll(master).toBeCloseTo(0.501, 2);
  await gain.press("Home");
  await expect(gain).toHaveAttribute("aria-valuetext", "silent");
  await expect.poll(master).toBe(0);
  await api("PUT", "/api/settings/piano_audio", { master_volume: 1 });
  await expect(gain).toHaveAttribute("aria-valuetext", "0.0 dB");
});

test("the output gain is heard while it is turned, and a movement is not as many steps back as it sent", async ({ page, api }) => {
  await openView(page, "Audio");
  const gain = page.getByRole("slider", { name: "Output gain" });
  await gain.scrollIntoViewIfNeeded();
  const box = await gain.boundingBox();
  if (!box) throw new Error("no slider");
  await page.evaluate(() => {
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (data) {
      const said = JSON.parse(String(data)) as { path?: string; body?: { master_volume?: number } };
      if (said.path === "/api/settings/piano_audio") window.gains.push(said.body?.master_volume ?? -1);
      send.call(this, data);
    };
    window.gains = [];
  });
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + 0.9 * box.width, y);
  await page.mouse.down();
  // It never rests for as long as it was once waited for.
  for (let n = 0; n < 40; n += 1) {
    await page.mouse.move(box.x + (0.9 - 0.02 * n) * box.width, y);
    await page.waitForTimeout(20);
  }
  const sent = await page.evaluate(() => window.gains);
  await page.mouse.up();
  expect(sent.length).toBeGreaterThan(2);
  expect(sent.length).toBeLessThan(40);
  expect(sent).toEqual([...sent].sort((one, other) => other - one));
  await expect.poll(() => page.evaluate(() => window.gains.at(-1))).toBeCloseTo(0.12, 1);
  // One step, or some where the machine stood still for as long as a hand that rests.
  const master = async () => (await api<{ audio: { settings: { master: number } } }>("GET", "/api/state")).audio.settings.master;
  let steps = 0;
  do {
    await api("POST", "/api/undo");
    steps += 1;
  } while ((await master()) !== 1);
  expect(steps).toBeLessThan(sent.length);
  await expect(gain).toHaveAttribute("aria-valuetext", "0.0 dB");
});

test("what is heard is recorded until it is stopped, and named", async ({ page, api }) => {
  await openView(page, "Audio");
  await page.getByRole("button", { name: "Record", exact: true }).press("Enter");
  await expect(page.getByText(/Recording 0:0\d/)).toBeVisible();
  await api("POST", "/api/piano/note", { note: 60, velocity: 100 });
  await page.getByRole("button", { name: "Stop recording" }).click();
  await expect(page.getByText(/Kept as take-\d+\.wav/)).toBeVisible();
  const ops = await api<Op[]>("GET", "/api/ops");
  expect(ops.find(({ op_type }) => op_type === "record")?.result.name).toMatch(/^take-/);
  await page.getByRole("button", { name: "Show in Stems" }).click();
  await expect(page.getByRole("tab", { name: "Stems", selected: true })).toBeVisible();
});

test("settings of the sound apply, or everything stays as it was", async ({ page, api }) => {
  await openView(page, "Audio");
  const form = page.getByRole("form", { name: "Device and format" });
  const apply = form.getByRole("button", { name: "Apply" });
  await expect(apply).toBeDisabled();
  await form.getByLabel("Sample rate").selectOption("44100 Hz");
  await form.getByLabel("Period").selectOption("256 frames");
  await apply.click();
  await expect(form.getByRole("status")).toHaveText("Applied and kept");
  const status = page.getByRole("group", { name: "Load" });
  await expect(status).toContainText("44100 Hz, 256 frames");
  await picture(page, "audio");
  const settings = async () => (await api<{ audio: { settings: object } }>("GET", "/api/state")).audio.settings;
  const before = await settings();
  await form.getByLabel("Voices at most").fill("100000");
  await apply.click();
  await expect(form.getByRole("status")).toHaveText(/^Everything is as it was: .*100000/);
  expect(await settings()).toEqual(before);
  await form.getByRole("button", { name: "Cancel" }).click();
  await expect(form.getByLabel("Voices at most")).toHaveValue("256");
});

test("load and voices are asked for while they are seen, and not behind another tab", async ({ page, api }) => {
  await openView(page, "Audio");
  const load = page.getByRole("group", { name: "Load" });
  await expect(load).toContainText(/Voices\s*0 \/ 256/);
  await api("POST", "/api/piano/note", { note: 60 });
  await expect(load).toContainText(/Voices\s*[1-9]\d* \/ 256/);
  let asked = 0;
  const watched = await page.context().newCDPSession(page);
  await watched.send("Network.enable");
  watched.on("Network.webSocketFrameSent", ({ response }) => (asked += response.payloadData.includes("/api/telemetry") ? 1 : 0));
  await expect.poll(() => asked).toBeGreaterThan(1);
  await openView(page, "Instruments");
  await expect(load).toBeHidden();
  // One may have been on its way.
  await api("GET", "/api/piano/fx");
  const before = asked;
  await page.waitForTimeout(2500);
  expect(asked).toBeLessThanOrEqual(before + 1);
});
