// Recordings of the studio: brought one after the other, addressed, outlined.

import { Refused } from "../../api/socket";
import { ask, part, studio, upload } from "../../state/studio.svelte";
import { refusalText } from "../../state/toasts.svelte";
import { words } from "../../words/index.svelte";
import { choose } from "./draft.svelte";
import { refusal } from "./name";
import type { Peaks, Recording } from "./shapes";

export interface Upload {
  id: number;
  name: string;
  /** The share that is sent; all of it is sent before the server has looked at it. */
  share: number;
  state: "waiting" | "sending" | "failed";
  error: string;
  /** Whether to try again is in vain. */
  isFinal: boolean;
}

const CANCELLED = 499;
const NOT_YET = 503;
const RETRY_MS = 1000;

/** What is on its way, and what did not arrive. */
export const uploads: Upload[] = $state([]);
const files = new Map<number, { file: File; abort: AbortController }>();
let count = 0;
let isSending = false;

export function recordings(): Recording[] {
  return Object.values(studio.recordings).sort((one, other) => other.created_at - one.created_at);
}

export function bring(list: Iterable<File>): void {
  for (const file of list) {
    count += 1;
    files.set(count, { file, abort: new AbortController() });
    const error = refusal(file, words.stems);
    uploads.push({ id: count, name: file.name, share: 0, state: error ? "failed" : "waiting", error: error ?? "", isFinal: error !== undefined });
  }
  void send();
}

/** Stops one that is on its way; puts away one that failed. */
export function drop(id: number): void {
  files.get(id)?.abort.abort();
  files.delete(id);
  const at = uploads.findIndex((one) => one.id === id);
  if (at >= 0) uploads.splice(at, 1);
}

export function again(id: number): void {
  const one = uploads.find((upload) => upload.id === id);
  const held = files.get(id);
  if (!one || !held) return;
  held.abort = new AbortController();
  Object.assign(one, { state: "waiting", share: 0, error: "" });
  void send();
}

async function send(): Promise<void> {
  if (isSending) return;
  isSending = true;
  for (let one = next(); one; one = next()) await sendOne(one);
  isSending = false;
}

const next = (): Upload | undefined => uploads.find(({ state }) => state === "waiting");

async function sendOne(one: Upload): Promise<void> {
  const held = files.get(one.id);
  if (!held) return drop(one.id);
  one.state = "sending";
  try {
    const path = `/api/recordings?name=${part(one.name)}`;
    const made = await upload<Recording>(path, held.file, (share) => (one.share = share), held.abort.signal);
    drop(one.id);
    choose(made.id);
  } catch (error) {
    if (error instanceof Refused && error.code === CANCELLED) return drop(one.id);
    one.error = refusalText(error);
    one.state = "failed";
  }
}

/** An address that media elements and downloads can use. */
export async function address(id: string, stem: string): Promise<string> {
  const { url } = await ask<{ url: string }>("POST", `/api/recordings/${part(id)}/ticket`, stem ? { stem } : {});
  return url;
}

export async function save(id: string, stem: string): Promise<void> {
  const link = document.createElement("a");
  link.href = `${await address(id, stem)}?download`;
  link.download = "";
  link.click();
}

/** The outline of a file, which a long one takes its time for. */
export async function outline(id: string, stem: string, buckets: number, signal: AbortSignal): Promise<Peaks> {
  const path = `/api/recordings/${part(id)}/peaks?buckets=${buckets}${stem ? `&stem=${part(stem)}` : ""}`;
  for (;;) {
    try {
      return await ask<Peaks>("GET", path);
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== NOT_YET || signal.aborted) throw error;
    }
    await new Promise((done) => setTimeout(done, RETRY_MS));
  }
}
