// `ripieno serve` as a child, without a sound card, without MIDI or with that of a JACK server, on a studio of its own.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The program; others of its build lie beside it. */
export const PROGRAM =
  process.env["RIPIENO_PROGRAM"] ?? fileURLToPath(new URL("../../../../target/debug/ripieno-under-test", import.meta.url));

interface Ready {
  url: string;
  token: string;
  addr: string;
}

/** The environment of a program that joins this JACK server, and starts none. */
export function clientOf(jack: string): NodeJS.ProcessEnv {
  return { ...process.env, JACK_DEFAULT_SERVER: jack, JACK_NO_START_SERVER: "1" };
}

/** What a request was answered: anything that JSON can say. Tests say what they look for. */
export type Api = <T = unknown>(method: string, path: string, body?: unknown) => Promise<T>;

export class Server {
  /** The studio file. */
  readonly studio: string;
  readonly #options: readonly string[];
  readonly #jack: string | undefined;
  #child: ChildProcess | undefined;
  #ready: Ready | undefined;
  #said = "";

  /** With the name of a JACK server it has that server's MIDI. */
  constructor(studio: string, options: readonly string[] = [], jack?: string) {
    this.studio = studio;
    this.#options = options;
    this.#jack = jack;
  }

  /** Comes up; after an end on the same port and with the same token. */
  async start(): Promise<void> {
    if (!existsSync(PROGRAM)) {
      throw new Error(`no program at ${PROGRAM}: cargo build -p ripieno-tests --bin ripieno-under-test, or name one in RIPIENO_PROGRAM`);
    }
    const again = this.#ready ? ["--addr", this.#ready.addr, "--token", this.#ready.token] : ["--addr", "127.0.0.1:0"];
    const midi = this.#jack === undefined ? ["--no-midi"] : ["--midi", "jack"];
    const serve = ["serve", "--null-audio", ...midi, "--json", "--studio", this.studio, ...again, ...this.#options];
    const env = this.#jack === undefined ? process.env : clientOf(this.#jack);
    // Should the test be killed, the system ends the server.
    const child = spawn("setpriv", ["--pdeathsig", "KILL", PROGRAM, ...serve], { stdio: ["ignore", "pipe", "pipe"], env });
    this.#child = child;
    child.stderr.on("data", (text: Buffer) => (this.#said += text.toString()));
    const lines = createInterface(child.stdout);
    const first = await Promise.race([once(lines, "line"), once(child, "exit")]);
    if (typeof first[0] !== "string") throw new Error(`the server does not come up: ${this.#said}`);
    this.#ready = JSON.parse(first[0]) as Ready;
  }

  get #known(): Ready {
    if (!this.#ready) throw new Error("the server has not been started");
    return this.#ready;
  }

  /** The address of the page, with the token in its fragment. */
  get link(): string {
    return this.#known.url;
  }

  get token(): string {
    return this.#known.token;
  }

  get origin(): string {
    return new URL(this.#known.url).origin;
  }

  /** What it said on stderr. */
  get said(): string {
    return this.#said;
  }

  /** Asks with the token; throws what a refusal says. */
  readonly api: Api = async <T>(method: string, path: string, body?: unknown) => {
    const response = await fetch(`${this.origin}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  };

  /** Ends without a farewell, as when the power goes. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Ends as a service manager ends it; gives the exit code. */
  async stop(): Promise<number | null> {
    return this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return 0;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exit = once(child, "exit");
    child.kill(signal);
    return ((await exit) as [number | null])[0];
  }
}
