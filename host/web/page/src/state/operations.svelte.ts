// Operations that take their time: begun by a view, followed in the state.

import type { Operation } from "../api/types";
import { ask, part, studio, wish } from "./studio.svelte";
import { refusalText, toast } from "./toasts.svelte";

/** Begins one, or gives back the one like it that is under way. Nothing, and a message, if it is refused. */
export async function begin(op_type: string, params: object = {}): Promise<Operation | undefined> {
  try {
    return await ask<Operation>("POST", "/api/ops/start", { op_type, params });
  } catch (error) {
    toast({ level: "error", text: refusalText(error) });
    return undefined;
  }
}

export function cancel({ id }: Operation): void {
  void wish("POST", `/api/ops/${part(id)}/cancel`);
}

export function isUnderWay(operation: Operation | undefined): operation is Operation {
  return operation?.status === "pending" || operation?.status === "running";
}

/** Operations of a kind, the newest first. */
export function operations(op_type: string): Operation[] {
  return Object.values(studio.ops)
    .filter((one) => one.op_type === op_type)
    .sort((one, other) => other.created_at - one.created_at);
}
