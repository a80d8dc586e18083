// The token: from the link's fragment, which is sent to nobody, and kept for this tab alone.

const KEY = "ripieno-token";

export function takeToken(): string | null {
  const found = new URLSearchParams(location.hash.slice(1)).get("token");
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  if (found) keepToken(found);
  return found ?? sessionStorage.getItem(KEY);
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}
