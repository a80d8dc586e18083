// What the properties view is about: one control of one panel.

import type { Entry, EntryAddress, Kind, Preset } from "../api/types";
import { keyOf } from "./address";
import { studio } from "./studio.svelte";

export interface Selected {
  panel: string;
  at: EntryAddress;
}

const selection: { control: Selected | undefined } = $state({ control: undefined });

/** The selected control, unless its panel is gone. */
export function selected(): Selected | undefined {
  const { control } = selection;
  return control && studio.panels[control.panel] ? control : undefined;
}

export function select(control: Selected | undefined): void {
  selection.control = control;
}

export function isSelected(panel: string, key: string): boolean {
  const { control } = selection;
  return control?.panel === panel && keyOf(control.at) === key;
}

/** A panel's preset, which panels of one kind may share. */
export function presetOf(panel: string): Preset | undefined {
  const id = studio.panels[panel]?.presetId;
  return id ? studio.presets[id] : undefined;
}

export function entryOf(preset: Preset | undefined, at: EntryAddress): Entry | undefined {
  const key = keyOf(at);
  return preset?.entries.find((entry) => keyOf(entry) === key);
}

/** Whether a panel has its slot, and so receives MIDI. */
export function isActive(panel: { type: Kind; bank: string; instanceId: string }): boolean {
  return studio.active_panels[`${panel.type}:${panel.bank}`] === panel.instanceId;
}
