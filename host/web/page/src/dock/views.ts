// The views of the dock. Each is loaded when it is first opened.

import type { Component } from "svelte";
import { studio } from "../state/studio.svelte";
import { words } from "../words/index.svelte";

export interface View {
  title: () => string;
  load: () => Promise<{ default: Component }>;
}

export type ViewId =
  | "properties" | "instruments" | "effects" | "audio" | "stems" | "pipelines" | "controller" | "settings" | "log";

export const VIEWS: Record<ViewId, View> = {
  properties: { title: () => words.propertiesView, load: () => import("../views/properties/Properties.svelte") },
  instruments: { title: () => words.instrumentsView, load: () => import("../views/sound/Instruments.svelte") },
  effects: { title: () => words.effectsView, load: () => import("../views/sound/Effects.svelte") },
  audio: { title: () => words.audioView, load: () => import("../views/sound/Audio.svelte") },
  stems: { title: () => words.stemsView, load: () => import("../views/stems/Stems.svelte") },
  pipelines: { title: () => words.pipelinesView, load: () => import("../views/pipelines/Pipelines.svelte") },
  controller: { title: () => words.controllerView, load: () => import("../views/controller/Controller.svelte") },
  settings: { title: () => words.settingsView, load: () => import("../views/settings/Settings.svelte") },
  log: { title: () => words.logView, load: () => import("../views/log/Log.svelte") },
};

const PANEL = "panel:";

/** A view's id, or `panel:` and the id of a panel of the studio. */
export type TabId = ViewId | `panel:${string}`;

export function panelOf(tab: string): string | undefined {
  return tab.startsWith(PANEL) ? tab.slice(PANEL.length) : undefined;
}

/** Whether there is something to show under this id. */
export function isKnown(tab: string): tab is TabId {
  const panel = panelOf(tab);
  return panel === undefined ? Object.hasOwn(VIEWS, tab) : Object.hasOwn(studio.panels, panel);
}

export function titleOf(tab: TabId): string {
  const panel = panelOf(tab);
  return panel === undefined ? VIEWS[tab as ViewId].title() : (studio.panels[panel]?.title ?? panel);
}
