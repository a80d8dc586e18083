// Values under the hand: shown at once, sent one request after the other, of each the newest alone. However fast somebody
// turns, the server is asked as often as it answers.

import { refusalText, toast } from "./toasts.svelte";

/** So long after its answer a value of one's own is shown, until the server's has come. */
const SETTLING_MS = 300;

export class Turning {
  #held: Record<string, number> = $state({});
  #waiting: Record<string, number> = {};
  #isSending = false;
  #sentAt = -Infinity;
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #send: (values: Record<string, number>) => Promise<unknown>;
  readonly #pace_ms: number;

  /** With `pace_ms`, what follows is sent so long after what was sent before: for what the server has more to do with. */
  constructor(send: (values: Record<string, number>) => Promise<unknown>, pace_ms = 0) {
    [this.#send, this.#pace_ms] = [send, pace_ms];
  }

  /** A value as it is to be shown, where the server tells of `told`. */
  value(key: string, told: number): number {
    return this.#held[key] ?? told;
  }

  turn(key: string, value: number): void {
    clearTimeout(this.#timers.get(key));
    this.#held[key] = value;
    this.#waiting[key] = value;
    if (!this.#isSending) void this.#flush();
  }

  async #flush(): Promise<void> {
    this.#isSending = true;
    while (Object.keys(this.#waiting).length > 0) {
      const rest = this.#sentAt + this.#pace_ms - performance.now();
      if (rest > 0) await new Promise((done) => setTimeout(done, rest));
      this.#sentAt = performance.now();
      const values = this.#waiting;
      this.#waiting = {};
      try {
        await this.#send(values);
        for (const key of Object.keys(values)) this.#settle(key, SETTLING_MS);
      } catch (error) {
        for (const key of Object.keys(values)) this.#settle(key, 0);
        toast({ level: "error", text: refusalText(error) });
      }
    }
    this.#isSending = false;
  }

  #settle(key: string, pause_ms: number): void {
    if (key in this.#waiting) return;
    clearTimeout(this.#timers.get(key));
    this.#timers.set(key, setTimeout(() => delete this.#held[key], pause_ms));
  }
}
