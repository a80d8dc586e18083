// Times and sizes as people read and write them.

/** `1:02.345`, with hours where there are some. */
export function clock(seconds: number, decimals = 3): string {
  const unit = 10 ** decimals;
  const units = Math.round(Math.max(0, seconds) * unit);
  const whole = Math.floor(units / unit);
  const rest = decimals > 0 ? `.${String(units % unit).padStart(decimals, "0")}` : "";
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}${rest}`;
}

/** Reads `62.3`, `1:02.3`, `1:00:02` and commas for points; nothing if it is none of them. */
export function seconds(text: string): number | undefined {
  const parts = text.trim().replace(",", ".").split(":");
  if (parts.length > 3 || parts.some((part) => !/^\d+(\.\d*)?$/.test(part))) return undefined;
  return parts.reduce((sum, part) => 60 * sum + Number(part), 0);
}

export function bytes(count: number, language: string): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  const format = { style: "unit", unit: units[at], maximumFractionDigits: at < 2 ? 0 : 1 } as const;
  return new Intl.NumberFormat(language, format).format(count / 1000 ** at);
}
