// Which controls are down, whoever holds them: pads and keys light up while they are.

import { SvelteSet } from "svelte/reactivity";
import { link, on } from "../../state/studio.svelte";

/** Long enough to be seen. */
const SHORTEST_MS = 120;

const lit = new SvelteSet<string>();
const since = new Map<string, number>();

/** Controls by panel and source; keys that play by `play` and source. */
export const litName = (panel: string, source: string): string => `${panel}/${source}`;
export const PLAYED = "play";

export function isLit(name: string): boolean {
  return lit.has(name);
}

function light(name: string): void {
  since.set(name, performance.now());
  lit.add(name);
}

function dim(name: string): void {
  const begun = since.get(name) ?? 0;
  setTimeout(() => {
    // Another press has come meanwhile.
    if ((since.get(name) ?? 0) === begun) lit.delete(name);
  }, Math.max(0, SHORTEST_MS - (performance.now() - begun)));
}

/** A release says no panel: it is that of its press. */
const downs = new Map<string, string>();

function down(control: string, panel: string | null | undefined, source: string): void {
  if (!panel) return;
  const name = litName(panel, source);
  downs.set(control, name);
  light(name);
}

function up(control: string): void {
  const name = downs.get(control);
  downs.delete(control);
  if (name !== undefined) dim(name);
}

on("midi_pad_press", ({ note, channel, bank, pressed }) =>
  down(`pad:${bank}:${note}:${channel ?? ""}`, pressed.instanceId, `note:${note}`));
on("midi_pad_release", ({ note, channel, bank }) => up(`pad:${bank}:${note}:${channel ?? ""}`));
on("midi_key_press", ({ note, channel, pressed }) =>
  down(`key:${note}:${channel ?? ""}`, pressed.instanceId, `note:${note}`));
on("midi_key_release", ({ note, channel }) => up(`key:${note}:${channel ?? ""}`));
on("piano_note_on", ({ note }) => light(litName(PLAYED, `note:${note}`)));
on("piano_note_off", ({ note }) => dim(litName(PLAYED, `note:${note}`)));

$effect.root(() => {
  $effect(() => {
    // What came up while nobody listened shall not stay lit.
    if (link.state === "open") return;
    lit.clear();
    downs.clear();
  });
});
