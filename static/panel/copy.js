// Copies a value: a button beside each fact, and one for all rows of tables that goes where pointer or focus are.
const template = document.getElementById("copy");
const roving = template.content.querySelector("button").cloneNode(true);
const said = document.querySelector("#copied");

/** The value of the row that `element` is in, if there is one to copy. */
function valueOf(element) {
  const value = element.closest("tbody tr")?.querySelector(":scope > .mono");
  return value?.textContent.trim() ? value : null;
}

const follow = ({ target }) => {
  const value = target instanceof Element && valueOf(target);
  if (value && roving.parentElement !== value) value.append(roving);
};

/** The clipboard is not there on plain http; a selection is copied everywhere. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = Object.assign(document.createElement("textarea"), { value: text, className: "unseen" });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

async function press(button) {
  await copy(button.closest(".mono").textContent.trim());
  button.focus();
  button.classList.add("done");
  said.textContent = button.dataset.done;
  setTimeout(() => {
    button.classList.remove("done");
    said.textContent = "";
  }, 2_000);
}

/** Rows without links have one tab stop a table; the arrow keys move it. */
function reach(table) {
  const cells = [...table.querySelectorAll("tbody .mono")].filter(valueOf);
  if (table.querySelector("tbody a") || !cells.length) return;
  cells.forEach((cell, n) => (cell.tabIndex = n ? -1 : 0));
  table.addEventListener("keydown", (event) => {
    const next = cells[cells.indexOf(event.target.closest("td")) + { ArrowDown: 1, ArrowUp: -1 }[event.key]];
    if (!next) return;
    event.preventDefault();
    cells.forEach((cell) => (cell.tabIndex = cell === next ? 0 : -1));
    next.focus();
  });
}

export function offerCopies() {
  document.addEventListener("pointerover", follow);
  document.addEventListener("focusin", follow);
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button.copy");
    if (button) press(button);
  });
  document.querySelectorAll("table").forEach(reach);
}
