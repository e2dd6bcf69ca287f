// An entry opens below its row: the part of its own page that says what is known about it.

/** Make each row's link open its entry in place; with Ctrl or in a new tab it is a link as ever. */
export function openInPlace(table) {
  for (const link of table.querySelectorAll(".t-when > a")) link.setAttribute("aria-expanded", "false");
  table.addEventListener("click", (event) => {
    const link = event.target.closest(".t-when > a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const isOpen = link.getAttribute("aria-expanded") === "true";
    close(table);
    if (!isOpen) open(link);
  });
}

/** Close what is open and give its row the focus, if the focus was inside. */
export function close(table) {
  const opened = table?.querySelector("tr.opened");
  if (!opened) return;
  const link = opened.previousElementSibling.querySelector(".t-when > a");
  const hadFocus = opened.contains(document.activeElement);
  opened.remove();
  link.setAttribute("aria-expanded", "false");
  if (hadFocus) link.focus();
}

async function open(link) {
  const cell = document.createElement("td");
  cell.colSpan = 7;
  const row = document.createElement("tr");
  row.className = "opened";
  row.append(cell);
  link.closest("tr").after(row);
  link.setAttribute("aria-expanded", "true");
  const details = await detailsAt(link.href);
  if (details) cell.append(details);
  else location.assign(link.href); // signed out, gone or offline: its page says so
}

async function detailsAt(address) {
  try {
    const answer = await fetch(address);
    if (!answer.ok || answer.redirected) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.getElementById("details");
  } catch {
    return null;
  }
}
