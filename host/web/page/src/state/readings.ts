// Values of controls come by the thousand in a second: they are kept apart from the rest of the state, and who shows one is
// told of it at most once a frame. A page that is late has no more to do than one that is not.

import type { Json, Tree } from "../api/merge";
import type { Reading } from "../api/types";

/** One control's value, which may be gone, and who looks at it. */
interface Slot {
  reading: Reading | undefined;
  hearers: Set<() => void>;
}

const isTree = (value: Json | undefined): value is Tree => value !== null && typeof value === "object" && !Array.isArray(value);

export class Readings {
  /** By preset, then by control. */
  readonly #slots = new Map<string, Map<string, Slot>>();
  readonly #changed = new Set<Slot>();
  readonly #soon: (work: () => void) => void;

  /** Who looks is told when `soon` calls back. */
  constructor(soon: (work: () => void) => void) {
    this.#soon = soon;
  }

  of(preset: string, control: string): Reading | undefined {
    return this.#slots.get(preset)?.get(control)?.reading;
  }

  /** Calls `hear` when this value is another one, until the returned function is called. */
  watch(preset: string, control: string, hear: () => void): () => void {
    const { hearers } = this.#slot(preset, control);
    hearers.add(hear);
    return () => hearers.delete(hear);
  }

  /** Takes a patch `{preset: {control: reading}}` over, at once; null is gone. */
  merge(patch: Tree): void {
    for (const [preset, controls] of Object.entries(patch)) {
      if (isTree(controls)) {
        for (const [control, reading] of Object.entries(controls)) this.#put(this.#slot(preset, control), reading);
      } else {
        for (const slot of this.#slots.get(preset)?.values() ?? []) this.#put(slot, null);
      }
    }
  }

  /** A whole new state has come: what is not in it is gone. */
  replace(all: Tree): void {
    for (const controls of this.#slots.values()) for (const slot of controls.values()) this.#put(slot, null);
    this.merge(all);
  }

  #slot(preset: string, control: string): Slot {
    let controls = this.#slots.get(preset);
    if (!controls) this.#slots.set(preset, (controls = new Map()));
    let slot = controls.get(control);
    if (!slot) controls.set(control, (slot = { reading: undefined, hearers: new Set() }));
    return slot;
  }

  #put(slot: Slot, told: Json): void {
    if (isTree(told)) {
      // What a patch does not name stays.
      const value = Number(told["value"] ?? slot.reading?.value ?? 0);
      const distance = told["distance"] === undefined ? slot.reading?.distance : told["distance"];
      slot.reading = typeof distance === "number" ? { value, distance } : { value };
    } else {
      slot.reading = undefined;
    }
    if (this.#changed.size === 0) this.#soon(() => this.#tell());
    this.#changed.add(slot);
  }

  #tell(): void {
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const { hearers } of changed) for (const hear of hearers) hear();
  }
}
