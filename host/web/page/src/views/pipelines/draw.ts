// Waves and spectra on a canvas, in the canvas's own colour and as sharp as the screen.

const FLOOR_DB = -120;

interface Ground {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
}

function ground(canvas: HTMLCanvasElement): Ground | undefined {
  const context = canvas.getContext("2d");
  if (!context) return undefined;
  const width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
  const height = Math.max(1, Math.round(canvas.clientHeight * devicePixelRatio));
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context.clearRect(0, 0, width, height);
  context.strokeStyle = getComputedStyle(canvas).color;
  context.lineWidth = Math.max(1, devicePixelRatio);
  return { context, width, height };
}

function line({ context }: Ground, length: number, x: (n: number) => number, y: (n: number) => number): void {
  context.beginPath();
  for (let n = 0; n < length; n += 1) context.lineTo(x(n), y(n));
  context.stroke();
}

/** From -1 to 1, or as far as it goes if that is more. */
export function drawWave(canvas: HTMLCanvasElement, values: readonly number[]): void {
  const on = ground(canvas);
  if (!on) return;
  const most = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const middle = on.height / 2;
  on.context.globalAlpha = 0.4;
  line(on, 2, (n) => n * on.width, () => middle);
  on.context.globalAlpha = 1;
  line(on, values.length, (n) => (n / Math.max(1, values.length - 1)) * on.width, (n) => middle - ((values[n] ?? 0) / most) * (middle - 2));
}

/** Decibels from 0 down to the floor, over the logarithm of the frequency. */
export function drawSpectrum(canvas: HTMLCanvasElement, amplitudes: Float64Array): void {
  const on = ground(canvas);
  if (!on || amplitudes.length < 2) return;
  const octaves = Math.log2(amplitudes.length);
  const y = (n: number) => {
    const db = 20 * Math.log10(Math.max(amplitudes[n] ?? 0, 1e-9));
    return Math.min(1, Math.max(0, db / FLOOR_DB)) * (on.height - 2) + 1;
  };
  line(on, amplitudes.length - 1, (n) => (Math.log2(n + 1) / octaves) * on.width, (n) => y(n + 1));
}
