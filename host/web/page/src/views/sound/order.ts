// Moving something among its like.

export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, place) => place !== from);
  const item = list[from];
  return item === undefined ? rest : [...rest.slice(0, to), item, ...rest.slice(to)];
}

/** The place whose middle is nearest, of boxes in rows and columns. */
export function nearest(boxes: readonly DOMRect[], x: number, y: number): number {
  const far = ({ left, right, top, bottom }: DOMRect) => Math.hypot((left + right) / 2 - x, (top + bottom) / 2 - y);
  return boxes.reduce((best, box, place) => (far(box) < far(boxes[best] ?? box) ? place : best), 0);
}
