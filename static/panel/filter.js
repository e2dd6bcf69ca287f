// What is shown of the feed: the choices of a form, kept in the page's address.
import { written } from "./written.js";

const NAMES = ["outcome", "action", "user"];

/** Names are compared by their key, as in models/names.py: NFKC(casefold(NFKC(name))). */
export function nameKey(name) {
  const folded = Array.from(name.normalize("NFKC"), fold).join("");
  return folded.normalize("NFKC");
}

/** Full case folding of one character, which JavaScript lacks. */
function fold(char) {
  if (char === "ı") return char;
  return char === "ς" ? "σ" : Array.from(char.toLowerCase().toUpperCase(), (upper) => upper.toLowerCase()).join("");
}

export class Filter {
  /** `form` is filled from the address; `changed` is called whenever somebody chooses. */
  constructor(form, changed) {
    this.form = form;
    const asked = new URLSearchParams(location.search);
    for (const name of NAMES) form.elements[name].value = asked.get(name) ?? "";
    if (form.elements.action.selectedIndex < 0) form.elements.action.value = "";
    this.#read();
    const choose = () => {
      this.#read();
      this.#remember();
      changed();
    };
    form.addEventListener("input", choose);
    form.addEventListener("reset", () => setTimeout(choose)); // the form is empty only afterwards
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  #read() {
    this.chosen = Object.fromEntries(NAMES.map((name) => [name, this.form.elements[name].value.trim()]));
    this.key = nameKey(this.chosen.user);
  }

  #remember() {
    const address = new URL(location);
    for (const name of NAMES) {
      if (this.chosen[name]) address.searchParams.set(name, this.chosen[name]);
      else address.searchParams.delete(name);
    }
    history.replaceState(history.state, "", address);
  }

  get isOn() {
    return NAMES.some((name) => this.chosen[name]);
  }

  /** Whether a row of the book is wanted; a name without an account has no key. Views are shown to who asks for them. */
  shows({ dataset }) {
    const { outcome, action } = this.chosen;
    if (!action && dataset.action === "log_view") return false;
    if (outcome && outcome !== dataset.outcome) return false;
    if (action && !(action === "admin" ? "admin" in dataset : action === dataset.action)) return false;
    return !this.key || ("user" in dataset && nameKey(dataset.user).startsWith(this.key));
  }

  /** The same as a query of the book, null when its language cannot say it. */
  get query() {
    const { outcome, action, user } = this.chosen;
    if (action === "admin") return null;
    const name = user.includes("@") ? written(user) : `${written(user)}*`;
    const terms = [outcome && `outcome:${outcome}`, action && `action:${action}`, user && `user:${name}`];
    return terms.filter(Boolean).join(" ");
  }
}
