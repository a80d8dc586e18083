// One stop of the tabulator for many controls: arrows go among them as they lie on the screen.

const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];

/** Where a key leads from `from`, among `all` in their order; nothing if it leads nowhere. */
export function neighbour(all: HTMLElement[], from: HTMLElement, key: string): HTMLElement | undefined {
  if (!ARROWS.includes(key)) return undefined;
  const at = all.indexOf(from);
  if (key === "ArrowLeft") return all[at - 1];
  if (key === "ArrowRight") return all[at + 1];
  if (key === "Home") return all[0];
  if (key === "End") return all.at(-1);
  const here = from.getBoundingClientRect();
  const middle = here.left + here.width / 2;
  const isBeyond = ({ top }: DOMRect) => (key === "ArrowUp" ? top < here.top - 1 : top > here.top + 1);
  let best: { element: HTMLElement; far: number } | undefined;
  for (const element of all) {
    const there = element.getBoundingClientRect();
    if (!isBeyond(there)) continue;
    const far = 1000 * Math.abs(there.top - here.top) + Math.abs(there.left + there.width / 2 - middle);
    if (!best || far < best.far) best = { element, far };
  }
  return best?.element;
}
