// The dock: tabs that are dragged, split and closed, as they were left. What is shown in a tab is a component of its own.

import type { createDockview, DockviewApi, DockviewGroupPanel, IContentRenderer, IWatermarkRenderer } from "dockview";
import { mount, unmount } from "svelte";
import { ask, studio } from "../state/studio.svelte";
import { toast } from "../state/toasts.svelte";
import { words } from "../words/index.svelte";
import Empty from "./Empty.svelte";
import Frame from "./Frame.svelte";
import { held, NARROW_PX } from "./held";
import { isSaved, prune, VERSION, type Saved } from "./layout";
import { asks, lead, leads } from "./leader";
import { announce } from "./said.svelte";
import { groupActions, tab } from "./tab";
import { isKnown, panelOf, titleOf, type TabId } from "./views";

const SAVE_AFTER_MS = 800;
/** Shares of the standard arrangement: two rows of pads need more height than one of knobs. */
const SIDE_SHARE = 0.18;
const LOG_SHARE = 0.26;
const PADS_SHARE = 0.37;
const KNOBS_SHARE = 0.31;

let closed = new Set<string>();
/** Panels that have had their tab, so that none is opened twice. */
let known = new Set<string>();
let saving: ReturnType<typeof setTimeout> | undefined;
let isArranging = false;
/** What came of the studio by itself: nobody arranged it, so keeping it would only be a step of the history, and end redo. */
let followed = "";

function content(id: string): IContentRenderer {
  const element = document.createElement("div");
  element.className = "tab-content";
  element.tabIndex = -1;
  let made: ReturnType<typeof mount> | undefined;
  return {
    element,
    init: () => (made = mount(Frame, { target: element, props: { id: id as TabId } })),
    dispose: () => void (made && unmount(made)),
  };
}

/** What is there where no tab is. */
function nothing(): IWatermarkRenderer {
  const element = document.createElement("div");
  let made: ReturnType<typeof mount> | undefined;
  return {
    element,
    init: () => (made = mount(Empty, { target: element })),
    dispose: () => void (made && unmount(made)),
  };
}

/** The group that has the focus is the one that keys and commands are about. */
function activate(event: FocusEvent): void {
  const group = held.api?.groups.find(({ element }) => element.contains(event.target as Node));
  if (group && group !== held.api?.activeGroup) group.api.setActive();
}

/** Fills an element with the dock; the studio must be known. */
export function start(element: HTMLElement, create: typeof createDockview): () => void {
  const dock = create(element, {
    theme: { name: "studio", className: "dock-theme" },
    createComponent: ({ id }) => content(id),
    createTabComponent: tab,
    defaultTabComponent: "tab",
    createRightHeaderActionComponent: groupActions,
    // Each group's menu has its tabs, reachable by keyboard.
    disableTabsOverflowList: true,
    createWatermarkComponent: () => nothing(),
    disableFloatingGroups: true,
    scrollbars: "native",
    messages: {
      panelOpened: (title) => words.dock.opened(title),
      panelClosed: (title) => words.dock.closed(title),
      groupMaximized: (title) => words.dock.maximised(title),
      groupRestored: (title) => words.dock.restored(title),
    },
    announcer: ({ message }) => {
      if (!isArranging) announce(message);
    },
  });
  held.api = dock;
  // Sizes are shares of what there is.
  dock.layout(element.clientWidth, element.clientHeight);
  // What is in a group is a landmark already, of the same name.
  const grouped = dock.onDidAddGroup(({ element }) => element.setAttribute("role", "group"));
  arrange(studio.settings.ui_layout);
  const listeners = [
    grouped,
    dock.onDidLayoutChange(saveSoon),
    dock.onDidRemovePanel(({ id }) => {
      if (!isArranging && isKnown(id)) closed.add(id);
    }),
    dock.onDidAddPanel(({ id }) => closed.delete(id)),
  ];
  const lay = new ResizeObserver(() => dock.layout(element.clientWidth, element.clientHeight));
  lay.observe(element);
  // Menus and palette arrange as well.
  addEventListener("pointerdown", lead, true);
  addEventListener("keydown", lead, true);
  element.addEventListener("focusin", activate);
  return () => {
    clearTimeout(saving);
    removeEventListener("pointerdown", lead, true);
    removeEventListener("keydown", lead, true);
    lay.disconnect();
    for (const listener of listeners) listener.dispose();
    dock.clear();
    held.api = undefined;
  };
}

/** Changes many tabs at once, of which nobody is told one by one. */
function arranging(change: (dock: DockviewApi) => void): void {
  if (!held.api) return;
  isArranging = true;
  try {
    change(held.api);
  } finally {
    isArranging = false;
  }
}

function arrange(saved: unknown): void {
  known = new Set(Object.keys(studio.panels));
  closed = new Set(isSaved(saved) ? saved.closed : []);
  arranging((dock) => {
    if (!isSaved(saved) || innerWidth < NARROW_PX || !restored(dock, saved)) standard(dock);
    // Whatever was made while nobody looked has a tab as well.
    else for (const id of known) if (!closed.has(`panel:${id}`)) add(dock, `panel:${id}`, false);
    for (const { id, api } of dock.panels) api.setTitle(titleOf(id as TabId));
  });
}

