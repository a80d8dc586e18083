// What is done to panels and their controls, each one step of the history.

import type { EntryAddress, Kind, Panel } from "../../api/types";
import { entryPath, keyOf } from "../../state/address";
import { ask, part, studio, wish } from "../../state/studio.svelte";
import { refusalText, toast } from "../../state/toasts.svelte";
import { words } from "../../words/index.svelte";

const panelPath = (id: string) => `/api/panels/${part(id)}`;

export function changePanel(id: string, change: { bank?: string; preset?: string; title?: string }): Promise<boolean> {
  return wish("PATCH", panelPath(id), change);
}

export function setActive(id: string, on: boolean): void {
  void wish("POST", `${panelPath(id)}/${on ? "activate" : "deactivate"}`);
}

export async function removePanel({ instanceId, title }: Panel): Promise<void> {
  const before = studio.history.undo;
  if (!(await wish("DELETE", panelPath(instanceId)))) return;
  toast({
    level: "info",
    text: words.panels.deleted(title),
    deed: { label: words.undo, run: () => void bringBack(instanceId, before) },
  });
}

/** Takes back what has happened since, up to the deletion: the arrangement, which follows it, is a step of its own. */
async function bringBack(panel: string, before: number): Promise<void> {
  while (!studio.panels[panel] && studio.history.undo > before) {
    if (!(await wish("POST", "/api/undo"))) return;
  }
}

export function changeEntry(kind: Kind, preset: string, at: EntryAddress, change: object): Promise<boolean> {
  return wish("PATCH", entryPath(kind, preset, at), change);
}

export async function clearEntry(kind: Kind, preset: string, at: EntryAddress): Promise<void> {
  if (await wish("DELETE", entryPath(kind, preset, at, "/action"))) {
    toast({ level: "info", text: words.panels.cleared, deed: { label: words.undo, run: () => void wish("POST", "/api/undo") } });
  }
}

const SWAPS: Partial<Record<Kind, (preset: string, one: object | string, other: object | string) => [string, object]>> = {
  pad: (preset, note_a, note_b) => ["/api/pads/swap", { preset, note_a, note_b }],
  knob: (preset, cc_a, cc_b) => ["/api/knobs/swap", { preset, cc_a, cc_b }],
};

/** Lets two controls change places. */
export async function swap(kind: Kind, preset: string, one: EntryAddress, other: EntryAddress): Promise<boolean> {
  const body = SWAPS[kind]?.(preset, named(one), named(other));
  if (!body || keyOf(one) === keyOf(other)) return false;
  try {
    await ask("POST", ...body);
    return true;
  } catch (error) {
    toast({ level: "error", text: refusalText(error) });
    return false;
  }
}

function named(at: EntryAddress): object | string {
  return keyOf(at) === at.source ? at.source : at;
}
