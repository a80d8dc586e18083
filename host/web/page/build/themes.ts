// The dock's own themes are most of its styles, and the page has colours of its own: what is for a theme alone is left out.
import type { Plugin } from "vite";

const SHEET = /\/dockview(-core)?\/dist\/styles\/dockview\.css$/;
const THEME = ".dockview-theme-";

/** The rules of a sheet without those that only a theme's class can meet. */
export function withoutThemes(css: string): string {
  let kept = "";
  let depth = 0;
  let begin = 0;
  let prelude = "";
  const text = css.replace(/\/\*[^]*?\*\//g, "");
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "{") {
      if (depth === 0) prelude = text.slice(begin, at);
      depth += 1;
    } else if (text[at] === "}" && (depth -= 1) === 0) {
      if (!prelude.split(",").every((selector) => selector.includes(THEME))) kept += text.slice(begin, at + 1);
      begin = at + 1;
    }
  }
  return kept + text.slice(begin);
}

export function themes(): Plugin {
  return {
    name: "themes",
    enforce: "pre",
    transform: (code, id) => (SHEET.test(id.split("?")[0] ?? "") ? { code: withoutThemes(code), map: null } : undefined),
  };
}
