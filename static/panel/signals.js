// The signals page: asks for the figures every two seconds and draws them.
import { Spark } from "./spark.js";

const EVERY = 2000; // ms
const page = document.getElementById("signals");
const state = document.getElementById("state");
const rows = new Map([...page.querySelectorAll("[data-signal]")].map((row) => [row.dataset.signal, row]));
const sparks = new Map();

for (const [name, row] of rows) {
  const svg = row.querySelector("[data-spark]");
  if (!svg) continue;
  sparks.set(name, new Spark(svg, Number(page.dataset.bars)));
  draw(name, JSON.parse(svg.dataset.spark));
}

function draw(name, bars) {
  sparks.get(name)?.draw(bars.map((count) => [count, 0]));
}

function show({ state: line, signals }) {
  if (state.textContent !== line) state.textContent = line;
  for (const [name, { shown, bars }] of Object.entries(signals)) {
    draw(name, bars);
    for (const element of rows.get(name).querySelectorAll("[data-figure]")) {
      const text = shown[element.dataset.figure];
      if (element.textContent !== text) element.textContent = text;
    }
  }
}

/** The background request keeps no session alive; what cannot be had now comes with the next one. */
async function ask() {
  if (document.hidden) return;
  try {
    const answer = await fetch("data", { redirect: "manual", headers: { "X-Background": "1" } });
    if (answer.ok) show(await answer.json());
    else if (answer.type === "opaqueredirect") location.reload(); // the session is over
  } catch {
    // the server is away
  }
}

setInterval(ask, EVERY);
