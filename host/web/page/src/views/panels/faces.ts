// Faces of controls that may all move at once. What is seen is drawn with every frame, as a style that moves nothing else;
// numbers make the browser lay out the page anew, so many of them are written together and not often.

export interface Face {
  readonly element: HTMLElement;
  /** Draws the value; nothing that has to be laid out. */
  draw(): void;
  /** Writes the value, for people to read and for who does not see. */
  say(): void;
}

const SAID_EVERY_MS = 100;
/** So many numbers are laid out within a frame. */
const MOST_SAID = 64;

const all = new Set<Face>();
let seen = new Set<Face>();
/** Those that have changed since they were said, who waits longest first. */
const unsaid = new Set<Face>();
let isSaying = false;
let saidAt = -SAID_EVERY_MS;

/** Shows a face; `change` is to be called when its value has changed, and `end` when it is gone. */
export function showFace(face: Face): { change: () => void; end: () => void } {
  all.add(face);
  face.draw();
  face.say();
  return {
    change() {
      if (seen.has(face)) face.draw();
      unsaid.add(face);
      if (isSaying) return;
      isSaying = true;
      setTimeout(() => requestAnimationFrame(tick), Math.max(0, saidAt + SAID_EVERY_MS - performance.now()));
    },
    end() {
      all.delete(face);
      seen.delete(face);
      unsaid.delete(face);
    },
  };
}

function tick(): void {
  saidAt = performance.now();
  // Read before anything is written: nothing has to be laid out for it. To be told by the browser takes longer.
  seen = new Set([...all].filter(isSeen));
  let count = 0;
  for (const face of unsaid) {
    if (count === MOST_SAID) break;
    unsaid.delete(face);
    // What comes into sight later has been drawn by then.
    face.draw();
    face.say();
    count += 1;
  }
  isSaying = unsaid.size > 0;
  if (isSaying) setTimeout(() => requestAnimationFrame(tick), SAID_EVERY_MS);
}

/** Whether it is within the window and what of its view is not scrolled away. */
function isSeen({ element }: Face): boolean {
  const { top, bottom, left, width } = element.getBoundingClientRect();
  if (width === 0 || bottom < 0 || top > innerHeight || left > innerWidth) return false;
  const view = element.closest(".view")?.getBoundingClientRect();
  return !view || (bottom > view.top && top < view.bottom);
}
