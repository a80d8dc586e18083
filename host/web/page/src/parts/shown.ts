// Whether an element can be seen: not in a hidden tab of the dock, not scrolled away, not in a hidden tab of the browser.

/** For `{@attach whileShown(...)}`: calls `begin` when it is seen, and what that returned when it is not any more. */
export function whileShown(begin: () => () => void): (element: HTMLElement) => () => void {
  return (element) => {
    let end: (() => void) | undefined;
    let isInView = false;
    const look = () => {
      const isShown = isInView && document.visibilityState === "visible";
      if (isShown && !end) end = begin();
      else if (!isShown && end) end = void end();
    };
    const watch = new IntersectionObserver((entries) => {
      isInView = entries.at(-1)?.isIntersecting ?? false;
      look();
    });
    watch.observe(element);
    document.addEventListener("visibilitychange", look);
    return () => {
      watch.disconnect();
      document.removeEventListener("visibilitychange", look);
      end?.();
    };
  };
}
