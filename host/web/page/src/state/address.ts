// Where a control listens, as one word and as a path.

import type { EntryAddress, Kind } from "../api/types";
import { part } from "./studio.svelte";

/** An address as one word, as `values` of the studio has it: `cc:48`, `note:16@10`, `note:16@10/mpk#1`. */
export function keyOf({ source, channel, device, nth }: EntryAddress): string {
  return `${source}${channel ? `@${channel}` : ""}${device ? `/${device}` : ""}${nth ? `#${nth}` : ""}`;
}

/** The number of a source such as `note:16`, if it is of that kind. */
export function numberOf(source: string, kind: "note" | "cc"): number | undefined {
  const [name, number] = source.split(":");
  return name === kind && number !== undefined ? Number(number) : undefined;
}

const NOTES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];

/** A note as musicians call it; C4 is 60. */
export function noteName(note: number): string {
  return `${NOTES[note % 12]}${Math.floor(note / 12) - 1}`;
}

/** True for what is down or up, and never in between. */
export function isButton(kind: Kind, source: string): boolean {
  const [name, number] = source.split(":");
  if (name === "cc") return kind !== "knob";
  if (name === "program") return number !== undefined;
  return ["note", "sysex", "clock", "start", "continue", "stop"].includes(name ?? "");
}

const ROUTES: Record<Kind, { presets: string; controls: string }> = {
  pad: { presets: "/api/presets", controls: "pads" },
  knob: { presets: "/api/knob-presets", controls: "knobs" },
  piano: { presets: "/api/piano/presets", controls: "keys" },
};

export function presetsPath(kind: Kind): string {
  return ROUTES[kind].presets;
}

export function presetPath(kind: Kind, preset: string): string {
  return `${ROUTES[kind].presets}/${part(preset)}`;
}

/** The path of a control, with `more` behind it, such as `/action`. */
export function entryPath(kind: Kind, preset: string, at: EntryAddress, more = ""): string {
  const narrow = new URLSearchParams();
  if (at.channel) narrow.set("channel", String(at.channel));
  if (at.device) narrow.set("device", at.device);
  if (at.nth) narrow.set("nth", String(at.nth));
  const query = narrow.size > 0 ? `?${narrow}` : "";
  return `${presetPath(kind, preset)}/${ROUTES[kind].controls}/${part(at.source)}${more}${query}`;
}
