// Which controls a panel shows, and where: those of its bank on the controllers that are there, and whatever else its
// preset has.

import type { Entry, EntryAddress, Kind, Layout, Panel, Preset, Schemas, Zone } from "../../api/types";
import { keyOf } from "../../state/address";

export interface Cell {
  at: EntryAddress;
  key: string;
  entry?: Entry;
}

export interface Grid {
  columns: number;
  /** Of the bank, the lowest note at the bottom left as on most controllers. */
  cells: Cell[];
  /** What the preset has elsewhere: other sources, channels, further actions of one control. */
  others: Cell[];
}

const ROLES: Record<Kind, string> = { pad: "pad", knob: "knob", piano: "key" };
/** Four by two, where no controller says something else. */
const COLUMNS = 4;
const STANDARD: Partial<Record<Kind, (bank: string) => string[]>> = {
  pad: (bank) => run("note", 16 + 8 * Math.min(bank.charCodeAt(0) - 65, 13), 8),
  knob: () => run("cc", 48, 4),
};

function run(name: string, first: number, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${name}:${first + n}`);
}

/** The layouts of the controllers that are there; where there is none, the studio's own. */
function inUse(layouts: Layout[], devices: Schemas["Device"][]): Layout[] {
  const used = new Set(devices.filter(({ connected }) => connected).map(({ layout }) => layout));
  const found = layouts.filter(({ id }) => used.has(id));
  return found.length > 0 ? found : layouts.filter(({ built_in }) => !built_in);
}

function zonesOf(kind: Kind, bank: string, layouts: Layout[], devices: Schemas["Device"][]): Zone[] {
  const isHere = (zone: Zone) =>
    zone.role === ROLES[kind] && (kind === "piano" || zone.bank === undefined || zone.bank === bank);
  return inUse(layouts, devices).flatMap(({ zones }) => zones.filter(isHere));
}

function sources({ notes, controls }: Zone): string[] {
  const named = (name: string, range: Zone["notes"]) => {
    if (range === undefined) return [];
    const [first, last] = typeof range === "number" ? [range, range] : range;
    return run(name, first, last - first + 1);
  };
  return [...named("note", notes), ...named("cc", controls)];
}

function columnsOf(zones: string[][]): number {
  const lengths = zones.map(({ length }) => length);
  const [only] = lengths;
  // Controllers whose rows have notes of their own say how long a row is.
  if (lengths.length > 1) return Math.max(COLUMNS, Math.min(...lengths.filter((length) => length > 1), 16));
  if (only === undefined || only === 8 || only === 16) return COLUMNS;
  if (only < 8) return only;
  return only % 8 === 0 ? 8 : Math.ceil(Math.sqrt(only));
}

export function gridOf(
  { type, bank }: Panel,
  preset: Preset | undefined,
  layouts: Layout[],
  devices: Schemas["Device"][],
): Grid {
  const zones = zonesOf(type, bank, layouts, devices).map(sources).filter(({ length }) => length > 0);
  const found = zones.length > 0 ? zones : [STANDARD[type]?.(bank) ?? []];
  const columns = columnsOf(found);
  const entries = new Map((preset?.entries ?? []).map((entry) => [keyOf(entry), entry]));
  const cells = [...new Set(found.flat())].map((source): Cell => {
    const entry = takeFirst(entries, source);
    return entry ? { at: addressOf(entry), key: keyOf(entry), entry } : { at: { source }, key: source };
  });
  const others = [...entries.values()].map((entry): Cell => ({ at: addressOf(entry), key: keyOf(entry), entry }));
  return { columns, cells: type === "pad" ? bottomUp(cells, columns) : cells, others };
}

/** The entry of a source; one that listens everywhere before those of one channel or device. */
function takeFirst(entries: Map<string, Entry>, source: string): Entry | undefined {
  const key = entries.has(source) ? source : [...entries].find(([, entry]) => entry.source === source)?.[0];
  const entry = key === undefined ? undefined : entries.get(key);
  if (key !== undefined) entries.delete(key);
  return entry;
}

export function addressOf({ source, channel, device, nth }: EntryAddress): EntryAddress {
  return { source, ...(channel ? { channel } : {}), ...(device ? { device } : {}), ...(nth ? { nth } : {}) };
}

function bottomUp(cells: Cell[], columns: number): Cell[] {
  const rows: Cell[][] = [];
  for (let at = 0; at < cells.length; at += columns) rows.push(cells.slice(at, at + columns));
  return rows.reverse().flat();
}

/** The keys that may be mapped; all of the standard range if no controller says. */
export function mappable(layouts: Layout[], devices: Schemas["Device"][]): (note: number) => boolean {
  const notes = new Set(
    zonesOf("piano", "", layouts, devices).filter((zone) => zone.mappable).flatMap(sources).map((source) => Number(source.slice(5))),
  );
  return (note) => notes.has(note);
}
