// A waveform that is drawn from an outline: cursor, sections, time line, zoom, and a spectrogram where it fits.

import WaveSurfer from "wavesurfer.js";
import RegionsPlugin, { type Region } from "wavesurfer.js/plugins/regions";
import TimelinePlugin from "wavesurfer.js/plugins/timeline";
import ZoomPlugin from "wavesurfer.js/plugins/zoom";
import { LEAST_SECS } from "./draft.svelte";
import type { Peaks } from "./shapes";

/** A section on the wave. */
export interface Mark {
  id: string;
  kind: "+" | "-" | "selection";
  start: number;
  end: number;
}

export interface Hearers {
  seek(seconds: number): void;
  /** A new section was drawn. */
  draw(start: number, end: number): void;
  /** A section was moved or resized. */
  move(id: string, start: number, end: number): void;
  /** Another part is seen: pixels a second, and from where. */
  view(zoom: number, from: number): void;
}

export const MOST_ZOOM = 1000;
const DRAWN = "drawn";
const LOOKS: Record<Mark["kind"], { color: string; border: string; image: string; content: string }> = {
  "+": { color: "color-mix(in srgb, var(--good) 28%, transparent)", border: "3px solid var(--good)", image: "none", content: "+" },
  "-": {
    color: "color-mix(in srgb, var(--error) 16%, transparent)",
    border: "3px dashed var(--error)",
    image: "repeating-linear-gradient(45deg, transparent 0 6px, color-mix(in srgb, var(--error) 30%, transparent) 6px 8px)",
    content: "−",
  },
  selection: { color: "color-mix(in srgb, var(--focus) 22%, transparent)", border: "3px double var(--focus)", image: "none", content: "" },
};

