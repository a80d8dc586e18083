// Of several tabs one keeps the arrangement: the one in which somebody works. Where the browser has no locks (a page that
// is not from this computer and not over HTTPS), each tab keeps its own: the last change stays.

const LOCK = "ripieno-layout";

let isLeading = !("locks" in navigator);
let isAsking = false;

export function leads(): boolean {
  return isLeading;
}

/** Whether this tab has asked for the lead and not been answered yet. */
export function asks(): boolean {
  return isAsking;
}

/** Takes the lead, from whoever has it. */
export function lead(): void {
  if (isLeading || isAsking) return;
  isAsking = true;
  void navigator.locks
    .request(LOCK, { steal: true }, () => {
      [isLeading, isAsking] = [true, false];
      // Held until another tab takes it or this one is closed.
      return new Promise(() => {});
    })
    .catch(() => {
      [isLeading, isAsking] = [false, false];
    });
}
