// What the dock did, for those who cannot see it: one polite live region.

const said: { text: string } = $state({ text: "" });

export function spoken(): string {
  return said.text;
}

export function announce(text: string): void {
  said.text = text;
}
