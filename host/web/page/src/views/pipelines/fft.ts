// The spectrum of a frame: Hann window, radix-2 transform.

/** The largest power of two that is not more than `length`. */
export function fitting(length: number): number {
  return length < 1 ? 0 : 2 ** Math.floor(Math.log2(length));
}

/** Amplitudes from 0 to half the rate; a full sine of level 1 shows as 1. Empty for fewer than 16 values. */
export function spectrum(values: readonly number[]): Float64Array {
  const size = fitting(values.length);
  if (size < 16) return new Float64Array(0);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  for (let n = 0; n < size; n += 1) re[n] = (values[n] ?? 0) * (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size));
  transform(re, im);
  // The window takes half of the level, and the other half lies at the negative frequencies.
  return Float64Array.from({ length: size / 2 }, (_, bin) => (4 * Math.hypot(re[bin] ?? 0, im[bin] ?? 0)) / size);
}

function transform(re: Float64Array, im: Float64Array): void {
  const size = re.length;
  const at = (list: Float64Array, n: number) => list[n] ?? 0;
  for (let n = 1, mirrored = 0; n < size; n += 1) {
    let bit = size >> 1;
    for (; mirrored & bit; bit >>= 1) mirrored ^= bit;
    mirrored ^= bit;
    if (n < mirrored) {
      [re[n], re[mirrored]] = [at(re, mirrored), at(re, n)];
      [im[n], im[mirrored]] = [at(im, mirrored), at(im, n)];
    }
  }
  for (let length = 2; length <= size; length *= 2) {
    const half = length / 2;
    for (let k = 0; k < half; k += 1) {
      const angle = (-2 * Math.PI * k) / length;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      for (let n = k; n < size; n += length) {
        const [a, b] = [at(re, n + half), at(im, n + half)];
        const [x, y] = [a * cos - b * sin, a * sin + b * cos];
        [re[n + half], im[n + half]] = [at(re, n) - x, at(im, n) - y];
        [re[n], im[n]] = [at(re, n) + x, at(im, n) + y];
      }
    }
  }
}
