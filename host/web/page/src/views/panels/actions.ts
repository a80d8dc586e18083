// Actions in a few words.

import type { Action } from "../../api/types";
import { words } from "../../words/index.svelte";

/** An action's type as people call it; the server may know more of them than this page. */
export function typeName(type: string): string {
  const names: Record<string, string> = words.properties.types;
  return names[type] ?? type;
}

/** What an action is, and to what. */
export function actionName({ type, ...fields }: Action): string {
  // A parameter's name says that it is one.
  if (type === "fx" && typeof fields["target"] === "string") return fields["target"];
  const told = [fields["target"], fields["name"], fields["keys"], fields["note"], fields["number"], fields["panel"], fields["task"]];
  const to = told.find((field) => typeof field === "string" || typeof field === "number");
  return to === undefined ? typeName(type) : `${typeName(type)} ${String(to)}`;
}
