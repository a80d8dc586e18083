// What can be done from everywhere: the menus and the palette show the same list.

import type { Words } from "../words/en";
import { LANGUAGES, speak, words, type Language } from "../words/index.svelte";
import { begin, cancel, isUnderWay, operations } from "./operations.svelte";
import { ask, studio, wish } from "./studio.svelte";
import { open, reset } from "../dock/dock";
import { arrangement } from "../dock/keys";
import { VIEWS, type ViewId } from "../dock/views";
import { refusalText, toast } from "./toasts.svelte";
import type { Kind, Panel } from "../api/types";

export interface Command {
  id: string;
  label: string;
  /** As `aria-keyshortcuts` has it, such as `Control+Z`. */
  keys?: string;
  disabled?: boolean;
  run: () => void;
}

/** Commands under a word, or commands themselves. */
export type Menu = { id: string; label: string; items: (Menu | Command)[] };

export const UNDO = "Control+Z";
export const REDO = "Control+Shift+Z";
export const PALETTE = "Control+K";

const KINDS: [Kind, keyof Words & ("addPad" | "addKnob" | "addPiano")][] = [
  ["pad", "addPad"],
  ["knob", "addKnob"],
  ["piano", "addPiano"],
];

async function add(type: Kind): Promise<void> {
  try {
    const panel = await ask<Panel>("POST", "/api/panels", { type });
    open(`panel:${panel.instanceId}`);
  } catch (error) {
    toast({ level: "error", text: refusalText(error) });
  }
}

const view = (id: ViewId): Command => ({ id: `open-${id}`, label: VIEWS[id].title(), run: () => open(id) });

/** Begins to record what is heard, or ends it. */
function record(): Command {
  const last = operations("record")[0];
  const isRecording = isUnderWay(last);
  const label = isRecording ? words.sound.record.stop : words.sound.record.start;
  return { id: "record", label, run: () => (isRecording ? cancel(last) : void begin("record")) };
}

/** The menus, in the chosen language and as the studio is now. */
export function menus(): Menu[] {
  const panels = Object.values(studio.panels);
  const controls: (Menu | Command)[] = KINDS.map(([kind, word]) => ({
    id: `add-${kind}`,
    label: words[word],
    run: () => void add(kind),
  }));
  if (panels.length > 0) {
    controls.push({
      id: "panels",
      label: words.open,
      items: panels.map(({ instanceId, title }) => ({
        id: `open-panel-${instanceId}`,
        label: title,
        run: () => open(`panel:${instanceId}`),
      })),
    });
  }
  controls.push(view("properties"), view("controller"));
  // Its panel may be out of sight.
  if (studio.learn.active) controls.push({ id: "end-learn", label: words.panels.endLearn, run: () => void wish("DELETE", "/api/learn") });
  return [
    { id: "controls", label: words.controls, items: controls },
    { id: "sound", label: words.soundView, items: [view("instruments"), view("effects"), view("audio"), record()] },
    { id: "stems", label: words.stemsView, items: [view("stems")] },
    { id: "pipelines", label: words.pipelinesView, items: [view("pipelines")] },
    {
      id: "settings",
      label: words.settingsView,
      items: [
        view("settings"),
        {
          id: "language",
          label: words.language,
          items: (Object.keys(LANGUAGES) as Language[]).map((language) => ({
            id: `language-${language}`,
            label: LANGUAGES[language],
            run: () => speak(language),
          })),
        },
        arrangement([{ id: "reset-layout", label: words.resetLayout, run: reset }]),
      ],
    },
    { id: "log", label: words.logView, items: [view("log")] },
  ];
}

/** What the toolbar has as buttons of its own. */
export function deeds(): Command[] {
  return [
    { id: "undo", label: words.undo, keys: UNDO, disabled: studio.history.undo === 0, run: () => void wish("POST", "/api/undo") },
    { id: "redo", label: words.redo, keys: REDO, disabled: studio.history.redo === 0, run: () => void wish("POST", "/api/redo") },
    { id: "panic", label: words.panic, run: () => void wish("POST", "/api/panic") },
  ];
}

/** All of them, each with the way to it. */
export function commands(): (Command & { path: string })[] {
  const flat = (items: (Menu | Command)[], path: string[]): (Command & { path: string })[] =>
    items.flatMap((item) =>
      "items" in item ? flat(item.items, [...path, item.label]) : [{ ...item, path: path.join(" › ") }],
    );
  return [...flat(deeds(), []), ...flat(menus(), [])];
}
