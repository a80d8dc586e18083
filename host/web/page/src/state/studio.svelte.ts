// The page's copy of the studio. The server owns the state: nothing here is changed but by what it tells.

import { mergeInto, type Json, type Tree } from "../api/merge";
import { Refused, Socket, type Connection } from "../api/socket";
import { keepToken, takeToken } from "../api/token";
import type { Studio } from "../api/types";
import type { components } from "../generated/events";
import { Readings } from "./readings";
import { refusalText, toast } from "./toasts.svelte";

type Payloads = components["schemas"];
/** Names of events as the types have them: with `_` for `.`. */
type EventName = keyof Payloads & string;
type Hearer = (payload: Json) => void;

const empty: Omit<Studio, "values"> = {
  midi: { connected: false, devices: [], port_name: null, device_name: null },
  panels: {},
  active_panels: {},
  presets: {},
  fx: {},
  fx_order: [],
  instruments: { instruments: [], current: "" },
  audio: { settings: { buffered: 0, fixed_latency: false, latency: "low", master: 1, voices: 0 }, status: {} },
  settings: {},
  profiles: { profiles: [], active: "" },
  history: { undo: 0, redo: 0 },
  learn: { active: false, targets: [], heard: [], learned: [], conflicts: [], preset: null, type: null },
  layouts: [],
  logs: {},
  ops: {},
  recordings: {},
  bank: "A",
};

export const studio: Omit<Studio, "values"> = $state(empty);
/** Of the studio, the values of its controls. */
export const readings = new Readings((work) => requestAnimationFrame(work));
/** How the connection is, and whether a whole state has come yet. */
export const link: { state: Connection; isKnown: boolean } = $state({ state: "opening", isKnown: false });

const hearers = new Map<string, Set<Hearer>>();

const socket = new Socket(
  {
    connection: (state) => (link.state = state),
    snapshot({ values, ...state }) {
      readings.replace((values ?? {}) as Tree);
      const tree = studio as unknown as Tree;
      for (const name of Object.keys(tree)) if (!(name in state)) delete tree[name];
      // Whatever is not in the new state is gone: nothing of the old one shall haunt it.
      for (const [name, value] of Object.entries({ ...(empty as unknown as Tree), ...state })) tree[name] = value;
      link.isKnown = true;
    },
    event(name, payload, { values, ...patch }) {
      if (values) readings.merge(values as Tree);
      mergeInto(studio as unknown as Tree, patch);
      for (const hear of hearers.get(name.replaceAll(".", "_")) ?? []) hear(payload);
    },
  },
  takeToken(),
);

export function connect(): void {
  socket.open();
}

export function unlock(token: string): void {
  keepToken(token);
  socket.unlock(token);
}

/** Calls `hear` for every such event until the returned function is called; for use in `$effect`. */
export function on<Name extends EventName>(name: Name, hear: (payload: Payloads[Name]) => void): () => void {
  const heard = hearers.get(name) ?? new Set();
  hearers.set(name, heard.add(hear as unknown as Hearer));
  return () => heard.delete(hear as unknown as Hearer);
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Asks the server. Throws `Refused`. */
export async function ask<T = Json>(method: Method, path: string, body?: object | Json): Promise<T> {
  return (await socket.request(method, path, body as Json)) as T;
}

/** Asks the server for a change; a refusal is told to the user. True if it was made. */
export async function wish(method: Method, path: string, body?: object | Json): Promise<boolean> {
  try {
    await ask(method, path, body);
    return true;
  } catch (error) {
    toast({ level: "error", text: refusalText(error) });
    return false;
  }
}

/**
 * Looks at something by a connection of its own, for what is looked at again and again or may take its time: over the socket
 * everything is answered in its order, and no pad shall wait for a picture. Throws `Refused`.
 */
export async function look<T>(path: string): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, socket.token ? { headers: { authorization: `Bearer ${socket.token}` } } : {});
  } catch {
    throw new Refused("the connection is lost", 503);
  }
  const body = (await answer.json().catch(() => null)) as Json;
  if (!answer.ok) throw new Refused(errorOf(body) ?? `refused (${answer.status})`, answer.status, body);
  return body as T;
}

/** A part of a path. */
export function part(name: string | number): string {
  return encodeURIComponent(String(name));
}

/** Sends a file, which does not fit a socket; `progress` hears of the share that is sent. */
export function upload<T>(path: string, file: Blob, progress: (share: number) => void, signal?: AbortSignal): Promise<T> {
  return new Promise((done, failed) => {
    // `fetch` tells nobody how far it is.
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("content-type", "application/octet-stream");
    if (socket.token) request.setRequestHeader("authorization", `Bearer ${socket.token}`);
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      const answer = read(request.responseText);
      if (request.status < 300) done(answer as T);
      else failed(new Refused(errorOf(answer) ?? `refused (${request.status})`, request.status, answer));
    };
    request.onerror = () => failed(new Refused("the connection is lost", 503));
    request.onabort = () => failed(new Refused("cancelled", 499));
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

function errorOf(answer: Json): string | undefined {
  const error = answer !== null && typeof answer === "object" && !Array.isArray(answer) ? answer["error"] : undefined;
  return typeof error === "string" ? error : undefined;
}

/** What a body says; one that is no JSON, as of something between here and the server, says nothing. */
function read(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return null;
  }
}
