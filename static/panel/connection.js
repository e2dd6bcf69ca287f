// The connection to the server: opens the websocket, and says why when there is none.
import { io } from "../vendor/socket.io.esm.min.js";

const HANDSHAKE = "/socket.io/?EIO=4&transport=websocket";
const TOLD = { 429: "crowded", 426: "no_upgrade" }; // too many live pages of one person; the proxy keeps websockets out
const FINAL = { 401: "signed_out", 403: "refused" };
const AGAIN = 4_000; // ms, more or less, before a namespace that was refused is tried again

export class Connection {
  /** `say` gets "offline", "crowded", "no_upgrade", "signed_out" or "refused"; after the last two nothing is tried any more. */
  constructor(say) {
    this.say = say;
    // Tries again by itself, after a random part of a pause that grows to ten seconds.
    this.socket = io("/live", { transports: ["websocket"], reconnectionDelayMax: 10_000 });
    this.socket.on("disconnect", (reason) => reason !== "io client disconnect" && this.lost());
    this.socket.on("connect_error", () => this.lost());
  }

  /** Find out why there is no connection; go on trying unless there is no use in it. */
  async lost() {
    this.say("offline");
    const status = await handshakeStatus();
    if (this.socket.connected) return;
    if (status in TOLD) this.say(TOLD[status]);
    if (status in FINAL) {
      this.say(FINAL[status]);
      this.socket.disconnect();
    } else if (!this.socket.active) {
      setTimeout(() => this.socket.connect(), AGAIN * (0.5 + Math.random()));
    }
  }

  /** Begin anew: the server answers, but does not know this viewer any more. */
  renew() {
    this.socket.disconnect();
    this.lost();
  }
}

/** A refused websocket tells a script nothing, a request without an upgrade its status; null when nobody answers. */
async function handshakeStatus() {
  try {
    return (await fetch(HANDSHAKE, { method: "OPTIONS" })).status;
  } catch {
    return null;
  }
}
