// The list: what it does beyond links and forms, each in a module of its own.
import { showBars } from "./bars.js";
import { listenToKeys } from "./keys.js";
import { close, openInPlace } from "./opened.js";
import { suggest } from "./suggest.js";
import { prepareZones } from "./zones.js";

const input = document.getElementById("q");

/** What is left empty stays out of the address, and the zone one has anyway, unless it names a day. */
input.form.addEventListener("formdata", ({ formData }) => {
  const own = document.getElementById("tz").dataset.own;
  for (const [name, text] of [...formData]) if (!text) formData.delete(name);
  if (formData.get("tz") === own && !hasDay(formData)) formData.delete("tz");
});

/** Whether an address names a day: which day that is, only its zone tells. */
function hasDay(asked) {
  return asked.has("from") || asked.has("to") || /(^|\s)-?on[:\uff1a]/i.test(asked.get("q") ?? "");
}

/** An address that names a day and was made by hand is completed, so that it can be passed on. */
const here = new URL(location);
if (hasDay(here.searchParams) && !here.searchParams.get("tz")) {
  here.searchParams.set("tz", document.getElementById("tz").value);
  history.replaceState(history.state, "", here);
}

/** A filter that was not understood is selected, ready to be typed over. */
const position = Number(input.dataset.position ?? NaN); // in characters, of which some are two units here
if (!Number.isNaN(position)) {
  const start = [...input.value].slice(0, position).join("").length;
  const [word] = input.value.slice(start).match(/^\S*/);
  input.focus();
  input.setSelectionRange(start, start + word.length);
}

/** A period of one's own takes the place of others, as a preset takes its place. */
for (const name of ["from", "to"]) {
  document.getElementById(name).addEventListener("change", () => {
    input.value = input.value.replace(/(?<=^|\s)(since|on):\S+/g, "").replace(/\s+/g, " ").trim();
  });
}

suggest(input, JSON.parse(document.getElementById("vocabulary").textContent));
prepareZones(document.getElementById("tz"), document.getElementById("zones"));
const table = document.getElementById("book");
if (table) openInPlace(table);
const help = document.getElementById("help");
const showHelp = () => help.showModal();
for (const button of document.querySelectorAll("[data-opens=help]")) button.addEventListener("click", showHelp);
listenToKeys(table?.tBodies[0], { "/": () => input.focus(), "?": showHelp, Escape: () => close(table) });
showBars(document.getElementById("bars"), document.getElementById("total"));
