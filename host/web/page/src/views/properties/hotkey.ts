// Keys of the computer as actions write them: `ctrl+shift+p`.

const NAMES: Record<string, string> = {
  Control: "ctrl", Alt: "alt", AltGraph: "alt", Shift: "shift", Meta: "win", OS: "win", Enter: "enter", Tab: "tab", " ": "space",
  Escape: "esc", Backspace: "backspace", Delete: "delete", Insert: "insert", ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left",
  ArrowRight: "right", Home: "home", End: "end", PageUp: "pageup", PageDown: "pagedown", MediaPlayPause: "playpause",
  MediaTrackNext: "nexttrack", MediaTrackPrevious: "prevtrack", AudioVolumeUp: "volumeup", AudioVolumeDown: "volumedown",
  AudioVolumeMute: "volumemute", "+": "plus",
};
const MODIFIERS = new Set(["Control", "Alt", "AltGraph", "Shift", "Meta", "OS"]);

/** The chord of a key that is pressed; nothing while only modifiers are down, or for a key without a name. */
export function chordOf(event: KeyboardEvent): string | undefined {
  const { key, code } = event;
  if (MODIFIERS.has(key)) return undefined;
  const name = nameOf(key, code);
  if (name === undefined) return undefined;
  const held: [boolean, string][] = [
    [event.ctrlKey, "ctrl"], [event.altKey, "alt"], [event.shiftKey, "shift"], [event.metaKey, "win"],
  ];
  return [...held.filter(([is]) => is).map(([, modifier]) => modifier), name].join("+");
}

function nameOf(key: string, code: string): string | undefined {
  if (NAMES[key] !== undefined) return NAMES[key];
  if (/^F([1-9]|1\d|2[0-4])$/.test(key)) return key.toLowerCase();
  // With Shift a digit's key says something else.
  if (/^Digit\d$/.test(code)) return code.slice(5);
  return [...key].length === 1 ? key.toLowerCase() : undefined;
}
