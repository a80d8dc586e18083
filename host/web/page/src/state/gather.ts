// Values of controls come by the thousand in a second. What comes between two frames is taken over at once, of each control
// the newest alone: a page that is late has no more to do than one that is not.

import { mergeInto, type Tree } from "../api/merge";

// Without a prototype: names come from outside.
const tree = (): Tree => Object.create(null) as Tree;

export class Gathered {
  #values = tree();
  #isAwaited = false;
  readonly #target: Tree;
  readonly #soon: (work: () => void) => void;

  /** Patches go into `target`, at the latest when `soon` calls back. */
  constructor(target: Tree, soon: (work: () => void) => void) {
    [this.#target, this.#soon] = [target, soon];
  }

  /** Keeps the readings of a patch `{values: {preset: {control: reading}}}`, each of them whole. */
  keep(patch: Tree): void {
    for (const [preset, readings] of Object.entries(patch["values"] as Tree)) {
      const kept = (this.#values[preset] ??= tree()) as Tree;
      for (const [control, reading] of Object.entries(readings as Tree)) kept[control] = reading;
    }
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    this.#soon(() => {
      this.#isAwaited = false;
      this.flush();
    });
  }

  /** Takes over what was kept: before anything else changes, as the server said it before. */
  flush(): void {
    const values = this.#values;
    this.#values = tree();
    mergeInto(this.#target, { values });
  }

  /** A whole new state has come, and all that was kept is in it. */
  forget(): void {
    this.#values = tree();
  }
}
