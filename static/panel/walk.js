// A table of entries by keyboard and pointer: j and k move, Enter or a click anywhere on a row opens its entry.
const link = (row) => row.querySelector(".t-when a");

function move(body, step) {
  const rows = [...body.rows].filter((row) => !row.hidden);
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = here < 0 ? 0 : Math.min(Math.max(here + step, 0), rows.length - 1);
  if (rows.length) link(rows[next]).focus();
}

/** `more` are further keys and what they do. */
export function walkRows(body, more = {}) {
  const keys = { j: () => move(body, 1), k: () => move(body, -1), ...more };
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input:not([type=radio]), select, textarea");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
  body.addEventListener("click", (event) => {
    if (event.target.closest("a, button") || !getSelection().isCollapsed) return;
    link(event.target.closest("tr")).dispatchEvent(new MouseEvent("click", event)); // with its Ctrl or Shift
  });
}
