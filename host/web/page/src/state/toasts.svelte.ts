// Short messages that come and go; what went wrong stays until it is put away.

import { Refused } from "../api/socket";

export interface Toast {
  id: number;
  level: "info" | "warning" | "error";
  text: string;
  /** What can be done about it, such as taking a deletion back. */
  deed?: { label: string; run: () => void };
}

const LASTS_MS = 6000;
const MOST = 5;

export const toasts: Toast[] = $state([]);
let count = 0;

export function toast(message: Omit<Toast, "id">): void {
  count += 1;
  const id = count;
  // The same again says nothing new.
  const same = toasts.findIndex(({ level, text }) => level === message.level && text === message.text);
  if (same >= 0) toasts.splice(same, 1);
  toasts.push({ ...message, id });
  if (toasts.length > MOST) toasts.shift();
  if (message.level !== "error") setTimeout(() => dismiss(id), LASTS_MS);
}

export function dismiss(id: number): void {
  const at = toasts.findIndex((one) => one.id === id);
  if (at >= 0) toasts.splice(at, 1);
}

/** A refusal in its own words; anything else is a fault of the page and goes on. */
export function refusalText(error: unknown): string {
  if (error instanceof Refused) return error.message;
  throw error;
}
