// Learning: controllers and what they are to do find each other, either first, until it is ended. Meanwhile the panels are
// silent. Any view may offer what it has to be learned.

import type { Action, Kind, Learn } from "../api/types";
import { ask, studio, wish } from "./studio.svelte";
import { refusalText, toast } from "./toasts.svelte";

/** The server keeps it with every request, so every request says it. */
const replacing = $state({ is: false });

export function isReplacing(): boolean {
  return replacing.is;
}

export function learning(): boolean {
  return studio.learn.active;
}

export function beginLearn(kind: Kind, preset: string, targets: Action[] = []): Promise<boolean> {
  replacing.is = false;
  return wish("POST", "/api/learn", { type: kind, preset, targets });
}

export function endLearn(): void {
  void wish("DELETE", "/api/learn");
}

/** The next control that is used does this. */
export async function learnFrom(action: Action): Promise<void> {
  try {
    await ask<Learn>("POST", "/api/learn", { targets: [action], replace: replacing.is });
  } catch (error) {
    toast({ level: "error", text: refusalText(error) });
  }
}

/** Whether controls that are mapped already are mapped anew, or told as conflicts. */
export async function setReplacing(on: boolean): Promise<void> {
  if (await wish("POST", "/api/learn", { replace: on })) replacing.is = on;
}
