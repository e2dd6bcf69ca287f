// Lets new rows slide in at the top of a table.
const SLIDE = { duration: 220, easing: "ease-out" };
const wantsCalm = matchMedia("(prefers-reduced-motion: reduce)");
const slides = new WeakMap();

/** Call `change`, which adds rows to `table`, and show how they push the others down. */
export function slideIn(table, change) {
  slides.get(table)?.finish();
  const before = table.offsetHeight;
  change();
  const height = table.offsetHeight - before;
  if (height <= 0 || height > innerHeight || wantsCalm.matches || document.hidden) return;
  const steps = [{ transform: `translateY(${-height}px)` }, { transform: "none" }];
  slides.set(table, table.tBodies[0].animate(steps, SLIDE));
}
