// Follows the sealed stream: every entry once and in order. Knows nothing of the page.
const LIMIT = 500; // entries a pull
const BACKLOG = 100; // entries to begin with after a reset
const PATIENCE = 10_000; // ms to wait for an answer
const REST = 1_000; // ms before a failed pull is tried again, doubled each time it fails again
const LONGEST_REST = 16_000;

/**
 * `socket` is a Socket.IO socket of the namespace /live; `start` the epoch and cursor of what is
 * already shown; `on` has entries(list), restarted(sameEpoch), moved() and refused(code).
 */
export class Feed {
  #pulling = false;
  #failures = 0;
  isPaused = false;

  constructor(socket, start, on) {
    this.socket = socket;
    this.on = on;
    this.epoch = this.headEpoch = start.epoch;
    this.cursor = this.head = start.cursor;
    socket.on("head", (news) => this.#headAnnounced(news));
  }

  /** How many entries are sealed but not yet here. */
  get behind() {
    return this.headEpoch === this.epoch ? this.head - this.cursor : Infinity;
  }

  /** Pull nothing for now: what happens meanwhile waits at the server, not here. */
  pause() {
    this.isPaused = true;
  }

  resume() {
    this.isPaused = false;
    this.#pull();
  }

  #headAnnounced({ epoch, head }) {
    this.headEpoch = epoch;
    this.head = head;
    this.on.moved();
    this.#pull();
  }

  get #isWanted() {
    return this.socket.connected && !this.isPaused && this.behind !== 0;
  }

  /** Pull until nothing is missing, one pull in flight. */
  async #pull() {
    if (this.#pulling) return;
    this.#pulling = true;
    try {
      while (this.#isWanted) await this.#step();
    } finally {
      this.#pulling = false;
    }
  }

  async #step() {
    const answer = await this.#ask();
    if (this.isPaused) return;
    if (answer.error) this.on.refused(answer.error.code);
    const isTaken = !answer.error && this.#take(answer);
    this.#failures = isTaken ? 0 : this.#failures + 1;
    if (!isTaken) await this.#rest();
  }

  async #ask() {
    const wish = { epoch: this.epoch, cursor: this.cursor, limit: LIMIT };
    try {
      return await this.socket.timeout(PATIENCE).emitWithAck("since", wish);
    } catch {
      return { error: { code: "no_answer" } };
    }
  }

  /** Wait a random while, so that viewers who failed together do not come back together. */
  #rest() {
    const longest = Math.min(REST * 2 ** (this.#failures - 1), LONGEST_REST);
    return new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)));
  }

  /** Take an answer; return whether it brought the feed further. */
  #take(answer) {
    if (answer.reset) this.#restart(answer);
    else if (!this.#apply(answer)) return false;
    this.on.moved();
    return true;
  }

  /** The stream is another one, or went on too far without us. */
  #restart({ epoch, head, floor }) {
    const sameEpoch = epoch === this.epoch && this.cursor <= head;
    this.epoch = this.headEpoch = epoch;
    this.head = head;
    this.cursor = Math.max(floor, head - BACKLOG);
    this.on.restarted(sameEpoch);
  }

  /** Take what follows the cursor; whatever does not is pulled again. */
  #apply({ head, entries }) {
    this.head = Math.max(this.head, head);
    const fresh = entries.filter(({ seq }) => seq === this.cursor + 1 && ++this.cursor);
    if (fresh.length) this.on.entries(fresh);
    return fresh.length > 0 || this.behind === 0;
  }
}
