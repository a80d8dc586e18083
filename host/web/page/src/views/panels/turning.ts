// A knob turned from the page. What sets an effect is set itself, so that a knob of a controller takes over from there as from
// any other change; everything else is turned as the controller's own knob would be, in its 127 steps.

import type { Json } from "../../api/merge";
import type { Entry, Reading, Schemas } from "../../api/types";
import { numberOf } from "../../state/address";
import { wish } from "../../state/studio.svelte";

const TOP = 127;

/** Sends the way to a value; more often than a frame is of no use, so the newest is what counts. */
export interface Turner {
  (to: number): void;
}

export function canTurn(source: string, entry: Entry | undefined): boolean {
  return targetOf(entry) !== undefined || numberOf(source, "cc") !== undefined;
}

function targetOf(entry: Entry | undefined): string | undefined {
  const target = entry?.action?.type === "fx" ? entry.action["target"] : undefined;
  return typeof target === "string" ? target : undefined;
}

export function turner(source: string, entry: () => Entry | undefined, reading: () => Reading | undefined): Turner {
  let wanted: number | undefined;
  let isWaiting = false;
  // One after the other: the newest of those that came meanwhile is the next.
  const send = async () => {
    isWaiting = true;
    while (wanted !== undefined) {
      const to = wanted;
      wanted = undefined;
      if (!(await turn(source, entry(), reading(), to))) break;
    }
    isWaiting = false;
  };
  return (to) => {
    wanted = to;
    if (!isWaiting) void send();
  };
}

async function turn(source: string, entry: Entry | undefined, reading: Reading | undefined, to: number): Promise<boolean> {
  const target = targetOf(entry);
  if (target !== undefined) {
    const [min, max] = [entry?.min ?? 0, entry?.max ?? 1];
    return wish("PATCH", "/api/piano/fx", { [target]: Math.min(max, Math.max(min, to)) });
  }
  const controller = numberOf(source, "cc");
  if (controller === undefined) return false;
  const post = (value: number) => wish("POST", `/api/knobs/${controller}`, { value } satisfies Json);
  const from = reading?.value ?? 0;
  if (entry?.encoder) {
    const detents = Math.round((to - from) / (entry.encoder.step ?? 1 / 128));
    return detents === 0 || post(coded(entry.encoder.coding, Math.max(-63, Math.min(63, detents))));
  }
  if (entry?.takeover !== "off" && reading?.distance !== 0) {
    // Past the value, so that it is taken over and does not jump.
    const at = TOP * wayOf(entry, from);
    if (!(await post(Math.floor(at))) || !(await post(Math.ceil(at)))) return false;
  }
  return post(Math.round(TOP * wayOf(entry, to)));
}

/** Detents as a knob without ends says them. */
export function coded(coding: Schemas["Coding"], detents: number): number {
  switch (coding) {
    case "twos-complement":
      return detents & 0x7f;
    case "binary-offset":
      return 64 + detents;
    case "sign-bit":
      return detents < 0 ? 64 | -detents : detents;
    case "sign-bit-inverted":
      return detents < 0 ? -detents : 64 | detents;
  }
}

/** Where a knob stands, 0 to 1, that has this value: the way back through what shapes it. */
export function wayOf(entry: Entry | undefined, value: number): number {
  const [min, max] = [entry?.min ?? 0, entry?.max ?? 1];
  const share = max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0;
  const way = unbent(entry?.curve, share);
  return entry?.invert ? 1 - way : way;
}

/** A value bent, both 0 to 1, as the panels bend it. */
export function bend(curve: unknown, x: number): number {
  const soft = (x: number) => (x + x * x) / 2;
  switch (curve) {
    case "soft": return soft(x);
    case "softer": return x * x;
    case "hard": return 1 - soft(1 - x);
    case "harder": return 1 - (1 - x) ** 2;
    case "s": return 3 * x * x - 2 * x ** 3;
    case "fixed": return x > 0 ? 1 : 0;
  }
  if (!Array.isArray(curve) || curve.length !== 5) return x;
  const points = curve.map(Number);
  const at = Math.min(3, Math.floor(4 * x));
  const [left = 0, right = 0] = [points[at], points[at + 1]];
  return left + (right - left) * (4 * x - at);
}

function unbent(curve: unknown, value: number): number {
  let [low, high] = [0, 1];
  for (let n = 0; n < 20; n += 1) {
    const middle = (low + high) / 2;
    if (bend(curve, middle) < value) low = middle;
    else high = middle;
  }
  return high;
}