export class Wave {
  #surfer: WaveSurfer;
  #regions = RegionsPlugin.create();
  #element: HTMLElement;
  #spectrogram: ReturnType<WaveSurfer["registerPlugin"]> | undefined;
  #zoom = 0;
  /** Where the pointer went down and where it is: what the plugin draws is some pixels longer. */
  #drawn: [number, number] = [0, 0];
  #follow = (event: PointerEvent) => {
    if (event.buttons > 0) this.#drawn[1] = this.#timeAt(event);
  };

  /** A leading wave has a time line and is zoomed; others follow it. */
  constructor(element: HTMLElement, height: number, isLeading: boolean, hearers: Hearers) {
    this.#element = element;
    const nonce = document.querySelector<HTMLMetaElement>("meta[name='csp-nonce']")?.content ?? "";
    const leading = [TimelinePlugin.create({ height: 18 }), ZoomPlugin.create({ maxZoom: MOST_ZOOM, exponentialZooming: true })];
    this.#surfer = WaveSurfer.create({
      container: element,
      cspNonce: nonce,
      height,
      ...this.#colours(),
      cursorWidth: 2,
      autoScroll: false,
      autoCenter: false,
      dragToSeek: false,
      hideScrollbar: !isLeading,
      plugins: [this.#regions, ...(isLeading ? leading : [])],
    });
    this.#surfer.on("interaction", (seconds) => hearers.seek(seconds));
    this.#regions.enableDragSelection({ id: DRAWN, minLength: LEAST_SECS, color: LOOKS.selection.color });
    this.#regions.on("region-created", (region) => {
      if (region.id !== DRAWN) return;
      // It comes back as what it was drawn for.
      queueMicrotask(() => {
        region.remove();
        hearers.draw(...this.#drawn);
      });
    });
    element.addEventListener("pointerdown", (event) => (this.#drawn = [this.#timeAt(event), this.#timeAt(event)]), true);
    addEventListener("pointermove", this.#follow, true);
    this.#regions.on("region-updated", ({ id, start, end }) => {
      if (id !== DRAWN) hearers.move(id, start, end);
    });
    if (isLeading) {
      // The wheel alone scrolls the view, wherever the pointer comes to lie; with Control it zooms.
      const scroll = (event: WheelEvent) => {
        if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
      };
      element.addEventListener("wheel", scroll, { capture: true, passive: true });
      const tell = () => hearers.view(this.#zoom, this.#surfer.getScroll());
      this.#surfer.on("zoom", (zoom) => {
        this.#zoom = zoom;
        tell();
      });
      this.#surfer.on("scroll", tell);
    }
  }

  #colours(): { waveColor: string; progressColor: string; cursorColor: string } {
    // A canvas knows no variables: the element wears the colours, and is asked for them.
    const { color, borderBlockEndColor, outlineColor } = getComputedStyle(this.#element);
    return { waveColor: color, progressColor: borderBlockEndColor, cursorColor: outlineColor };
  }

  recolour(): void {
    this.#surfer.setOptions(this.#colours());
  }

  async load({ min, max, seconds }: Peaks): Promise<void> {
    await this.#surfer.load("", [max, min], seconds);
    if (this.#zoom > 0) this.#surfer.zoom(this.#zoom);
  }

  /** Shows the frequencies of decoded samples below the wave, or no longer. */
  async spectrogram(samples: Float32Array | undefined, seconds: number, height: number): Promise<void> {
    if (this.#spectrogram) this.#surfer.unregisterPlugin(this.#spectrogram);
    this.#spectrogram = undefined;
    if (!samples) return;
    const { default: SpectrogramPlugin } = await import("wavesurfer.js/plugins/spectrogram");
    this.#spectrogram = this.#surfer.registerPlugin(
      SpectrogramPlugin.create({ height, labels: true, scale: "mel", useWebWorker: false }),
    );
    await this.#surfer.load("", [samples], seconds);
    if (this.#zoom > 0) this.#surfer.zoom(this.#zoom);
  }

  moveTo(seconds: number, isFollowing: boolean): void {
    this.#surfer.setTime(seconds);
    if (!isFollowing || this.#zoom === 0) return;
    const [at, from, width] = [seconds * this.#zoom, this.#surfer.getScroll(), this.#surfer.getWidth()];
    if (at < from || at > from + width) this.#surfer.setScroll(at - 0.1 * width);
  }

  mark(marks: Mark[]): void {
    const wanted = new Map(marks.map((mark) => [mark.id, mark]));
    for (const region of [...this.#regions.getRegions()]) if (!wanted.has(region.id) && region.id !== DRAWN) region.remove();
    for (const mark of marks) {
      const region = this.#regions.getRegions().find(({ id }) => id === mark.id);
      if (region) this.#change(region, mark);
      else this.#add(mark);
    }
  }

  #add({ id, kind, start, end }: Mark): void {
    const { color, content } = LOOKS[kind];
    const region = this.#regions.addRegion({ id, start, end, color, minLength: LEAST_SECS, ...(content ? { content } : {}) });
    dress(region, kind);
  }

  #change(region: Region, { kind, start, end }: Mark): void {
    if (region.start !== start || region.end !== end) region.setOptions({ start, end });
    const { color, content } = LOOKS[kind];
    if (region.color !== color) region.setOptions({ color, ...(content ? { content } : {}) });
    dress(region, kind);
  }

  #timeAt({ clientX }: PointerEvent): number {
    const { left, width } = this.#surfer.getWrapper().getBoundingClientRect();
    return ((clientX - left) / Math.max(1, width)) * this.#surfer.getDuration();
  }

  /** What scrolls is what has the focus, and so what says what it is. */
  say(attributes: Record<string, string>): void {
    const scroller = this.#surfer.getWrapper().parentElement;
    for (const [name, value] of Object.entries(attributes)) scroller?.setAttribute(name, value);
  }

  get zoom(): number {
    return this.#zoom;
  }

  /** Pixels a second that show all of it. */
  get fit(): number {
    return this.#surfer.getWidth() / Math.max(LEAST_SECS, this.#surfer.getDuration());
  }

  zoomTo(zoom: number, from?: number): void {
    if (this.#surfer.getDuration() === 0) return;
    const wanted = Math.min(MOST_ZOOM, zoom <= this.fit ? 0 : zoom);
    if (wanted !== this.#zoom) this.#surfer.zoom(wanted);
    this.#zoom = wanted;
    if (from !== undefined && from !== this.#surfer.getScroll()) this.#surfer.setScroll(from);
  }

  /** Brings a moment into sight. */
  show(seconds: number): void {
    if (this.#zoom > 0) this.#surfer.setScroll(seconds * this.#zoom - 0.5 * this.#surfer.getWidth());
  }

  end(): void {
    removeEventListener("pointermove", this.#follow, true);
    this.#surfer.destroy();
  }
}

/** A sign is more than a colour: it has its edge, its pattern and its letter. */
function dress(region: Region, kind: Mark["kind"]): void {
  if (!region.element) return;
  const { border, image } = LOOKS[kind];
  Object.assign(region.element.style, { borderTop: border, borderBottom: border, backgroundImage: image, color: "var(--text)", fontWeight: "700" });
}
