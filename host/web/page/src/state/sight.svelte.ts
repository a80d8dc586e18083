// What nobody sees need not be kept up to date: a tab behind another, a page behind another window.

export class Sight {
  #isShown = $state(false);
  #isAwake = $state(!document.hidden);

  get isSeen(): boolean {
    return this.#isShown && this.#isAwake;
  }

  /** To be attached to the element that it is about. */
  readonly watch = (element: Element): (() => void) => {
    // The newest alone counts: several may come at once.
    const observer = new IntersectionObserver((entries) => (this.#isShown = entries.at(-1)?.isIntersecting ?? false));
    observer.observe(element);
    const wake = () => (this.#isAwake = !document.hidden);
    document.addEventListener("visibilitychange", wake);
    return () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", wake);
      this.#isShown = false;
    };
  };
}

/** Does `work` now and again, `pause_ms` after it was done, until the returned function is called. For use in `$effect`. */
export function repeat(pause_ms: number, work: () => Promise<void>): () => void {
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const go = async () => {
    await work();
    if (!isOver) timer = setTimeout(() => void go(), pause_ms);
  };
  void go();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
