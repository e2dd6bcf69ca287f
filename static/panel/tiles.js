// Brings the figures above the feed up to date.
const EVERY = 15_000; // ms

/** Fetch the tiles into `tiles` while `isWanted()`; the background request keeps no session alive. */
export function keepFresh(tiles, isWanted) {
  setInterval(async () => {
    if (document.hidden || !isWanted()) return;
    const fresh = document.createElement("template");
    fresh.innerHTML = (await fetchTiles()) ?? tiles.innerHTML;
    tiles.replaceChildren(fresh.content);
  }, EVERY);
}

async function fetchTiles() {
  try {
    const answer = await fetch("tiles", { redirect: "manual", headers: { "X-Background": "1" } });
    return answer.ok ? await answer.text() : null;
  } catch {
    return null; // the status line tells
  }
}
