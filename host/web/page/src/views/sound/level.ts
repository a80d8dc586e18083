// A meter's behaviour: it rises at once, falls slowly, and keeps its highest for a while.

export const FLOOR_DB = -60;
const FALL_DB_PER_S = 24;
const HOLD_MS = 1500;

export function decibels(level: number): number {
  return level > 0 ? Math.max(FLOOR_DB, 20 * Math.log10(level)) : FLOOR_DB;
}

/** Where on a meter a level is, 0 to 1. */
export function share(db: number): number {
  return Math.min(1, Math.max(0, 1 - db / FLOOR_DB));
}

export class Channel {
  level_db = FLOOR_DB;
  hold_db = FLOOR_DB;
  #held_ms = 0;
  #last_ms = 0;

  hear(level: number, now_ms: number): void {
    this.fall(now_ms);
    const db = decibels(level);
    this.level_db = Math.max(this.level_db, db);
    if (db >= this.hold_db) [this.hold_db, this.#held_ms] = [db, now_ms];
  }

  fall(now_ms: number): void {
    const fallen_db = (FALL_DB_PER_S * (now_ms - this.#last_ms)) / 1000;
    this.#last_ms = now_ms;
    this.level_db = Math.max(FLOOR_DB, this.level_db - fallen_db);
    if (now_ms - this.#held_ms > HOLD_MS) this.hold_db = Math.max(this.level_db, this.hold_db - fallen_db);
  }

  get isSilent(): boolean {
    return this.hold_db <= FLOOR_DB;
  }
}
