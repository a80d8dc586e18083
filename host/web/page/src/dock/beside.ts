// Which of some boxes lies beside another.

export type Side = "left" | "right" | "up" | "down";

export type Box = Pick<DOMRect, "left" | "right" | "top" | "bottom">;

/** Groups touch each other up to the line between them. */
const GAP_PX = 12;

/** How far two boxes lie along each other, seen in the direction of `side`. */
function shared(one: Box, other: Box, side: Side): number {
  return side === "left" || side === "right"
    ? Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top)
    : Math.min(one.right, other.right) - Math.max(one.left, other.left);
}

function touches(from: Box, other: Box, side: Side): boolean {
  const between = {
    left: from.left - other.right,
    right: other.left - from.right,
    up: from.top - other.bottom,
    down: other.top - from.bottom,
  }[side];
  return Math.abs(between) <= GAP_PX;
}

/** The one of `others` that touches `from` on that side, the one with the longest border if there are more. */
export function beside<T>(from: Box, others: readonly T[], box: (one: T) => Box, side: Side): T | undefined {
  return others
    .filter((other) => touches(from, box(other), side) && shared(from, box(other), side) > GAP_PX)
    .sort((one, other) => shared(from, box(other), side) - shared(from, box(one), side))[0];
}

/** Whether a box takes the whole of that side of its frame. */
export function fills(box: Box, frame: Box, side: Side): boolean {
  const length = side === "left" || side === "right" ? frame.bottom - frame.top : frame.right - frame.left;
  return shared(box, frame, side) >= length - GAP_PX;
}
