// The book by keyboard: "/" types a query, j and k move, Enter opens (the link has the focus), "?" helps.
import { close } from "./opened.js";

export function listenToKeys({ input, rows, help }) {
  const links = [...(rows?.querySelectorAll(".t-when > a") ?? [])];

  const move = (step) => {
    const here = links.findIndex((link) => rowOf(link).contains(document.activeElement) || isOpened(link));
    const next = here < 0 ? 0 : Math.min(Math.max(here + step, 0), links.length - 1);
    links[next]?.focus();
  };
  const keys = {
    "/": () => input.focus(),
    "?": () => help.showModal(),
    j: () => move(1),
    k: () => move(-1),
    Escape: () => close(rows),
  };

  document.addEventListener("keydown", (event) => {
    const isBusy = help.open || event.target.closest("input, select, textarea");
    if (isBusy || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
  for (const button of document.querySelectorAll("[data-opens=help]")) button.addEventListener("click", keys["?"]);
}

const rowOf = (link) => link.closest("tr");

/** Whether the focus is in what the link has opened. */
const isOpened = (link) => Boolean(rowOf(link).nextElementSibling?.matches(".opened:focus-within"));
