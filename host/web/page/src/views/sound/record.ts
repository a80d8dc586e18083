// What is told of a recording.

import type { Operation } from "../../api/types";

/** Seconds as a clock has them: `1:05`, `1:01:05`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number: number) => String(number).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export interface Take {
  name: string;
  /** Its id among the recordings. */
  recording: string;
}

/** What was kept, if anything was. */
export function takeOf({ result }: Operation): Take | undefined {
  const { name, recording } = (result ?? {}) as Partial<Take>;
  return name === undefined || recording === undefined ? undefined : { name, recording };
}
