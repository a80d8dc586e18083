// A private JACK server on the dummy driver, a server that has its MIDI, and controllers that play into it.
//
// Needs `jackd` of jackd2, and beside the program the probes of its build: `cargo build -p ripieno-tests --bins`. Servers of
// one machine miss each other's deadlines, so they take turns by a lock that all tests of this project know.

import { spawn, spawnSync, type ChildProcess, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { clientOf, PROGRAM } from "./server.ts";
import { test as base } from "./studio.ts";

export { expect, openView, picture, type Api, type Page } from "./studio.ts";

/** The input that is open to all. */
export const DOOR = "ripieno-midi:midi_in";

const TURN = join(tmpdir(), "ripieno-jack.lock");
/** So long a server of others may have the turn: a whole test of theirs. */
const TURN_MS = 400_000;
/** So long a server may take until it answers. */
const PATIENCE_MS = 20_000;
const LOOK_MS = 50;
/**
 * A server that is ended while clients of its own go dies of it, and leaves its place taken, of which the system has eight. Where
 * no server runs, what any has left is nobody's.
 */
const SWEEP = "pgrep '^jackd' > /dev/null || rm -rf /dev/shm/jack*";
/** A controller stays plugged in until it is told to go, and at most so long. */
const STAY_SECS = 600;
/** Long periods: nothing here is measured, and a busy machine keeps them. */
const FORMAT = ["--rate", "48000", "--period", "1024", "--capture", "2", "--playback", "2"];

function probe(name: string): string {
  const path = join(dirname(PROGRAM), name);
  if (!existsSync(path)) throw new Error(`no program at ${path}: cargo build -p ripieno-tests --bin ${name}`);
  return path;
}

/** Should the test be killed, the system ends what it has started. */
function child(command: readonly string[], env: NodeJS.ProcessEnv): ChildProcessWithoutNullStreams {
  return spawn("setpriv", ["--pdeathsig", "TERM", ...command], { env });
}

function isOver({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function end(process: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (isOver(process)) return;
  const exit = once(process, "exit");
  process.kill(signal);
  await exit;
}

/** A line of JSON that a probe has printed. */
export type Report = Record<string, unknown> & { event: string };

/** A probe that runs and reports. */
export class Probe {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #reports: Report[] = [];
  #rest = "";
  #said = "";

  constructor(process: ChildProcessWithoutNullStreams) {
    this.#process = process;
    process.stderr.on("data", (text: Buffer) => (this.#said += text.toString()));
    process.stdout.on("data", (text: Buffer) => {
      const lines = (this.#rest + text.toString()).split("\n");
      this.#rest = lines.pop() ?? "";
      this.#reports.push(...lines.map((line) => JSON.parse(line) as Report));
    });
    // It may have gone before it has read everything.
    process.stdin.on("error", () => {});
  }

  /** All that it has reported as `event` so far. */
  told(event: string): Report[] {
    return this.#reports.filter((report) => report.event === event);
  }

  /** Waits until it has reported `event` so often. */
  async tells(event: string, count = 1): Promise<void> {
    while (this.told(event).length < count) {
      if (isOver(this.#process)) throw new Error(`the probe ended before '${event}': ${this.#said}`);
      await sleep(LOOK_MS);
    }
  }

  /** What comes in on its stdin. */
  type(text: string): void {
    this.#process.stdin.end(text);
  }

  /** Ends without a farewell, as when the cable is pulled. */
  async pull(): Promise<void> {
    await end(this.#process, "SIGKILL");
  }
}

export class Jack {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #probes: Probe[] = [];
  #log = "";

  private constructor(name: string, priority: string) {
    this.name = name;
    const server = ["jackd", "--name", name, priority, "--no-mlock", "--sync", "-d", "dummy", ...FORMAT];
    const turn = ["flock", "--no-fork", TURN, "sh", "-c", `echo "has the turn"; ${SWEEP}; exec "$@"`, "sh"];
    const running = child([...turn, ...server], { ...process.env, JACK_NO_AUDIO_RESERVATION: "1" });
    for (const stream of [running.stdout, running.stderr]) stream.on("data", (text: Buffer) => (this.#log += text.toString()));
    this.#process = running;
  }

  /** Comes up when it is its turn, and answers. */
  static async start(name: string): Promise<Jack> {
    if (spawnSync("jackd", ["--version"]).status !== 0) throw new Error("no jackd: install jackd2");
    let log = "";
    // Some systems only print a warning when they refuse real-time priority, others let the server fail.
    for (const priority of ["--realtime", "--no-realtime"]) {
      const jack = new Jack(name, priority);
      if (await jack.#answers()) return jack;
      await jack.stop();
      log += jack.#log;
    }
    throw new Error(`jackd does not answer:\n${log}`);
  }

  async #answers(): Promise<boolean> {
    while (!this.#log.includes("has the turn")) {
      if (isOver(this.#process)) return false;
      await sleep(LOOK_MS);
    }
    const start = performance.now();
    while (performance.now() - start < PATIENCE_MS && !isOver(this.#process)) {
      const look = child([probe("jack-probe"), "ports"], clientOf(this.name));
      const [code] = (await once(look, "exit")) as [number | null];
      if (code === 0) return true;
      await sleep(LOOK_MS);
    }
    return false;
  }

  /** Starts a program of the build as a client. */
  run(program: string, ...words: string[]): Probe {
    const started = new Probe(child([probe(program), ...words], clientOf(this.name)));
    this.#probes.push(started);
    return started;
  }

  /**
   * A controller comes, plays messages, each as hexadecimal bytes and `gap` frames after the one before, and stays until it
   * is pulled: whatever it holds is held until then. Returns once all have left it.
   */
  async play(messages: readonly string[], { to = DOOR, gap = 1 } = {}): Promise<Probe> {
    const controller = this.run("jack-probe", "notes", "--to", to, "--linger", String(STAY_SECS));
    controller.type(messages.map((bytes, n) => `+${n * gap} ${bytes.replaceAll(" ", "")}\n`).join(""));
    await controller.tells("sent", messages.length);
    return controller;
  }

  /** What it has printed. */
  get log(): string {
    return this.#log;
  }

  async stop(): Promise<void> {
    for (const one of this.#probes) await one.pull();
    await end(this.#process, "SIGTERM");
  }
}

export const test = base.extend<{ jack: Jack }>({
  jack: [
    async ({}, use, info) => {
      const jack = await Jack.start(`ripieno-page-${process.pid}-${info.testId}-${info.retry}`);
      await use(jack);
      await jack.stop();
      if (info.status !== info.expectedStatus) await info.attach("jackd", { body: jack.log, contentType: "text/plain" });
    },
    { timeout: TURN_MS },
  ],

  jackName: async ({ jack }, use) => use(jack.name),
});
