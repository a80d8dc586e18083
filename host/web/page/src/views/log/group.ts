// Lines that follow each other and differ in a value alone are one line: the first and the last value, and how many.

import type { LogEntry } from "../../api/types";

export interface Group {
  /** Of its first line. */
  number: number;
  entry: LogEntry;
  last: LogEntry;
  count: number;
}

/** What two lines have to have in common: all before a value. */
function stem({ tag, message, level }: LogEntry): string {
  const at = message.lastIndexOf("=");
  return JSON.stringify([tag, level, at < 0 ? message : message.slice(0, at)]);
}

export function grouped(lines: [number, LogEntry][]): Group[] {
  const groups: Group[] = [];
  for (const [number, entry] of lines) {
    const group = groups.at(-1);
    if (group && stem(group.last) === stem(entry)) {
      group.last = entry;
      group.count += 1;
    } else {
      groups.push({ number, entry, last: entry, count: 1 });
    }
  }
  return groups;
}

/** A group's text: `gain=1 → 5`. */
export function textOf({ entry, last }: Group): string {
  if (entry.message === last.message) return entry.message;
  return `${entry.message} → ${last.message.slice(last.message.lastIndexOf("=") + 1)}`;
}
