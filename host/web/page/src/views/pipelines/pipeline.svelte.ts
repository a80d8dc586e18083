// The pipeline beside the studio as the view knows it: asked for twice a second while somebody looks.

import type { Schemas } from "../../api/types";
import { look, studio } from "../../state/studio.svelte";
import { refusalText } from "../../state/toasts.svelte";
import { wiring, type Chosen, type Status } from "./status";

/** Twice a second, and now and then where it fails. */
const PAUSE_MS = 500;
const LONG_PAUSE_MS = 5000;

export type TaskShape = Schemas["TaskShape"];
export type Found = Schemas["FoundPipeline"];

class Pipeline {
  status: Status | undefined = $state.raw();
  /** What does not change while the wiring is the same. */
  shapes: Record<string, TaskShape> = $state.raw({});
  others: Found[] = $state.raw([]);
  /** Why there is nothing to show though there should be. */
  reason = $state("");
  chosen: Chosen | undefined = $state();
  #wiring = "";

  task(name: string) {
    return this.status?.tasks.find((task) => task.name === name);
  }

  stream(name: string) {
    return this.status?.streams.find((stream) => stream.name === name);
  }

  /** Takes the figures now. True if there are any. */
  async refresh(): Promise<boolean> {
    if (!studio.pipeline) {
      [this.status, this.#wiring, this.reason] = [undefined, "", ""];
      return false;
    }
    try {
      const status = await look<Status>("/api/pipeline");
      const now = wiring(status);
      if (now !== this.#wiring) {
        const shapes = await look<TaskShape[]>("/api/pipeline/tasks");
        this.shapes = Object.fromEntries(shapes.map((shape) => [shape.name, shape]));
        this.#wiring = now;
      }
      this.status = status;
      this.reason = "";
      return true;
    } catch (error) {
      // What was last known stays.
      this.reason = refusalText(error);
      return false;
    }
  }

  /** The same when the graph itself may be another. */
  renew(): Promise<boolean> {
    this.#wiring = "";
    return this.refresh();
  }

  /** Asks again and again until the returned function is called. */
  follow(): () => void {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let found = -Infinity;
    const step = async () => {
      const runs = await this.refresh();
      if (performance.now() - found > LONG_PAUSE_MS) {
        found = performance.now();
        this.others = await look<Found[]>("/api/pipelines").then(
          (all) => all.filter(({ own }) => !own),
          () => [],
        );
      }
      if (!isOver) timer = setTimeout(() => void step(), runs || !studio.pipeline ? PAUSE_MS : LONG_PAUSE_MS);
    };
    void step();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }
}

export const pipeline = new Pipeline();
