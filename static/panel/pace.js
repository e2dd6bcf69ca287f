// Counts entries by when they happened, in steps of a few seconds.
const RECENT = 60_000; // ms that the rate is taken over

export class Pace {
  /** Goes on from what dashboard/panel/parts/pace.py counted, in seconds. */
  constructor({ at, since, step, length, bars }) {
    this.step = step * 1000;
    this.length = length;
    this.skew = at * 1000 - Date.now();
    this.since = since * 1000; // nothing is known of what was before
    this.counts = new Map(bars.map(([second, ...counts]) => [second / step, counts]));
  }

  /** Now by the server's clock, as near as we know. */
  get now() {
    return Date.now() + this.skew;
  }

  /** Count an entry, unless it is dated after now: the drawing ends at the clock. */
  add({ occurred_at: text, outcome }) {
    const at = Date.parse(text);
    if (at > this.now + this.step) return;
    this.skew = Math.max(this.skew, at - Date.now());
    const number = Math.floor(at / this.step);
    const counts = this.counts.get(number) ?? [0, 0];
    counts[outcome === "success" ? 0 : 1]++;
    this.counts.set(number, counts);
  }

  /** Forget everything: a part of the stream was skipped. */
  forget() {
    this.counts.clear();
    this.since = this.now;
  }

  /** [successes, failures] of each step, oldest first; null where they are not known. */
  bars() {
    const last = Math.floor(this.now / this.step);
    for (const number of this.counts.keys()) if (number <= last - this.length) this.counts.delete(number);
    return Array.from({ length: this.length }, (_, index) => {
      const number = last - this.length + 1 + index;
      return (number + 1) * this.step <= this.since ? null : (this.counts.get(number) ?? [0, 0]);
    });
  }

  /** Entries a second over the last minute or as much of it as is known. */
  rate() {
    const steps = RECENT / this.step;
    const begin = (Math.floor(this.now / this.step) - steps + 1) * this.step;
    const recent = this.bars().slice(-steps).filter(Boolean).flat();
    const seconds = (this.now - Math.max(begin, this.since)) / 1000;
    return recent.reduce((sum, count) => sum + count, 0) / Math.max(seconds, 1);
  }
}
