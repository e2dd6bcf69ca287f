// Tells whether somebody reads the table: new rows are held back then, and nothing moves under their eyes.
const TOUCH = 6_000; // ms that a touch counts as reading: a finger does not rest on a row as a pointer does

export class Hold {
  #pointer = matchMedia("(hover: hover)").matches ? "mouse" : "touch"; // what was used last
  #touched = -Infinity;

  /** `parts` are the table and what belongs to it; `changed` is called when somebody may have let go. */
  constructor(parts, changed) {
    [this.table] = this.parts = parts;
    const later = () => setTimeout(changed); // after the pointer or the focus has arrived elsewhere
    const note = ({ pointerType }) => (this.#pointer = pointerType);
    for (const kind of ["pointerdown", "pointermove"]) document.addEventListener(kind, note, true);
    for (const part of parts) for (const kind of ["pointerleave", "focusout"]) part.addEventListener(kind, later);
    this.table.addEventListener("pointerdown", ({ pointerType }) => {
      if (pointerType !== "touch") return;
      this.#touched = performance.now();
      setTimeout(changed, TOUCH);
    });
    document.addEventListener("selectionchange", later);
    addEventListener("scroll", changed, { passive: true });
  }

  /** Whether a pointer, the focus or a selection is in the table, or somebody scrolled into it. */
  get isOn() {
    return this.#isPointed || this.#hasFocus || this.#isMarked || this.isScrolled;
  }

  /** Whether the newest rows are above what can be seen. */
  get isScrolled() {
    return this.table.getBoundingClientRect().top < -1;
  }

  get #isPointed() {
    if (this.#pointer === "touch") return performance.now() - this.#touched < TOUCH;
    return this.parts.some((part) => part.matches(":hover"));
  }

  get #hasFocus() {
    return this.parts.some((part) => part.contains(document.activeElement));
  }

  get #isMarked() {
    const selection = getSelection();
    return !selection.isCollapsed && selection.containsNode(this.table, true);
  }
}
