// A table of entries by keyboard and pointer: j and k move, Enter or a click anywhere on a row opens its entry.
const link = (row) => row.querySelector(".t-when > a");

/** Whether the focus is in a row, or in what it has opened. */
const hasFocus = (row) =>
  row.contains(document.activeElement) || Boolean(row.nextElementSibling?.matches(".opened:focus-within"));

function move(body, step) {
  const rows = [...(body?.rows ?? [])].filter((row) => !row.hidden && link(row));
  const here = rows.findIndex(hasFocus);
  const next = here < 0 ? 0 : Math.min(Math.max(here + step, 0), rows.length - 1);
  if (rows.length) link(rows[next]).focus();
}

/** Move in the rows of `body` by key; `more` are further keys and what they do. */
export function listenToKeys(body, more = {}) {
  const keys = { j: () => move(body, 1), k: () => move(body, -1), ...more };
  document.addEventListener("keydown", (event) => {
    const isBusy = event.target.closest("input:not([type=radio]), select, textarea, dialog");
    if (isBusy || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
}

/** Have a click anywhere on a row of `body` do what its link does. */
export function openByClick(body) {
  body.addEventListener("click", (event) => {
    if (event.target.closest("a, button") || !getSelection().isCollapsed) return;
    link(event.target.closest("tr")).dispatchEvent(new MouseEvent("click", event)); // with its Ctrl or Shift
  });
}
