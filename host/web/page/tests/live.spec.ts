// Much that moves: 256 controls 60 times a second, and half an hour of it without a trace in memory.
//
// What the server tells is put into the page's socket here, as nothing else on the test's machine can make 15,360 events a
// second beside a browser; all from the socket on is the page's own.

import { expect, test, type Page } from "./studio.ts";

const PRESETS = ["one", "two"];
const CONTROLS = 128;

const knobs = (name: string) => Array.from({ length: CONTROLS }, (_, cc) => `  { cc = ${cc}, label = "${name} ${cc}" },`).join("\n");
const DOCUMENT = `version = 1
[[layouts]]
id = "default"
name = "Knobs"
zones = [{ controls = [0, 127], role = "knob" }]
${PRESETS.map((name) => `[[knob_presets]]\nid = "${name}"\nname = "${name}"\nknobs = [\n${knobs(name)}\n]`).join("\n")}
${PRESETS.map((name, at) => `[[panels]]\nid = "${name}"\ntype = "knob"\nbank = "${"AB"[at]}"\ntitle = "Knobs ${name}"\npreset = "${name}"\nactive = true`).join("\n")}
`;

declare global {
  interface Window {
    /** Hands an event to the page as its socket would. */
    tell: (event: string, payload: object, patch: object) => void;
    /** Moves one control after the other. */
    turn: (count: number) => void;
  }
}

/** Before the page is loaded: keeps its socket, and the number of the last event on it. */
async function prepare(page: Page): Promise<void> {
  await page.addInitScript(
    ([presets, controls]) => {
      let socket: WebSocket;
      let seq = 0;
      window.WebSocket = class extends WebSocket {
        constructor(url: string | URL, protocols?: string | string[]) {
          super(url, protocols);
          socket = this;
          this.addEventListener("message", ({ data }) => {
            const told = (JSON.parse(String(data)) as { seq?: number }).seq;
            if (told !== undefined) seq = Math.max(seq, told);
          });
        }
      };
      window.tell = (event, payload, patch) => {
        seq += 1;
        const data = JSON.stringify({ type: "event", seq, event, payload, patch, ts: 0 });
        socket.onmessage?.(new MessageEvent("message", { data }));
      };
      let turned = 0;
      window.turn = (count) => {
        for (let n = 0; n < count; n += 1) {
          const preset = presets[turned % presets.length] ?? "";
          const source = `cc:${Math.floor(turned / presets.length) % controls}`;
          const value = (turned % 997) / 996;
          window.tell("knob.value", { preset, at: { source }, value, distance: 0 }, { values: { [preset]: { [source]: { value, distance: null } } } });
          turned += 1;
        }
      };
    },
    [PRESETS, CONTROLS] as const,
  );
  await page.reload();
  for (const name of PRESETS) await expect(page.getByRole("slider", { name: new RegExp(`^${name} \\d`) })).toHaveCount(CONTROLS);
}

/** Moves all controls once in each of so many frames; what the page's thread works for a frame, in milliseconds. */
async function work(page: Page, frames: number): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  // The thread's own time: what else the machine does is not measured.
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  const worked = async () => (await devtools.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
  const before = await worked();
  await page.evaluate(
    async ([frames, controls]) => {
      for (let n = 0; n < frames; n += 1) {
        window.turn(controls);
        await new Promise(requestAnimationFrame);
      }
    },
    [frames, PRESETS.length * CONTROLS] as const,
  );
  return (1000 * ((await worked()) - before)) / frames;
}

// What a trace records of every change costs more than the changes.
test.use({ document: DOCUMENT, trace: "off" });

test("256 controls that move 60 times a second", async ({ page }, info) => {
  await prepare(page);
  await work(page, 10);
  const ms = await work(page, 40);
  const description = `${ms.toFixed(1)} ms of work a frame: enough for ${(1000 / ms).toFixed(0)} frames a second (goal 55)`;
  info.annotations.push({ type: "live", description });
  console.log(description);
  // Caches that others have emptied cost time of its own too: the goal is for a quiet machine.
  expect(1000 / ms).toBeGreaterThan(10);
});

test("half an hour of updates leaves nothing behind", async ({ page }, info) => {
  await prepare(page);
  const devtools = await page.context().newCDPSession(page);
  const heap = async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    return (await devtools.send("Runtime.getHeapUsage")).usedSize / 1024 / 1024;
  };
  /** Minutes of one control a 60th of a second, and a line of the log every second, of which the server keeps 50. */
  const pass = (minutes: number, from: number) =>
    page.evaluate(
      async ([minutes, from]) => {
        for (let second = 0; second < 60 * minutes; second += 1) {
          window.turn(60);
          const number = from + second;
          const entry = { tag: "live", message: `line=${number}`, level: "info", ts: number };
          const logs = number < 50 ? { [number]: entry } : { [number]: entry, [number - 50]: null };
          window.tell("log.entry", { entry }, { logs });
          if (second % 10 === 0) await new Promise((next) => setTimeout(next));
        }
      },
      [minutes, from] as const,
    );
  await pass(3, 0);
  const before = await heap();
  await pass(30, 180);
  const after = await heap();
  const description = `${before.toFixed(1)} MiB before, ${after.toFixed(1)} MiB after 30 minutes of updates`;
  info.annotations.push({ type: "memory", description });
  console.log(description);
  expect(after - before).toBeLessThan(5);
});
