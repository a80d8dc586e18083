// A recording and its stems, played as one: all of them by the clock of one audio context.

import { Refused } from "../../api/socket";
import { address } from "./files.svelte";
import type { Recording } from "./shapes";
import { PLAIN, Strip, type Effects } from "./strip";
import { BufferVoice, MediaVoice, type Voice } from "./voices";

export interface Lane {
  /** A stem's name, or nothing for the recording itself. */
  name: string;
  isSolo: boolean;
  isMuted: boolean;
  effects: Effects;
  /** Why it is not heard, if it cannot be. */
  problem: string;
}

export type Heard = "mix" | "stems";

/** Decoded, all of it may take so much; beyond that it is streamed. */
const DECODED_BYTES = 192 * 1024 * 1024;
const CHANNELS = 2;
/** Time for all voices to be told. */
const LEAD_SECS = 0.05;
const HOLD_MS = 100;

export class Deck {
  readonly lanes: Lane[] = $state([]);
  position = $state(0);
  phase: "still" | "loading" | "playing" = $state("still");
  heard: Heard = $state("mix");
  /** Whether the files are decoded, and so start to the sample. */
  isDecoded = $state(false);

  readonly seconds: number;
  #id: string;
  #context: AudioContext | undefined;
  #voices: Voice[] | undefined;
  #strips = new Map<string, Strip>();
  /** What the context's time is at the recording's beginning. */
  #origin = 0;
  #until = 0;
  #attempt = 0;
  #holding: ReturnType<typeof setInterval> | undefined;

  constructor(recording: Recording) {
    this.#id = recording.id;
    this.seconds = recording.seconds;
    const names = ["", ...recording.stems.map(({ name }) => name)];
    this.lanes = names.map((name) => ({ name, isSolo: false, isMuted: false, effects: { ...PLAIN }, problem: "" }));
    this.heard = recording.stems.length > 0 ? "stems" : "mix";
  }

  async play(from = this.position, until = this.seconds): Promise<void> {
    const attempt = this.#halt();
    const begin = from >= until - LEAD_SECS ? 0 : from;
    this.phase = "loading";
    const context = (this.#context ??= new AudioContext());
    await context.resume();
    const voices = (this.#voices ??= await this.#load(context));
    await Promise.all(voices.map((voice) => voice.ready(begin)));
    // Something else was wished for meanwhile.
    if (attempt !== this.#attempt) return;
    if (voices.length === 0) {
      this.phase = "still";
      return;
    }
    this.#apply();
    const at = context.currentTime + LEAD_SECS;
    for (const voice of voices) voice.start(at, begin);
    this.#origin = at - begin;
    this.#until = until;
    this.phase = "playing";
    this.#holding = setInterval(() => this.#hold(), HOLD_MS);
    this.#follow(attempt);
  }

  stop(): void {
    this.#halt();
    this.phase = "still";
  }

  /** Ends what sounds; the number of the attempt that comes next. */
  #halt(): number {
    if (this.phase === "playing") this.position = this.#now();
    clearInterval(this.#holding);
    for (const voice of this.#voices ?? []) voice.stop();
    this.#attempt += 1;
    return this.#attempt;
  }

  toggle(): void {
    if (this.phase === "still") void this.play();
    else this.stop();
  }

  seek(to: number): void {
    const isStill = this.phase === "still";
    this.#halt();
    this.position = Math.min(this.seconds, Math.max(0, to));
    if (!isStill) void this.play(this.position);
  }

  hear(heard: Heard): void {
    this.heard = heard;
    this.#apply();
  }

  /** Sets a lane otherwise; heard at once. */
  set(name: string, wanted: Partial<Pick<Lane, "isSolo" | "isMuted">>, effects: Partial<Effects> = {}): void {
    const lane = this.lanes.find((one) => one.name === name);
    if (!lane) return;
    Object.assign(lane, wanted);
    Object.assign(lane.effects, effects);
    this.#apply();
  }

  /** Has every lane sound as it is set. */
  #apply(): void {
    const isAnySolo = this.lanes.some(({ name, isSolo }) => name !== "" && isSolo);
    for (const { name, isSolo, isMuted, effects } of this.lanes) {
      const isHeard = this.heard === "mix" ? name === "" : name !== "" && (isAnySolo ? isSolo : !isMuted);
      this.#strips.get(name)?.set(effects, isHeard);
    }
  }

  end(): void {
    this.stop();
    for (const voice of this.#voices ?? []) voice.end();
    for (const strip of this.#strips.values()) strip.end();
    void this.#context?.close();
  }

  #now(): number {
    const now = (this.#context?.currentTime ?? 0) - this.#origin;
    return Math.min(this.seconds, Math.max(0, now));
  }

  #hold(): void {
    const now = this.#now();
    if (now >= this.#until) {
      this.stop();
      this.position = this.#until;
      return;
    }
    for (const voice of this.#voices ?? []) voice.hold(now);
  }

  #follow(attempt: number): void {
    if (attempt !== this.#attempt) return;
    this.position = this.#now();
    requestAnimationFrame(() => this.#follow(attempt));
  }

  async #load(context: AudioContext): Promise<Voice[]> {
    const needed = this.lanes.length * this.seconds * context.sampleRate * CHANNELS * Float32Array.BYTES_PER_ELEMENT;
    this.isDecoded = needed <= DECODED_BYTES;
    const made = await Promise.all(this.lanes.map((lane) => this.#voice(context, lane)));
    return made.filter((voice) => voice !== undefined);
  }

  async #voice(context: AudioContext, lane: Lane): Promise<Voice | undefined> {
    try {
      const url = await address(this.#id, lane.name);
      const voice = this.isDecoded
        ? new BufferVoice(context, await decode(context, url))
        : new MediaVoice(context, url, () => this.#wait());
      // What cannot be played is found out before anything sounds.
      await voice.ready(0);
      const strip = new Strip(context);
      voice.output.connect(strip.input);
      this.#strips.set(lane.name, strip);
      lane.problem = "";
      return voice;
    } catch (error) {
      lane.problem = error instanceof Refused || error instanceof Error ? error.message : String(error);
      return undefined;
    }
  }

  /** One has nothing to play yet: all wait for it. */
  #wait(): void {
    if (this.phase === "playing") void this.play(this.#now(), this.#until);
  }
}

export async function decode(context: BaseAudioContext, url: string): Promise<AudioBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(response.statusText);
  return context.decodeAudioData(await response.arrayBuffer());
}
