// Controls of a preset that one movement of a controller means together: it would do all that they do.

import type { EntryAddress, Preset } from "../../api/types";
import { keyOf } from "../../state/address";

function meets(one: EntryAddress, other: EntryAddress): boolean {
  const alike = <T>(a: T | null | undefined, b: T | null | undefined) => a == null || b == null || a === b;
  return one.source === other.source && alike(one.channel, other.channel) && alike(one.device, other.device);
}

/** The keys of all of them. */
export function conflicts(preset: Preset | undefined): Set<string> {
  const bySource = new Map<string, EntryAddress[]>();
  for (const entry of preset?.entries ?? []) bySource.set(entry.source, [...(bySource.get(entry.source) ?? []), entry]);
  const found = new Set<string>();
  for (const alike of bySource.values()) {
    for (const one of alike) if (alike.some((other) => other !== one && meets(one, other))) found.add(keyOf(one));
  }
  return found;
}
