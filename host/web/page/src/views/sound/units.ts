// What a parameter's value from 0 to 1 means in the world, as text and back.

import type { Schemas } from "../../api/types";
import { words } from "../../words/index.svelte";

export type Param = Schemas["EffectParam"];
export type Unit = Schemas["EffectUnit"];

const MINUS = "\u2212";

export function unitName({ id, name }: Pick<Unit, "id" | "name">): string {
  return (words.sound.units as Record<string, string>)[id] ?? name;
}

export function paramName({ key, name }: Param): string {
  return (words.sound.params as Record<string, string>)[key] ?? name;
}

/** The choices of a switch, in the reader's language. */
export function choices({ key, choices }: Param): string[] {
  return (words.sound.choices as Record<string, string[]>)[key] ?? choices ?? [];
}

export function physical({ min, max, curve }: Param, value: number): number {
  if (curve === "exponential") return min * (max / min) ** value;
  return min + value * (max - min);
}

function fromPhysical({ min, max, curve }: Param, wanted: number): number {
  const value = curve === "exponential" ? Math.log(wanted / min) / Math.log(max / min) : (wanted - min) / (max - min);
  return Math.min(1, Math.max(0, value));
}

export function signed(number: number, digits: number): string {
  const text = Math.abs(number).toFixed(digits);
  if (Number(text) === 0) return text;
  return (number < 0 ? MINUS : "+") + text;
}

/** A gain in decibels: `−6.0 dB`. */
export function decibelText(gain: number): string {
  if (gain <= 0) return words.sound.silent;
  const text = (20 * Math.log10(gain)).toFixed(1);
  return `${Number(text) === 0 ? "0.0" : text.replace("-", MINUS)} dB`;
}

export function textOf(param: Param, value: number): string {
  const x = physical(param, value);
  switch (param.unit) {
    case "gain":
      return decibelText(x);
    case "hertz":
      return x < 10 ? `${x.toFixed(2)} Hz` : `${Math.round(x)} Hz`;
    case "quality":
      return `Q ${x.toFixed(2)}`;
    case "mode":
      return choices(param)[value < 0.5 ? 0 : 1] ?? "";
    case "semitones":
      return `${signed(x, 2)} st`;
    case "milliseconds":
      return `${x.toFixed(2)} ms`;
    case "seconds":
      return `${x.toFixed(3)} s`;
    case "share":
      return `${Math.round(100 * x)} %`;
    case "side":
      return Math.round(100 * x) === 0 ? words.sound.centre : words.sound.side(Math.round(100 * Math.abs(x)), x < 0);
    default:
      return `${x.toFixed(2)} ${param.unit}`;
  }
}

/** What thousandths and thousands are called. */
const SCALES: Record<string, Record<string, number>> = {
  hertz: { khz: 1000, k: 1000 },
  seconds: { ms: 0.001 },
  milliseconds: { s: 1000 },
};

/** What somebody has typed as a value from 0 to 1; nothing if it makes no sense. A bare number is in the unit that is shown. */
export function parse(param: Param, typed: string): number | undefined {
  const text = typed.trim().toLowerCase().replaceAll(MINUS, "-");
  if (param.unit === "gain" && text === words.sound.silent.toLowerCase()) return 0;
  if (param.unit === "side" && text === words.sound.centre.toLowerCase()) return fromPhysical(param, 0);
  const found = /^(?:q\s*)?([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+))\s*(.*)$/.exec(text);
  if (!found) return undefined;
  const number = Number(found[1]?.replace(",", "."));
  const rest = found[2] ?? "";
  const scale = SCALES[param.unit]?.[rest] ?? 1;
  if (param.unit === "gain") return fromPhysical(param, 10 ** (number / 20));
  if (param.unit === "share") return fromPhysical(param, number / 100);
  if (param.unit === "side") {
    const isLeft = rest.replace("%", "").trim().startsWith(words.sound.side(0, true).replace(/[\d\s%]/g, "").charAt(0));
    return fromPhysical(param, (isLeft ? -Math.abs(number) : number) / 100);
  }
  return fromPhysical(param, number * scale);
}
