// What can be done with tabs and groups without a mouse. All of it acts on the tab that is active.

import type { DockviewApi, DockviewGroupPanel, IDockviewPanel } from "dockview";
import { words } from "../words/index.svelte";
import { beside, fills, type Side } from "./beside";
import { held } from "./held";
import { announce } from "./said.svelte";

const STEP_PX = 48;
const POSITION = { left: "left", right: "right", up: "top", down: "bottom" } as const;
const DIRECTION = { left: "left", right: "right", up: "above", down: "below" } as const;

const box = (group: DockviewGroupPanel) => group.element.getBoundingClientRect();
const titleOf = (panel: IDockviewPanel) => panel.title ?? panel.id;

export function tabOf(panel: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`.dv-tab[data-tab-panel-id="${CSS.escape(panel)}"]`);
}

/** Rearranges the active tab. What had the focus keeps it, or gives it to the tab when it is gone. */
function rearrange(change: (dock: DockviewApi, panel: IDockviewPanel) => string): void {
  const dock = held.api;
  const panel = dock?.activePanel;
  if (!dock || !panel) return;
  if (dock.hasMaximizedGroup()) dock.exitMaximizedGroup();
  const focused = document.activeElement;
  announce(change(dock, panel));
  if (focused instanceof HTMLElement && focused.isConnected) focused.focus();
  else tabOf(panel.id)?.focus();
}

/**
 * Out of its group if it has company there, else into the group on that side, else to that edge of the dock: pressed again
 * and again a tab gets everywhere.
 */
export function move(side: Side): void {
  rearrange((dock, panel) => {
    const { group } = panel;
    const title = titleOf(panel);
    if (group.panels.length > 1) {
      panel.api.moveTo({ group, position: POSITION[side] });
      return words.dock.apart[side](title);
    }
    const there = beside(box(group), dock.groups.filter((other) => other !== group), box, side);
    if (there) {
      const other = there.activePanel;
      panel.api.moveTo({ group: there });
      return words.dock.joined(title, other ? titleOf(other) : "");
    }
    const frame = group.element.closest(".dv-dockview")?.getBoundingClientRect();
    if (!frame || fills(box(group), frame, side)) return words.dock.atEdge(title);
    panel.api.moveTo({ group: dock.addGroup({ direction: DIRECTION[side] }) });
    return words.dock.apart[side](title);
  });
}

/** One place on or back among the tabs of its group. */
export function shift(by: -1 | 1): void {
  rearrange((_, panel) => {
    const { group } = panel;
    const index = group.panels.indexOf(panel) + by;
    if (index < 0 || index >= group.panels.length) return words.dock.atEdge(titleOf(panel));
    panel.api.moveTo({ group, index });
    return words.dock.placed(titleOf(panel), index + 1, group.panels.length);
  });
}

export function resize(along: "width" | "height", by: -1 | 1): void {
  const group = held.api?.activeGroup;
  group?.api.setSize({ [along]: group[along] + by * STEP_PX });
}

export function maximise(): void {
  const dock = held.api;
  if (!dock?.activePanel) return;
  if (dock.hasMaximizedGroup()) dock.exitMaximizedGroup();
  else dock.maximizeGroup(dock.activePanel);
}

/** Closes a tab, the active one if none is named; the focus goes to its neighbour. */
export function close(panel: IDockviewPanel | undefined = held.api?.activePanel): void {
  if (!panel) return;
  const { panels } = panel.group;
  const at = panels.indexOf(panel);
  const next = panels[at + 1] ?? panels[at - 1];
  const focused = document.activeElement;
  panel.api.close();
  if (focused instanceof HTMLElement && focused.isConnected && focused !== document.body) return;
  const heir = next ?? held.api?.activePanel;
  if (heir) tabOf(heir.id)?.focus();
}

/** From group to group as they are read. */
export function go(by: -1 | 1): void {
  const dock = held.api;
  if (!dock) return;
  const groups = dock.groups.filter(({ element }) => element.checkVisibility({ visibilityProperty: true }));
  groups.sort((one, other) => box(one).top - box(other).top || box(one).left - box(other).left);
  const at = groups.findIndex(({ element }) => element.contains(document.activeElement));
  const start = at < 0 && by < 0 ? 0 : at;
  const panel = groups[(start + by + groups.length) % groups.length]?.activePanel;
  panel?.api.setActive();
  if (panel) tabOf(panel.id)?.focus();
}
