// The state's shape, of the types that are made from the server's description.

import type { components } from "../generated/api";

export type Schemas = components["schemas"];
export type Panel = Schemas["Panel"];
export type Preset = Schemas["Preset"];
export type Entry = Schemas["Entry"];
export type EntryAddress = Schemas["EntryAddress"];
export type Action = Schemas["Action"];
export type Kind = Schemas["Kind"];
export type Operation = Schemas["Operation"];
export type LogEntry = Schemas["LogEntry"];
export type Learn = Schemas["Learn"];

/** A control's value, 0 to 1, and how far its knob is from it (where that matters). */
export interface Reading {
  value: number;
  distance?: number;
}

/** How sound is played, as the server has it. */
export interface Audio {
  settings: {
    device?: string;
    rate?: number;
    buffer?: number;
    buffered: number;
    fixed_latency: boolean;
    latency: "low" | "medium" | "high";
    master: number;
    voices: number;
  };
  status: {
    device?: string;
    rate?: number;
    buffer?: number;
    latency_ms?: number;
    is_running?: boolean;
    overloads?: number;
    underruns?: number;
    last_error?: string;
  };
}

export interface Zone {
  role: string;
  bank?: string;
  channel?: number;
  /** The first and the last, or the only one. */
  notes?: number | [number, number];
  controls?: number | [number, number];
  /** Of keys: whether they can do something else than play. */
  mappable?: boolean;
}

export interface Layout {
  id: string;
  name: string;
  built_in: boolean;
  zones: Zone[];
}

/** The whole studio. Absent means the same as null. */
export interface Studio {
  midi: Schemas["MidiStatus"];
  panels: Record<string, Panel>;
  active_panels: Record<string, string>;
  presets: Record<string, Preset>;
  /** Parameters, 0 to 1, and bypasses, 0 or 1. */
  fx: Record<string, number>;
  /** The effects from first to last. */
  fx_order: string[];
  values: Record<string, Record<string, Reading>>;
  instruments: Schemas["Instruments"];
  audio: Audio;
  settings: { ui_layout?: unknown };
  profiles: Schemas["Profiles"];
  history: Schemas["History"];
  learn: Learn;
  layouts: Layout[];
  logs: Record<string, LogEntry>;
  ops: Record<string, Operation>;
  /** Where one runs beside. */
  pipeline?: { name: string; state: string };
  recordings: Record<string, Schemas["Recording"]>;
  bank: string;
}
