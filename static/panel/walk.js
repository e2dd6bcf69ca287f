// A table of entries by keyboard and pointer: j and k move, Enter or a click anywhere on a row opens its entry.
const link = (row) => row.querySelector(".t-when a");

function move(body, step) {
  const rows = [...body.rows].filter((row) => !row.hidden);
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = here < 0 ? 0 : Math.min(Math.max(here + step, 0), rows.length - 1);
  if (rows.length) link(rows[next]).focus();
}

export function walkRows(body) {
  document.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    const isTyping = event.target.closest("input:not([type=radio]), select, textarea");
    if (!step || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move(body, step);
  });
  body.addEventListener("click", (event) => {
    if (event.target.closest("a, button") || !getSelection().isCollapsed) return;
    link(event.target.closest("tr")).dispatchEvent(new MouseEvent("click", event)); // with its Ctrl or Shift
  });
}
