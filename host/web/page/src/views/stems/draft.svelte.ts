// What is about to be separated, and how: a draft for each recording, kept by the browser until it is used.

import type { Separation } from "./shapes";

export type Sign = "+" | "-";

export interface Anchor {
  id: number;
  sign: Sign;
  /** Seconds. */
  start: number;
  end: number;
}

/** As `Separation` has them, without what the draft says otherwise. Empty fields are the model's own. */
export type Settings = Omit<Separation, "recording" | "anchors" | "model"> & { model: string; model_settings: Record<string, number> };

export interface Draft {
  anchors: Anchor[];
  settings: Settings;
}

/** A section of one lane, for a pad or to be listened to. */
export interface Selection {
  /** A stem's name, or nothing for the recording. */
  lane: string;
  start: number;
  end: number;
}

/** The shortest section that can be drawn or typed. */
export const LEAST_SECS = 0.01;
const KEY = "ripieno-stems";
const MOST_KEPT = 100;

type Kept = Record<string, Draft>;

function kept(): Kept {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Kept;
  } catch {
    // Somebody else has written there.
    return {};
  }
}

const drafts: Kept = $state(kept());
export const chosen: { recording: string; selection: Selection | undefined } = $state({ recording: "", selection: undefined });

/** What was selected in another recording is selected no more. */
export function choose(recording: string): void {
  if (recording !== chosen.recording) chosen.selection = undefined;
  chosen.recording = recording;
}

const fresh = (): Draft => ({ anchors: [], settings: { model: "", model_settings: {}, description: "" } });

/** The draft of a recording; made when it is first asked for, outside of what is derived. */
export function draftOf(id: string): Draft {
  drafts[id] ??= fresh();
  return drafts[id];
}

/** Writes a draft down, and no other: another tab may be at those. The oldest go when there are too many. */
export function keep(id: string, draft: Draft): void {
  const { [id]: _, ...others } = kept();
  write([...Object.entries(others), [id, $state.snapshot(draft) as Draft]]);
}

export function forget(id: string): void {
  delete drafts[id];
  write(Object.entries(kept()).filter(([kept]) => kept !== id));
}

function write(all: [string, Draft][]): void {
  localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(all.slice(-MOST_KEPT))));
}

/** A section within a recording of so many seconds, or nothing if there is none. */
export function section(start: number, end: number, seconds: number): { start: number; end: number } | undefined {
  const [from, to] = [Math.max(0, Math.min(start, end)), Math.min(seconds, Math.max(start, end))];
  const milli = (value: number) => Math.round(1000 * value) / 1000;
  return to - from >= LEAST_SECS ? { start: milli(from), end: milli(to) } : undefined;
}

export function addAnchor(draft: Draft, sign: Sign, start: number, end: number): Anchor {
  const anchor = { id: 1 + Math.max(0, ...draft.anchors.map(({ id }) => id)), sign, start, end };
  draft.anchors.push(anchor);
  return anchor;
}

/** What the server is asked for. */
export function separation(recording: string, { anchors, settings }: Draft): Separation {
  const { model, model_settings, ...rest } = $state.snapshot(settings) as Settings;
  const filled = Object.entries(rest).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const with_ = Object.entries(model_settings).map(([name, value]) => `,${name}=${value}`);
  return {
    recording,
    ...(model === "" ? {} : { model: model + with_.join("") }),
    ...Object.fromEntries(filled),
    ...(anchors.length > 0 ? { anchors: anchors.map(({ sign, start, end }) => [sign, start, end]) } : {}),
  };
}
