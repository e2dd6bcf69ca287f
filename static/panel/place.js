// Keeps what somebody reads where it is while rows arrive above it; else the new rows slide in.
const GLANCE = 6_000; // ms that a row counts as read after the pointer moved over it
const SLIDE = { duration: 220, easing: "ease-out" };
const wantsCalm = matchMedia("(prefers-reduced-motion: reduce)");
const canHover = matchMedia("(hover: hover)");

export class Place {
  #pointed = -Infinity; // when the pointer last moved over the rows
  #sliding = null; // the animation
  #detour = null; // from where to where we scrolled for a row under the pointer

  constructor(table) {
    this.table = table;
    this.body = table.tBodies[0];
    this.body.addEventListener("pointermove", () => (this.#pointed = performance.now()));
  }

  /** Whether the newest rows are above what can be seen. */
  get isScrolled() {
    return this.table.getBoundingClientRect().top < -1;
  }

  /** The row in sight with the focus or selected text, else the topmost one if somebody scrolled down; or null. */
  read() {
    const selection = getSelection();
    const isMarked = (row) => row.matches(":focus-within") || (!selection.isCollapsed && selection.containsNode(row, true));
    const inSight = [...this.body.rows].filter((row) => this.#isInSight(row));
    const topmost = this.isScrolled && !this.#isOnDetour ? inSight[0] : null;
    return inSight.find(isMarked) ?? topmost ?? null;
  }

  /** Change the rows around the one that is read, or looked at. */
  keep(change) {
    const read = this.read();
    const row = read ?? this.#glanced();
    this.#sliding?.finish();
    if (!row) this.#return();
    const top = row?.getBoundingClientRect().top;
    const height = this.table.offsetHeight;
    change();
    if (!row?.isConnected) return this.#slide(this.table.offsetHeight - height);
    const from = this.#isOnDetour ? this.#detour.from : scrollY;
    scrollBy({ top: row.getBoundingClientRect().top - top, behavior: "instant" });
    this.#detour = read ? null : { from, to: scrollY };
  }

  /** Show the newest rows. */
  toTop() {
    this.#detour = null;
    scrollTo({ top: 0, behavior: "instant" });
  }

  /** Whether the page stands where the pointer made us scroll it, and nobody scrolled it since. */
  get #isOnDetour() {
    return this.#detour !== null && Math.abs(scrollY - this.#detour.to) < 2;
  }

  #return() {
    if (this.#isOnDetour) scrollTo({ top: this.#detour.from, behavior: "instant" });
    this.#detour = null;
  }

  #glanced() {
    if (!canHover.matches || performance.now() - this.#pointed > GLANCE) return null;
    return this.body.querySelector("tr:hover");
  }

  /** Where rows begin to be seen: below the table's head, which stays at the top of the window. */
  get #edge() {
    return Math.max(this.table.tHead.getBoundingClientRect().bottom, 0);
  }

  #isInSight(row) {
    const { top, bottom } = row.getBoundingClientRect();
    return bottom > this.#edge && top < innerHeight;
  }

  #slide(height) {
    if (height <= 0 || height > innerHeight || wantsCalm.matches || document.hidden) return;
    this.#sliding = this.body.animate([{ transform: `translateY(${-height}px)` }, { transform: "none" }], SLIDE);
  }
}
