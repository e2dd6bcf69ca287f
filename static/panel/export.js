// Tells how far an export is and cancels it. The download itself is a plain form's answer.
import { local } from "./time.js";

const form = document.getElementById("export");
const words = form && JSON.parse(document.getElementById("export-words").textContent);
const language = document.querySelector("[data-zone]")?.lang || "en";
const number = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
const EVERY = 1_000;
const PATIENCE = 10; // answers of 404 before the export counts as refused: it is recorded first

/** A random UUID (RFC 9562, version 4); crypto.randomUUID is missing on plain http. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

class Box {
  constructor(id) {
    this.url = `${form.action}/${id}`;
    this.element = document.getElementById("export-box").content.firstElementChild.cloneNode(true);
    this.button = this.element.querySelector("button");
    this.button.addEventListener("click", () => this.press());
    document.querySelector(".export-box")?.remove();
    document.querySelector("main search").before(this.element);
    this.missing = 0;
    this.follow();
  }

  async follow() {
    while (this.element.isConnected && !this.ended) {
      await new Promise((resolve) => setTimeout(resolve, EVERY));
      await this.ask("GET").catch(() => undefined); // offline: asked again
    }
  }

  async ask(method) {
    const body = method === "POST" ? new URLSearchParams({ csrf_token: form.csrf_token.value }) : undefined;
    const headers = method === "GET" ? { "X-Background": "1" } : {}; // a page left open is nobody at work
    const answer = await fetch(this.url, { method, body, headers, redirect: "error" });
    if (answer.ok) return this.say(await answer.json());
    this.missing += 1;
    if (this.missing >= PATIENCE) this.end(words.refused);
  }

  say(job) {
    const rate = job.seconds ? job.rows / job.seconds : 0;
    const time = job.reached ? moment.format(local(new Date(job.reached))) : "…";
    const filled = { rows: number.format(job.rows), rate: number.format(rate), time };
    const text = words[job.state].replace(/\{(\w+)\}/g, (_, name) => filled[name]);
    if (job.state !== "running") return this.end(text);
    this.element.querySelector(".said").textContent = text;
  }

  end(text) {
    this.ended = true;
    this.element.querySelector(".said").textContent = text;
    this.button.textContent = words.close;
  }

  press() {
    if (this.ended) this.element.remove();
    else this.ask("POST").catch(() => undefined);
  }
}

/** Only formats with cells have something between them. */
function chooseDelimiter() {
  form.delimiter.hidden = !("cells" in form.format.selectedOptions[0].dataset);
}

form?.format.addEventListener("change", chooseDelimiter);
if (form) chooseDelimiter(); // a reload keeps what was chosen
form?.addEventListener("submit", () => {
  form.export_id.value = uuid();
  new Box(form.export_id.value);
});
