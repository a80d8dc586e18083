// One control that is dragged onto another.

/** Below this it is a click. */
const THRESHOLD_PX = 6;

export class Drag {
  /** What is dragged, once it moves. */
  from: string | undefined = $state();
  /** What it is over. */
  over: string | undefined = $state();
  x = $state(0);
  y = $state(0);
  #begun: { key: string; within: Element; x: number; y: number; pointer: number } | undefined;

  /** `within` is the panel: controls of others have the same keys. */
  begin(event: PointerEvent, key: string, within: Element): void {
    this.#begun = { key, within, x: event.clientX, y: event.clientY, pointer: event.pointerId };
  }

  move({ pointerId, clientX, clientY }: PointerEvent): void {
    const begun = this.#begun;
    if (begun?.pointer !== pointerId) return;
    [this.x, this.y] = [clientX - begun.x, clientY - begun.y];
    if (this.from === undefined && Math.hypot(this.x, this.y) < THRESHOLD_PX) return;
    this.from = begun.key;
    const under = document.elementsFromPoint(clientX, clientY).map((element) => element.closest<HTMLElement>("[data-key]"));
    const isOther = (element: HTMLElement | null) => begun.within.contains(element) && element?.dataset["key"] !== begun.key;
    this.over = under.find(isOther)?.dataset["key"];
  }

  /** Ends it: the two that change places, if there are two. */
  end({ pointerId }: PointerEvent): [string, string] | undefined {
    if (this.#begun?.pointer !== pointerId) return undefined;
    const { from, over } = this;
    this.cancel();
    return from !== undefined && over !== undefined ? [from, over] : undefined;
  }

  cancel(): void {
    this.#begun = undefined;
    this.from = this.over = undefined;
    this.x = this.y = 0;
  }
}
