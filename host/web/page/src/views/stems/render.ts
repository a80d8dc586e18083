// A stem with its effects, saved: rendered by the browser, so only what fits in memory.

import { decode } from "./deck.svelte";
import { Strip, type Effects } from "./strip";

export interface Finish {
  start: number;
  end: number;
  fade_in_s: number;
  fade_out_s: number;
  /** Brings the highest peak to 1 dB below full scale. */
  isNormalised: boolean;
}

/** Decoded, rendered and written at once. */
export const MOST_BYTES = 256 * 1024 * 1024;
const CEILING = 10 ** (-1 / 20);
const SAMPLE_BYTES = 3;
const HEADER_BYTES = 44;
const FULL_SCALE = 2 ** 23;

export const decodedBytes = (seconds: number, rate: number, channels: number) =>
  seconds * rate * channels * Float32Array.BYTES_PER_ELEMENT;

export async function render(url: string, rate: number, channels: number, effects: Effects, finish: Finish): Promise<Blob> {
  const frames = Math.max(1, Math.round((finish.end - finish.start) * rate));
  const context = new OfflineAudioContext(channels, frames, rate);
  const source = new AudioBufferSourceNode(context, { buffer: await decode(context, url) });
  const fade = context.createGain();
  const seconds = frames / rate;
  if (finish.fade_in_s > 0) {
    fade.gain.setValueAtTime(0, 0);
    fade.gain.linearRampToValueAtTime(1, Math.min(seconds, finish.fade_in_s));
  }
  if (finish.fade_out_s > 0) {
    fade.gain.setValueAtTime(1, Math.max(finish.fade_in_s, seconds - finish.fade_out_s));
    fade.gain.linearRampToValueAtTime(0, seconds);
  }
  const strip = new Strip(context);
  strip.settle(effects);
  source.connect(fade).connect(strip.input);
  source.start(0, finish.start);
  const made = await context.startRendering();
  const list = Array.from({ length: made.numberOfChannels }, (_, channel) => made.getChannelData(channel));
  return new Blob([wav(list, rate, finish.isNormalised ? CEILING / Math.max(1e-9, peak(list)) : 1)], { type: "audio/wav" });
}

function peak(channels: Float32Array[]): number {
  let most = 0;
  for (const channel of channels) for (const sample of channel) most = Math.max(most, Math.abs(sample));
  return most;
}

/** WAV, 24 bits. */
function wav(channels: Float32Array[], rate: number, gain: number): ArrayBuffer {
  const frames = channels[0]?.length ?? 0;
  const frameBytes = channels.length * SAMPLE_BYTES;
  const size = frames * frameBytes;
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + size));
  const text = (at: number, word: string) => [...word].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, HEADER_BYTES - 8 + size, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 8 * SAMPLE_BYTES, true);
  text(36, "data");
  view.setUint32(40, size, true);
  let at = HEADER_BYTES;
  for (let frame = 0; frame < frames; frame += 1) {
    for (const channel of channels) {
      const scaled = Math.round((channel[frame] ?? 0) * gain * FULL_SCALE);
      const value = Math.min(FULL_SCALE - 1, Math.max(-FULL_SCALE, scaled));
      view.setUint16(at, value & 0xffff, true);
      view.setInt8(at + 2, value >> 16);
      at += SAMPLE_BYTES;
    }
  }
  return view.buffer;
}
