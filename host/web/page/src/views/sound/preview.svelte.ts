// One phrase of an instrument, rendered by the server and heard from this page: what plays is left in peace.

import { begin, cancel, isUnderWay } from "../../state/operations.svelte";
import { studio } from "../../state/studio.svelte";
import { toast } from "../../state/toasts.svelte";
import type { Operation } from "../../api/types";

export class Preview {
  /** What is being listened to, or made ready for it. */
  name: string | null = $state(null);
  #audio: HTMLAudioElement | undefined;
  #operation: string | undefined = $state();

  constructor() {
    $effect(() => {
      const operation = this.#operation === undefined ? undefined : studio.ops[this.#operation];
      if (operation && !isUnderWay(operation)) this.#made(operation);
    });
  }

  toggle(name: string): void {
    const isSame = this.name === name;
    this.stop();
    if (!isSame) void this.#ask(name);
  }

  stop(): void {
    this.#audio?.pause();
    this.#audio = undefined;
    const operation = this.#operation === undefined ? undefined : studio.ops[this.#operation];
    if (isUnderWay(operation)) cancel(operation);
    this.#operation = undefined;
    this.name = null;
  }

  async #ask(name: string): Promise<void> {
    this.name = name;
    const operation = await begin("preview", { instrument: name });
    // Somebody may have thought better of it.
    if (this.name !== name) return;
    this.#operation = operation?.id;
    if (!operation) this.name = null;
  }

  #made({ result, error, status }: Operation): void {
    this.#operation = undefined;
    const url = result !== null && typeof result === "object" ? (result as { url?: unknown }).url : undefined;
    if (typeof url !== "string") {
      this.name = null;
      if (status === "error" && error) toast({ level: "error", text: error });
      return;
    }
    const audio = new Audio(url);
    this.#audio = audio;
    const over = () => {
      if (this.#audio === audio) this.stop();
    };
    audio.onended = over;
    audio.play().catch((failure: unknown) => {
      // To be stopped early is no failure.
      if (this.#audio === audio) toast({ level: "error", text: String(failure) });
      over();
    });
  }
}
