// What can wait: for the reader to be idle, or for the next frame.
const LATEST = 200;  // ms

export function whenIdle(run: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(run, { timeout: LATEST });
  else setTimeout(run);
}

// When what is now on the page has been drawn; soon in any case, since a page out of sight draws nothing.
export function afterFrame(run: () => void): void {
  let ran = false;
  const once = () => {
    if (!ran) run();
    ran = true;
  };
  requestAnimationFrame(() => setTimeout(once));
  setTimeout(once, LATEST);
}
