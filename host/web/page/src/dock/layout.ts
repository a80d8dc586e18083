// A saved arrangement, as it is kept on the server, and what is left of it when some of its tabs are gone.

import type { SerializedDockview } from "dockview";

/** What the server keeps. Another version is not understood, and not destroyed before something is arranged anew. */
export const VERSION = 1;

export interface Saved {
  version: typeof VERSION;
  dock: SerializedDockview;
  /** Tabs that were closed by hand: they do not come back by themselves. */
  closed: string[];
}

export function isSaved(value: unknown): value is Saved {
  if (value === null || typeof value !== "object") return false;
  const { version, dock, closed } = value as Partial<Saved>;
  return version === VERSION && typeof dock === "object" && dock !== null && Array.isArray(closed);
}

interface Leaf {
  type: "leaf";
  data: { views: string[]; activeView?: string; id: string };
  size?: number;
}
interface Branch {
  type: "branch";
  data: Node[];
  size?: number;
}
type Node = Leaf | Branch;

/** The arrangement without tabs that are not known any more and without what they leave empty; nothing if all are gone. */
export function prune(dock: SerializedDockview, isKnown: (tab: string) => boolean): SerializedDockview | undefined {
  const panels = Object.fromEntries(Object.entries(dock.panels).filter(([id, panel]) => panel.id === id && isKnown(id)));
  const root = pruned(dock.grid.root as unknown as Node, (id) => Object.hasOwn(panels, id));
  if (!root) return undefined;
  // The root is a branch, whatever is left in it.
  const branch: Node = root.type === "branch" ? root : { type: "branch", data: [root] };
  const groups = new Set<string>();
  collect(branch, groups);
  const { activeGroup, floatingGroups: _floating, popoutGroups: _popout, ...rest } = dock;
  return {
    ...rest,
    ...(activeGroup !== undefined && groups.has(activeGroup) ? { activeGroup } : {}),
    grid: { ...dock.grid, root: branch as unknown as SerializedDockview["grid"]["root"] },
    panels,
  };
}

function pruned(node: Node, isKnown: (tab: string) => boolean): Node | undefined {
  if (node.type === "leaf") {
    const views = node.data.views.filter(isKnown);
    if (views.length === 0) return undefined;
    const { activeView, ...data } = node.data;
    const active = activeView !== undefined && views.includes(activeView) ? activeView : views[0];
    return { ...node, data: { ...data, views, ...(active === undefined ? {} : { activeView: active }) } };
  }
  const data = node.data.map((child) => pruned(child, isKnown)).filter((child) => child !== undefined);
  return data.length === 0 ? undefined : { ...node, data };
}

function collect(node: Node, groups: Set<string>): void {
  if (node.type === "leaf") groups.add(node.data.id);
  else for (const child of node.data) collect(child, groups);
}
