// How hard: by pressure where the device feels it, else by where it is touched, the lower the harder.

const SOFTEST = 40;
const HARDEST = 127;
/** Of a computer's key, which has no force. */
export const PLAIN = 100;

export function velocityOf({ pointerType, pressure, clientY }: PointerEvent, element: Element): number {
  // Half and full are what devices say that feel nothing.
  const feels = pointerType !== "mouse" && pressure > 0 && pressure !== 0.5 && pressure < 1;
  if (feels) return Math.round(1 + (HARDEST - 1) * pressure);
  const { top, height } = element.getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (clientY - top) / height));
  return Math.round(SOFTEST + (HARDEST - SOFTEST) * share);
}
