// MIDI messages in words.

import { words } from "../../words/index.svelte";

/** What a message means. */
export function meaning(bytes: readonly number[]): string {
  const [status = 0, first = 0, second = 0] = bytes;
  const { midi } = words.controller;
  const channel = midi.channel((status & 0x0f) + 1);
  switch (status & 0xf0) {
    case 0x80:
      return `${midi.off(first)}, ${channel}`;
    case 0x90:
      return `${second === 0 ? midi.off(first) : midi.on(first, second)}, ${channel}`;
    case 0xa0:
      return `${midi.keyPressure(first, second)}, ${channel}`;
    case 0xb0:
      return `${midi.control(first, second)}, ${channel}`;
    case 0xc0:
      return `${midi.program(first)}, ${channel}`;
    case 0xd0:
      return `${midi.pressure(first)}, ${channel}`;
    case 0xe0:
      return `${midi.bend(128 * second + first - 8192)}, ${channel}`;
    default:
      return status === 0xf0 ? midi.exclusive(bytes.length) : midi.system;
  }
}

/** Bytes as they are written among musicians: `90 3C 64`. */
export function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");
}
