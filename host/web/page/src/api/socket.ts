// The one connection to the server: shows the token, keeps a copy of the state by numbered patches, asks and is answered.

import type { Json, Tree } from "./merge";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
/** What the server ends a socket with that showed no token, or the wrong one. */
const NO_TOKEN = 1008;

export type Connection = "opening" | "open" | "lost" | "locked";

export interface Listener {
  connection(state: Connection): void;
  /** The whole state, at first and after every loss. */
  snapshot(state: Tree): void;
  event(name: string, payload: Json, patch: Tree): void;
}

/** A request that was refused: nothing has changed. */
export class Refused extends Error {
  readonly code: number;
  readonly payload: Json;
  constructor(message: string, code: number, payload: Json = null) {
    super(message);
    this.code = code;
    this.payload = payload;
  }
}

interface Waiting {
  done(payload: Json): void;
  failed(error: Refused): void;
}

type Message =
  | { type: "response"; id: string; status: "ok" | "error"; code: number; payload: Json; seq?: number }
  | { type: "event"; seq: number; event: string; payload: Json; patch?: Tree };

export class Socket {
  #listener: Listener;
  #token: string | null;
  #socket: WebSocket | null = null;
  #seq = 0;
  #isResyncing = false;
  #requests = 0;
  #pause = FIRST_PAUSE_MS;
  #waiting = new Map<string, Waiting>();

  constructor(listener: Listener, token: string | null) {
    this.#listener = listener;
    this.#token = token;
  }

  get token(): string | null {
    return this.#token;
  }

  unlock(token: string): void {
    this.#token = token;
    this.#socket?.close();
    this.open();
  }

  open(): void {
    this.#listener.connection("opening");
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws`);
    this.#socket = socket;
    socket.onopen = () => this.#send({ type: "auth", token: this.#token ?? "" });
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(String(data)) as Message);
    socket.onclose = ({ code }) => {
      // One that was replaced has nothing more to say.
      if (socket === this.#socket) this.#closed(code);
    };
  }

  request(method: string, path: string, body?: Json): Promise<Json> {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      return Promise.reject(new Refused("the connection is lost", 503));
    }
    this.#requests += 1;
    const id = `page-${this.#requests}`;
    this.#send({ type: "request", id, method, path, ...(body === undefined ? {} : { body }) });
    return new Promise((done, failed) => this.#waiting.set(id, { done, failed }));
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #hear(message: Message): void {
    if (message.type === "response") this.#answered(message);
    else this.#told(message);
  }

  #answered({ id, status, code, payload, seq }: Extract<Message, { type: "response" }>): void {
    if (id === "handshake") {
      this.#seq = seq ?? 0;
      this.#isResyncing = false;
      this.#pause = FIRST_PAUSE_MS;
      this.#listener.snapshot(payload as Tree);
      this.#listener.connection("open");
      return;
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (status === "ok") waiting?.done(payload);
    else waiting?.failed(new Refused(reason(payload), code, payload));
  }

  #told({ seq, event, payload, patch }: Extract<Message, { type: "event" }>): void {
    if (this.#isResyncing || seq <= this.#seq) return;
    if (seq !== this.#seq + 1) {
      this.#isResyncing = true;
      this.#send({ type: "resync" });
      return;
    }
    this.#seq = seq;
    this.#listener.event(event, payload, patch ?? {});
  }

  #closed(code: number): void {
    this.#socket = null;
    this.#isResyncing = false;
    for (const { failed } of this.#waiting.values()) failed(new Refused("the connection is lost", 503));
    this.#waiting.clear();
    if (code === NO_TOKEN) {
      this.#listener.connection("locked");
      return;
    }
    this.#listener.connection("lost");
    setTimeout(() => {
      if (!this.#socket) this.open();
    }, this.#pause);
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
  }
}

function reason(payload: Json): string {
  const error = payload !== null && typeof payload === "object" && !Array.isArray(payload) ? payload["error"] : null;
  return typeof error === "string" ? error : "refused";
}
