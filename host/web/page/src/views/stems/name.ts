// What the server takes for the name of a recording. A refusal that comes while a file is being sent ends the connection, and
// nobody is told why: so it is looked at before.

import type { Words } from "../../words/en";

export const ENDINGS = ["aif", "aifc", "aiff", "bw64", "flac", "m4a", "mp3", "mp4", "oga", "ogg", "opus", "rf64", "w64", "wav"];
/** Bytes of a name. */
const MOST_BYTES = 200;

/** Why a file will not be taken, in the user's words; nothing if it may be. */
export function refusal({ name, size }: Pick<File, "name" | "size">, words: Words["stems"]): string | undefined {
  const own = name.trim();
  if (own.startsWith(".")) return words.hidden;
  const ending = /\.([^.]+)$/.exec(own)?.[1]?.toLowerCase() ?? "";
  if (!ENDINGS.includes(ending)) return words.notSound(ENDINGS.map((known) => `.${known}`).join(", "));
  if (new TextEncoder().encode(own).length > MOST_BYTES) return words.nameTooLong(MOST_BYTES);
  return size === 0 ? words.empty : undefined;
}
