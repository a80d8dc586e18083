// The pads of a panel, as it shows them: those that a slice can go onto.

import type { Entry, Panel } from "../../api/types";
import { studio } from "../../state/studio.svelte";
import { gridOf } from "../panels/grid";

export interface Pad {
  note: number;
  /** What is on it, if anything is. */
  entry: Entry | undefined;
}

const NOTE = /^note:(\d+)$/;

/** Panels of pads, those that play first. */
export function padPanels(): Panel[] {
  const isActive = ({ instanceId }: Panel) => Object.values(studio.active_panels).includes(instanceId);
  const panels = Object.values(studio.panels).filter(({ type, presetId }) => type === "pad" && presetId);
  return panels.sort((one, other) => Number(isActive(other)) - Number(isActive(one)));
}

export function padsOf(panel: Panel): { columns: number; pads: Pad[] } {
  const preset = studio.presets[panel.presetId ?? ""];
  const { columns, cells, others } = gridOf(panel, preset, studio.layouts, studio.midi.devices);
  const pads = new Map<number, Pad>();
  for (const { at, entry } of [...cells, ...others]) {
    const note = Number(NOTE.exec(at.source)?.[1] ?? Number.NaN);
    if (!Number.isNaN(note) && !pads.has(note)) pads.set(note, { note, entry });
  }
  return { columns, pads: [...pads.values()] };
}

export const isFree = ({ entry }: Pad) => !entry?.action;
