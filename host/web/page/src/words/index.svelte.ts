// Every word that people read, in their language. `words.undo` follows a change of language at once.

import { en, type Words } from "./en";
import { it } from "./it";

export type Language = "en" | "it";
export const LANGUAGES: Record<Language, string> = { en: "English", it: "Italiano" };

const KEY = "ripieno-language";
const TABLES: Record<Language, Words> = { en, it };

function first(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept === "en" || kept === "it") return kept;
  const wished = navigator.languages.map((language) => language.slice(0, 2));
  return wished.find((language): language is Language => language in TABLES) ?? "en";
}

const chosen: { language: Language } = $state({ language: first() });
document.documentElement.lang = chosen.language;

export function language(): Language {
  return chosen.language;
}

export function speak(language: Language): void {
  chosen.language = language;
  localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
}

/** The words of the chosen language. A message with blanks is a function of them. */
export const words: Words = new Proxy(en, {
  get: (_, name) => TABLES[chosen.language][name as keyof Words],
});
