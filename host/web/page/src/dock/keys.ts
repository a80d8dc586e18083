// The keyboard's way to arrange the dock. The same list is in the menu and in the palette.

import type { Command, Menu } from "../state/commands.svelte";
import { words } from "../words/index.svelte";
import { close, go, maximise, move, resize, shift } from "./arrange";
import type { Side } from "./beside";
import { held } from "./held";

const SIDES: [Side, string][] = [["left", "ArrowLeft"], ["right", "ArrowRight"], ["up", "ArrowUp"], ["down", "ArrowDown"]];

export function moves(): Command[] {
  return SIDES.map(([side, key]) => ({
    id: `move-${side}`,
    label: words.dock.moveTo[side],
    keys: `Control+Alt+${key}`,
    run: () => move(side),
  }));
}

export function closing(): Command {
  return { id: "close-tab", label: words.dock.close, run: () => close() };
}

export function maximising(): Command {
  return { id: "maximise", label: words.dock.maximise, keys: "Control+Alt+Enter", run: maximise };
}

function sizes(): Command[] {
  return [
    { id: "wider", label: words.dock.wider, keys: "Control+Alt+Shift+ArrowRight", run: () => resize("width", 1) },
    { id: "narrower", label: words.dock.narrower, keys: "Control+Alt+Shift+ArrowLeft", run: () => resize("width", -1) },
    { id: "taller", label: words.dock.taller, keys: "Control+Alt+Shift+ArrowDown", run: () => resize("height", 1) },
    { id: "lower", label: words.dock.lower, keys: "Control+Alt+Shift+ArrowUp", run: () => resize("height", -1) },
  ];
}

/** Everything that arranges, `more` at the end. */
export function arrangement(more: Command[]): Menu {
  const { dock } = words;
  return {
    id: "arrangement",
    label: dock.arrangement,
    items: [
      { id: "next-group", label: dock.nextGroup, keys: "F6", run: () => go(1) },
      { id: "previous-group", label: dock.previousGroup, keys: "Shift+F6", run: () => go(-1) },
      maximising(),
      closing(),
      {
        id: "move-tab",
        label: dock.move,
        items: [
          ...moves(),
          { id: "move-before", label: dock.moveBefore, keys: "Control+Alt+PageUp", run: () => shift(-1) },
          { id: "move-after", label: dock.moveAfter, keys: "Control+Alt+PageDown", run: () => shift(1) },
        ],
      },
      { id: "size", label: dock.size, items: sizes() },
      ...more,
    ],
  };
}

const flat = (items: (Menu | Command)[]): Command[] => items.flatMap((item) => ("items" in item ? flat(item.items) : [item]));

/** What was pressed, as `aria-keyshortcuts` has it. */
function pressed({ ctrlKey, altKey, shiftKey, key }: KeyboardEvent): string {
  return [ctrlKey && "Control", altKey && "Alt", shiftKey && "Shift", key].filter(Boolean).join("+");
}

/** Keys of the whole page. A dialog keeps its own, and so does a field what is not a function key. */
export function press(event: KeyboardEvent): void {
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (event.defaultPrevented || event.metaKey || target?.closest("dialog")) return;
  const tab = target?.matches(".dv-tab") ? held.api?.getPanel(target.dataset["tabPanelId"] ?? "") : undefined;
  if (tab && ["Delete", "Backspace"].includes(pressed(event))) {
    close(tab);
  } else {
    const isTyping = target?.closest("input, textarea, select, [contenteditable]");
    if (isTyping && event.key !== "F6") return;
    const wanted = pressed(event);
    const command = flat(arrangement([]).items).find(({ keys }) => keys === wanted);
    if (!command) return;
    command.run();
  }
  event.preventDefault();
  // The tabs have keys of their own, which shall not act a second time.
  event.stopPropagation();
}
