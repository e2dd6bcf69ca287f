// Builds the rows of the book in the browser, as templates/admin/rows.html does on the server.
import { ago, localTime, stamp } from "./time.js";
import { written } from "./written.js";

/** When a zone was asked for, what is linked is shown in the zone of this page, too. */
const isAsked = new URLSearchParams(location.search).has("tz");
const zone = isAsked ? { tz: document.querySelector("[data-zone]").dataset.zone } : {};

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Makes rows for one page: `book` is its address, `words` its texts, `admin` the admin actions. */
export class Rows {
  constructor({ book, words, admin }) {
    this.book = book;
    this.words = words;
    this.admin = new Set(admin);
  }

  /** Return the <tr> of an entry, marked fresh. */
  row(entry) {
    return make("tr", { class: "fresh", ...this.#marks(entry) }, ...this.#cells(entry));
  }

  #marks(entry) {
    return {
      "data-event": entry.event_id,
      "data-outcome": entry.outcome,
      "data-action": entry.action,
      "data-user": entry.user_id ? entry.username : null,
      "data-admin": entry.actor_name || this.admin.has(entry.action) ? "" : null,
    };
  }

  #cells(entry) {
    const badge = document.getElementById(entry.outcome === "success" ? "success" : "failure").content.cloneNode(true);
    return [
      make("td", { class: "t-when" }, make("a", { class: "quiet", href: this.#url(entry.event_id) }, this.#when(entry))),
      make("td", { class: "t-outcome" }, this.#link(`outcome:${entry.outcome}`, badge)),
      make("td", { class: "t-action" }, this.#link(`action:${entry.action}`, entry.action), ...this.#session(entry), ...this.#isNew(entry)),
      make("td", { class: "t-user" }, ...this.#who(entry)),
      make("td", { class: "t-reason" }, entry.reason ? this.#link(`reason:${entry.reason}`, entry.reason) : ""),
      make("td", { class: "t-address mono" }, entry.ip ? this.#address(entry.ip) : ""),
      make("td", { class: "t-agent" }, this.#agent(entry)),
    ];
  }

  /** A link to the book filtered by one field; a plain text is its own tooltip. */
  #link(query, child, look = "quiet") {
    const title = typeof child === "string" ? child : null;
    return make("a", { class: look, title, href: this.#url("", { q: query }) }, child);
  }

  #url(path, parameters = {}) {
    const told = String(new URLSearchParams({ ...parameters, ...zone }));
    return this.book + path + (told && `?${told}`);
  }

  /** An address whose middle may be cut, when it is a long one. */
  #address(ip) {
    const text = ip.length > 15 ? make("span", { class: "ends" }, make("span", {}, ip.slice(0, -9)), ip.slice(-9)) : ip;
    const link = this.#link(`ip:${ip}`, text);
    link.title = ip;
    return link;
  }

  #session({ session_ref: session }) {
    if (!session) return [];
    const link = this.#link(`session:${session}`, document.getElementById("device").content.cloneNode(true), "session");
    link.title = this.words.session;
    link.setAttribute("aria-label", this.words.session);
    return [" ", link];
  }

  #isNew({ new_device: isNew }) {
    return isNew ? [" ", this.#link("is:new-device", document.getElementById("new-device").content.cloneNode(true))] : [];
  }

  #agent({ browser, os, user_agent: title }) {
    const name = [browser, os].filter(Boolean).join(" · ");
    const cell = browser ? this.#link(`agent:${written(browser)}`, name) : make("span", {}, name);
    cell.title = title ?? "";
    return cell;
  }

  #when({ occurred_at: text }) {
    const date = new Date(text);
    const shown = [make("span", { class: "ago" }, ago(date)), " ", make("small", {}, localTime(date))];
    return make("time", { class: "when", datetime: text, title: stamp(text) }, ...shown);
  }

  #who(entry) {
    const name = make("bdi", {}, entry.username ?? "");
    const shown = [];
    if (entry.username && entry.user_id) {
      const link = this.#link(`user:${written(entry.username)}`, name, null);
      link.title = entry.username;
      shown.push(link);
    } else if (entry.username) {
      shown.push(make("span", { class: "muted" }, `${this.words.unknown} · `, name));
    }
    if (entry.actor_name) shown.push(" ", make("small", {}, `${this.words.by} `, make("bdi", {}, entry.actor_name)));
    return shown;
  }
}
