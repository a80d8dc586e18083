// A keyboard's keys as they lie, and the keys of a computer that play them.

export interface KeyPlace {
  note: number;
  isBlack: boolean;
  /** In widths of a white key, from the left. */
  left: number;
}

const BLACK = new Set([1, 3, 6, 8, 10]);
const BLACK_WIDTH = 0.62;

/** So many white keys from a note on, with the black ones between them. */
export function keysFrom(first: number, whites: number): KeyPlace[] {
  const keys: KeyPlace[] = [];
  let count = 0;
  for (let note = first; note < 128; note += 1) {
    const isBlack = BLACK.has(note % 12);
    if (!isBlack && count === whites) break;
    keys.push({ note, isBlack, left: isBlack ? count - BLACK_WIDTH / 2 : count });
    if (!isBlack) count += 1;
  }
  // A black key at the end would hang over it.
  return keys.at(-1)?.isBlack ? keys.slice(0, -1) : keys;
}

/** Two rows as on most keyboards, whatever is printed on them: A is the first C, W its sharp. */
const CODES = [
  "KeyA", "KeyW", "KeyS", "KeyE", "KeyD", "KeyF", "KeyT", "KeyG", "KeyY", "KeyH", "KeyU", "KeyJ",
  "KeyK", "KeyO", "KeyL", "KeyP", "Semicolon", "Quote",
];
export const DOWN_CODE = "KeyZ";
export const UP_CODE = "KeyX";

/** How far above the first key a computer's key is, in semitones. */
export function semitonesOf(code: string): number | undefined {
  const at = CODES.indexOf(code);
  return at < 0 ? undefined : at;
}

export function letterOf(semitones: number): string {
  const code = CODES[semitones] ?? "";
  return code.startsWith("Key") ? code.slice(3) : { Semicolon: ";", Quote: "'" }[code] ?? "";
}
