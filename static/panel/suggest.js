// Suggests filters and their values in the query field (WAI-ARIA combobox with a listbox).
const MOST = 12;

/** `vocabulary` is a list of {name, hint, values}. */
export function suggest(input, vocabulary) {
  new Suggestions(input, vocabulary);
}

/** Return the word at the caret: where it begins and ends, its minus, and its text. */
export function wordAt(text, caret) {
  const start = text.slice(0, caret).search(/\S*$/);
  const end = caret + text.slice(caret).search(/\s|$/);
  const minus = text[start] === "-" ? "-" : "";
  return { start, end, minus, text: text.slice(start + minus.length, caret).toLowerCase() };
}

/** Return what a word may become: {text, hint}, the text with a colon when a value must follow. */
export function suggestionsFor(word, vocabulary) {
  const [name, ...rest] = word.split(":");
  if (!rest.length) {
    const found = vocabulary.filter((filter) => filter.name.startsWith(name));
    return found.map((filter) => ({ text: `${filter.name}:`, hint: filter.hint }));
  }
  const typed = rest.join(":").replace(/^"/, "");
  const values = vocabulary.find((filter) => filter.name === name)?.values ?? [];
  const found = values.filter((value) => value.toLowerCase().includes(typed));
  return found.map((value) => ({ text: `${name}:${value}`, hint: "" })).slice(0, MOST);
}

class Suggestions {
  #active = -1;
  #offered = [];

  constructor(input, vocabulary) {
    this.input = input;
    this.vocabulary = vocabulary;
    this.list = Object.assign(document.createElement("ul"), { id: "suggestions", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.dataset.suggestions);
    input.after(this.list);
    const role = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(role)) input.setAttribute(name, value);
    input.addEventListener("input", () => this.#offer());
    input.addEventListener("click", () => this.#offer());
    input.addEventListener("keydown", (event) => this.#press(event));
    input.addEventListener("blur", () => this.#close());
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the field keeps the focus
      const option = event.target.closest("li");
      if (option) this.#take([...this.list.children].indexOf(option));
    });
  }

  #offer() {
    this.word = wordAt(this.input.value, this.input.selectionStart);
    const found = suggestionsFor(this.word.text, this.vocabulary);
    this.#offered = found.filter(({ text }) => text.toLowerCase() !== this.word.text);
    this.list.replaceChildren(...this.#offered.map((one, n) => this.#option(one, n)));
    this.list.hidden = !this.#offered.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.#activate(-1);
  }

  #option({ text, hint }, number) {
    const option = Object.assign(document.createElement("li"), { id: `suggestion-${number}`, textContent: text });
    option.setAttribute("role", "option");
    if (hint) option.append(" ", Object.assign(document.createElement("small"), { textContent: hint }));
    return option;
  }

  #press(event) {
    if (event.key === "ArrowDown" && this.list.hidden) this.#offer();
    if (this.list.hidden || event.isComposing) return;
    const count = this.#offered.length;
    if (event.key === "ArrowDown") this.#activate((this.#active + 1) % count);
    else if (event.key === "ArrowUp") this.#activate((this.#active < 1 ? count : this.#active) - 1);
    else if (event.key === "Enter" && this.#active >= 0) this.#take(this.#active);
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #activate(number) {
    this.#active = number;
    [...this.list.children].forEach((option, n) => option.setAttribute("aria-selected", String(n === number)));
    const option = this.list.children[number];
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /** Put a suggestion in the place of the word; a value is followed by a space for the next filter. */
  #take(number) {
    const { start, end, minus } = this.word;
    const { text } = this.#offered[number];
    const isWhole = !text.endsWith(":");
    this.input.setRangeText(minus + text + (isWhole ? " " : ""), start, end, "end");
    if (isWhole) this.#close();
    else this.#offer();
  }

  #close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.#activate(-1);
  }
}
