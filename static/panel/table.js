// The rows of the feed, newest first: no more than a page can hold, and only what the filter shows.
const KEPT = 500; // rows on the page, and as many that wait; hidden ones included

export class EntryTable {
  #waiting = []; // rows that are not on the page yet, newest first
  #beyondGap = null; // the newest row below which hidden ones have been dropped

  /** How many rows came, that the filter shows, since rows were last shown. */
  waiting = 0;

  /** `rows` makes rows of entries, `filter` chooses. */
  constructor(body, { rows, filter }) {
    Object.assign(this, { body, rows, filter });
    this.choose();
  }

  /** Take entries, oldest first; they wait to be shown. */
  add(entries) {
    const fresh = entries.slice(-KEPT).reverse().map((entry) => this.#row(entry));
    this.waiting += fresh.filter((row) => !row.hidden).length;
    this.#waiting = this.#newest([...fresh, ...this.#waiting], this.body.rows[0]);
  }

  /** Put what waits on the page. */
  show() {
    const kept = new Set(this.#newest([...this.#waiting, ...this.body.rows]));
    for (const row of [...this.body.rows]) if (!kept.has(row)) row.remove();
    this.body.prepend(...this.#waiting.filter((row) => kept.has(row)));
    this.#waiting = [];
    this.waiting = 0;
  }

  /** Show what is chosen now; rows beyond a gap go, as what is missing between them might be wanted. */
  choose() {
    this.show();
    while (this.#beyondGap?.isConnected) {
      const older = this.#beyondGap.nextElementSibling;
      this.#beyondGap.remove();
      this.#beyondGap = older;
    }
    for (const row of this.body.rows) row.hidden = !this.filter.shows(row);
  }

  clear() {
    this.body.replaceChildren();
    this.#waiting = [];
    this.waiting = 0;
  }

  get hasWaiting() {
    return this.#waiting.length > 0;
  }

  get isEmpty() {
    return this.body.rows.length === 0;
  }

  get hasNoneToShow() {
    return [...this.body.rows].every((row) => row.hidden);
  }

  #row(entry) {
    const row = this.rows.row(entry);
    row.hidden = !this.filter.shows(row);
    return row;
  }

  /** Return as many rows as are kept: the oldest hidden ones go, then the oldest; `older` is the next row after them. */
  #newest(rows, older = null) {
    const surplus = rows.length - KEPT;
    if (surplus <= 0) return rows;
    const hidden = rows.filter((row) => row.hidden).slice(-surplus);
    const dropped = new Set(hidden);
    if (hidden.length) {
      const below = rows.slice(rows.indexOf(hidden[0]));
      this.#beyondGap = below.find((row) => !dropped.has(row)) ?? older;
    }
    return rows.filter((row) => !dropped.has(row)).slice(0, KEPT);
  }
}
