// Figures as people read them, in their language.

import { language } from "../../words/index.svelte";

const formats = new Map<string, Intl.NumberFormat>();

function number(value: number, options: Intl.NumberFormatOptions = {}): string {
  const key = `${language()}${JSON.stringify(options)}`;
  const format = formats.get(key) ?? new Intl.NumberFormat(language(), { maximumSignificantDigits: 3, ...options });
  formats.set(key, format);
  return format.format(value);
}

export const count = (value: number) => number(value, { maximumSignificantDigits: 15 });
export const compact = (value: number) => number(value, { notation: "compact" });
export const perSecond = (value: number) => `${compact(value)}/s`;
export const percent = (share: number) => number(share, { style: "percent" });
export const plain = (value: number) => number(value, { maximumSignificantDigits: 6 });

const scaled = (value: number, step: number, units: string[]) => {
  let at = 0;
  while (value >= step && at < units.length - 1) [value, at] = [value / step, at + 1];
  return `${number(value)} ${units[at] ?? ""}`;
};

export const bytes = (value: number) => scaled(value, 1000, ["B", "kB", "MB", "GB"]);
export const micros = (value: number) => scaled(value, 1000, ["µs", "ms", "s"]);

/** A linear level in decibels. */
export const decibels = (level: number) => `${number(20 * Math.log10(Math.max(level, 1e-9)), { maximumFractionDigits: 1 })} dB`;

export function duration(secs: number): string {
  const [hours, minutes] = [Math.floor(secs / 3600), Math.floor(secs / 60) % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(Math.floor(secs) % 60)}`;
}
