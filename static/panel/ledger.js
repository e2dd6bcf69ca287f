// The rows of the feed, newest first: no more than a page can hold, and only what the filter shows.
const KEPT = 500; // rows on the page, hidden ones included
const SCREEN = 40; // rows that may be in sight below the one that is read

export class Ledger {
  #beyondGap = null; // the newest row below which hidden ones have been dropped

  /** `rows` makes rows of entries, `filter` chooses, `place` keeps what is read in its place. */
  constructor(body, { rows, filter, place }) {
    Object.assign(this, { body, rows, filter, place });
    this.choose();
  }

  /** Add entries, oldest first; return how many of them show, false when a row being read would have to go. */
  add(entries) {
    const fresh = entries.slice(-KEPT).reverse().map((entry) => this.#row(entry));
    const shown = fresh.filter((row) => !row.hidden).length;
    const read = this.place.read();
    if (read && shown + this.#shown.indexOf(read) > KEPT - SCREEN) return false;
    this.place.keep(() => {
      this.body.prepend(...fresh);
      this.#drop(this.body.rows.length - KEPT);
    });
    return shown;
  }

  /** Show what is chosen now; rows beyond a gap go, as what is missing between them might be wanted. */
  choose() {
    while (this.#beyondGap?.isConnected) {
      const older = this.#beyondGap.nextElementSibling;
      this.#beyondGap.remove();
      this.#beyondGap = older;
    }
    for (const row of this.body.rows) row.hidden = !this.filter.shows(row);
  }

  clear() {
    this.body.replaceChildren();
  }

  get isEmpty() {
    return this.body.rows.length === 0;
  }

  get hasNoneToShow() {
    return this.#shown.length === 0;
  }

  get #shown() {
    return [...this.body.rows].filter((row) => !row.hidden);
  }

  #row(entry) {
    const row = this.rows.row(entry);
    row.hidden = !this.filter.shows(row);
    return row;
  }

  /** Drop the oldest hidden rows, then the oldest of those shown. */
  #drop(surplus) {
    const hidden = [...this.body.querySelectorAll(":scope > [hidden]")];
    for (; surplus > 0; surplus--) {
      const row = hidden.pop() ?? this.body.lastElementChild;
      if (row.hidden) this.#beyondGap = row.nextElementSibling;
      row.remove();
    }
  }
}
