// What is held down from this page: pads and keys, each by a pointer or a key of the computer. Whatever goes down comes up:
// when its pointer is let go or lost, when the window is left, and, if the connection was lost meanwhile, afterwards.

import { SvelteMap } from "svelte/reactivity";
import type { Json } from "../../api/merge";
import { Refused } from "../../api/socket";
import { ask, link } from "../../state/studio.svelte";
import { refusalText, toast } from "../../state/toasts.svelte";

/** What can be played, and the way to it. */
export interface Playable {
  /** The same for the same control. */
  id: string;
  press: (velocity: number) => [path: string, body: Json];
  release: () => [path: string, body?: Json];
}

const pad = (note: number): Playable => ({
  id: `pad:${note}`,
  press: (velocity) => [`/api/pads/${note}/press`, { velocity }],
  release: () => [`/api/pads/${note}/release`],
});

const switched = (controller: number): Playable => ({
  id: `cc:${controller}`,
  press: (velocity) => [`/api/knobs/${controller}`, { value: Math.max(64, velocity) }],
  release: () => [`/api/knobs/${controller}`, { value: 0 }],
});

/** A pad by where it listens; nothing if a page cannot play it. */
export function padOf(source: string): Playable | undefined {
  const [name, number] = source.split(":");
  if (name === "note") return pad(Number(number));
  return name === "cc" ? switched(Number(number)) : undefined;
}

export function keyOn(note: number, bank: string): Playable {
  return {
    id: `key:${bank}:${note}`,
    press: (velocity) => ["/api/piano/note", { note, velocity, bank }],
    release: () => ["/api/piano/note/off", { note, bank }],
  };
}

/** Who holds what. */
const holders = new Map<string, Playable>();
/** How many hold each. */
const counts = new SvelteMap<string, number>();
/** Releases that could not be sent. */
const owed = new Map<string, Playable>();

export function isHeld({ id }: Playable): boolean {
  return counts.has(id);
}

/** `holder` (a pointer, a key) holds this now, and nothing else any more. */
export function hold(holder: string, playable: Playable, velocity: number): void {
  if (holders.get(holder)?.id === playable.id) return;
  letGo(holder);
  holders.set(holder, playable);
  const others = counts.get(playable.id) ?? 0;
  counts.set(playable.id, others + 1);
  if (others > 0) return;
  void ask("POST", ...playable.press(velocity)).catch((error: unknown) => {
    toast({ level: "error", text: refusalText(error) });
  });
}

export function letGo(holder: string): void {
  const playable = holders.get(holder);
  if (!playable) return;
  holders.delete(holder);
  const left = (counts.get(playable.id) ?? 1) - 1;
  if (left > 0) {
    counts.set(playable.id, left);
    return;
  }
  counts.delete(playable.id);
  release(playable);
}

function release(playable: Playable): void {
  void ask("POST", ...playable.release()).catch((error: unknown) => {
    // What is refused was not down; what could not be sent is still owed.
    if (error instanceof Refused && error.code === 503) owed.set(playable.id, playable);
  });
}

export function letAllGo(): void {
  for (const holder of [...holders.keys()]) letGo(holder);
}

// A panel may be gone before what it held is let go.
addEventListener("pointerup", ({ pointerId }) => letGo(`pointer:${pointerId}`), true);
addEventListener("pointercancel", ({ pointerId }) => letGo(`pointer:${pointerId}`), true);
addEventListener("keyup", ({ code }) => letGo(`key:${code}`), true);
addEventListener("blur", letAllGo);
addEventListener("pagehide", letAllGo);
document.addEventListener("visibilitychange", () => document.hidden && letAllGo());

$effect.root(() => {
  $effect(() => {
    if (link.state !== "open") return;
    const late = [...owed.values()];
    owed.clear();
    // Whoever holds it again has pressed it again.
    for (const playable of late) if (!counts.has(playable.id)) release(playable);
  });
});