function restored(dock: DockviewApi, saved: Saved): boolean {
  // Everything was closed by hand.
  if (saved.dock.panels && Object.keys(saved.dock.panels).length === 0) return true;
  try {
    const pruned = prune(saved.dock, isKnown);
    if (pruned) dock.fromJSON(pruned);
    return pruned !== undefined;
  } catch {
    // It was made by another version of the dock, or by no dock at all.
    dock.clear();
    return false;
  }
}

/** Pads beside pads over knobs beside knobs over keys; properties and log at the side. */
function standard(dock: DockviewApi): void {
  dock.clear();
  const panels = Object.values(studio.panels);
  const ids = (kind: string) => panels.filter(({ type }) => type === kind).map(({ instanceId }): TabId => `panel:${instanceId}`);
  const rows = [ids("pad"), ids("knob"), ids("piano")];
  if (innerWidth < NARROW_PX) {
    for (const id of [...rows.flat(), "effects", "instruments", "properties", "log"] as TabId[]) add(dock, id, false);
    dock.panels[0]?.api.setActive();
    return;
  }
  dock.addPanel({ id: "properties", component: "properties", title: titleOf("properties") });
  dock.addPanel({ id: "effects", component: "effects", title: titleOf("effects"), inactive: true, position: { referencePanel: "properties" } });
  dock.addPanel({ id: "log", component: "log", title: titleOf("log"), initialHeight: 200, position: { referencePanel: "properties", direction: "below" } });
  let above: string | undefined;
  for (const row of rows) {
    let beside: string | undefined;
    for (const id of row) {
      const [referencePanel, direction] = beside ? [beside, "right" as const] : [above, "below" as const];
      const position = referencePanel ? { referencePanel, direction } : { direction: "left" as const };
      dock.addPanel({ id, component: id, title: titleOf(id), position });
      beside = id;
    }
    above = beside ?? above;
  }
  const { width, height } = dock;
  dock.getPanel("properties")?.api.setSize({ width: Math.max(300, SIDE_SHARE * width) });
  dock.getPanel("log")?.api.setSize({ height: Math.max(200, LOG_SHARE * height) });
  const [pads, knobs] = rows.map(([first]) => first && dock.getPanel(first));
  if (rows.every((row) => row.length > 0)) {
    pads?.api.setSize({ height: PADS_SHARE * height });
    knobs?.api.setSize({ height: KNOBS_SHARE * height });
  }
}

/** Adds a tab where its like are, unless it is there. */
function add(dock: DockviewApi, id: TabId, activate: boolean): void {
  if (dock.getPanel(id) || !isKnown(id)) return;
  const group = home(dock, id);
  dock.addPanel({ id, component: id, title: titleOf(id), inactive: !activate, ...(group ? { position: { referenceGroup: group } } : {}) });
}

function home(dock: DockviewApi, id: TabId): DockviewGroupPanel | undefined {
  const kind = (tab: string) => studio.panels[panelOf(tab) ?? ""]?.type;
  const alike = dock.panels.find((panel) => panel.id !== id && kind(panel.id) === kind(id) && kind(id) !== undefined);
  const area = ({ width, height }: DockviewGroupPanel) => width * height;
  return alike?.group ?? [...dock.groups].sort((one, other) => area(other) - area(one))[0];
}

/** Shows a tab; opens it if need be. */
export function open(id: TabId): void {
  if (!held.api) return;
  add(held.api, id, true);
  const panel = held.api.getPanel(id);
  panel?.api.setActive();
  if (panel) enter(panel.view.content.element);
}

/** Gives the focus, once, to what comes first in a tab; a view that is still loading has but its place until then. */
function enter(element: HTMLElement): void {
  const first = () => {
    const found = element.querySelector<HTMLElement>("[data-autofocus], button, [tabindex='0'], input, select");
    if (found) loading.disconnect();
    found?.focus();
  };
  const loading = new MutationObserver(first);
  element.focus();
  element.addEventListener("blur", () => loading.disconnect(), { once: true });
  loading.observe(element, { childList: true, subtree: true });
  first();
}

/** Panels come and go with the studio; titles follow it, and the language. */
export function follow(): void {
  const now = new Set(Object.keys(studio.panels));
  arranging((dock) => {
    for (const panel of [...dock.panels]) if (!isKnown(panel.id)) dock.removePanel(panel);
    for (const id of now) if (!known.has(id)) add(dock, `panel:${id}`, true);
    for (const { id, api: panel } of dock.panels) if (panel.title !== titleOf(id as TabId)) panel.setTitle(titleOf(id as TabId));
  });
  known = now;
  if (held.api) followed = JSON.stringify(arrangement(held.api));
}

/** Puts everything back as it was at first. */
export function reset(): void {
  closed.clear();
  arranging(standard);
  lead();
  saveSoon();
  toast({ level: "info", text: words.layoutReset });
}

function arrangement(dock: DockviewApi): Saved {
  return { version: VERSION, dock: dock.toJSON(), closed: [...closed].filter(isKnown) };
}

function saveSoon(): void {
  if (isArranging) return;
  clearTimeout(saving);
  saving = setTimeout(() => void save(), SAVE_AFTER_MS);
}

async function save(): Promise<void> {
  if (asks()) return saveSoon();
  if (!held.api || !leads() || innerWidth < NARROW_PX) return;
  const value = arrangement(held.api);
  const text = JSON.stringify(value);
  // What is as it was is no change, and no step of the history either.
  if (text === followed || text === JSON.stringify(studio.settings.ui_layout)) return;
  await ask("PUT", "/api/settings/ui_layout", { value }).catch(() => {
    // The connection is lost: the next change is kept again.
  });
}
