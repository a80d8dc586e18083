// Numbers for people to read: at once when they rest, ten times a second while they move. Text is what costs most to show.

import { untrack } from "svelte";

const EVERY_MS = 100;

/** The number that is to be read; for use while a component is made. */
export function readable(value: () => number): () => number {
  let shown = $state(untrack(value));
  let last = -EVERY_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = () => {
    timer = undefined;
    last = performance.now();
    shown = untrack(value);
  };
  $effect(() => {
    void value();
    const rest = last + EVERY_MS - performance.now();
    if (rest <= 0) show();
    else timer ??= setTimeout(show, rest);
  });
  $effect(() => () => clearTimeout(timer));
  return () => shown;
}
