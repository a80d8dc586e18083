// What actions there are and what they are made of, as the server lists them; asked once.

import type { Json } from "../../api/merge";
import { ask } from "../../state/studio.svelte";

export type Shape =
  | { type: "note" }
  | { type: "notes"; max_items: number }
  | { type: "integer"; min?: number; max?: number; one_of?: number[] }
  | { type: "boolean" }
  | { type: "string"; one_of?: string[] }
  | { type: "any" };

export interface FieldSpec {
  name: string;
  shape: Shape;
  default: Json;
  required: boolean;
}

export interface ActionSpec {
  type: string;
  about: string;
  allowed: boolean;
  button: boolean;
  knob: boolean;
  where: "rig" | "computer";
  fields: FieldSpec[];
}

let asked: Promise<ActionSpec[]> | undefined;

export function actions(): Promise<ActionSpec[]> {
  asked ??= ask<ActionSpec[]>("GET", "/api/actions").catch((error: unknown) => {
    asked = undefined;
    throw error;
  });
  return asked;
}

/** A field as it stands in the form. */
export type Draft = Record<string, string | boolean>;

export function drafted(spec: ActionSpec, action: Record<string, unknown> | undefined): Draft {
  return Object.fromEntries(
    spec.fields.map(({ name, shape, default: standard }) => {
      const value = action?.[name];
      if (shape.type === "boolean") return [name, typeof value === "boolean" ? value : standard === true];
      return [name, text(value)];
    }),
  );
}

function text(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) return value.join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What the form says, for the server to check; what is left empty is taken away. */
export function meant(spec: ActionSpec, draft: Draft): Record<string, Json> {
  const fields = spec.fields.map(({ name, shape }): [string, Json] => {
    const value = draft[name] ?? "";
    if (typeof value === "boolean") return [name, value];
    return [name, value.trim() === "" ? null : read(shape, value.trim())];
  });
  return { type: spec.type, ...Object.fromEntries(fields) };
}

function read(shape: Shape, text: string): Json {
  switch (shape.type) {
    case "integer":
      return Number(text);
    case "note":
      return note(text);
    case "notes":
      return text.split(/[\s,]+/).filter(Boolean).map(note);
    case "any":
      return json(text);
    default:
      return text;
  }
}

function note(text: string): Json {
  return /^\d+$/.test(text) ? Number(text) : text.replace("♯", "#").replace("♭", "b");
}

/** JSON where it is some, else the text itself. */
function json(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text.includes(",") ? text.split(",").map((part) => part.trim()) : text;
  }
}

/** The required fields that say nothing. */
export function missing(spec: ActionSpec, draft: Draft): string[] {
  const isEmpty = (name: string) => draft[name] === undefined || draft[name] === "";
  return spec.fields.filter(({ name, required }) => required && isEmpty(name)).map(({ name }) => name);
}
