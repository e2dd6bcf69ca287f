// The book: what it does beyond links and forms, each in a module of its own.
import { showBars } from "./bars.js";
import { listenToKeys } from "./keys.js";
import { openInPlace } from "./opened.js";
import { suggest } from "./suggest.js";
import { prepareZones } from "./zones.js";

const input = document.getElementById("q");

/** What is left empty, and the zone one has anyway, stay out of the address. */
input.form.addEventListener("formdata", ({ formData }) => {
  const own = document.getElementById("tz").dataset.own;
  for (const [name, text] of [...formData]) if (!text || (name === "tz" && text === own)) formData.delete(name);
});

/** A filter that was not understood is selected, ready to be typed over. */
const start = Number(input.dataset.position ?? NaN);
if (!Number.isNaN(start)) {
  const [word] = input.value.slice(start).match(/^\S*/);
  input.focus();
  input.setSelectionRange(start, start + word.length);
}

suggest(input, JSON.parse(document.getElementById("vocabulary").textContent));
prepareZones(document.getElementById("tz"), document.getElementById("zones"));
const rows = document.getElementById("book");
if (rows) openInPlace(rows);
listenToKeys({ input, rows, help: document.getElementById("help") });
showBars(document.getElementById("bars"), document.getElementById("total"));
