// The shell is in the markup: it is painted first, and all that is loaded and worked out for the page comes after it.

function begin(): void {
  void import("./start");
  // The other half comes meanwhile; who needs it tells of it if it does not.
  import("./dock/engine").catch(() => undefined);
}

// Nothing is painted where nobody looks.
if (document.hidden) begin();
else requestAnimationFrame(() => setTimeout(begin));
