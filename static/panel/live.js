// The live page: joins the line and the feed to the table, the status, the filter and the figures.
import { Connection } from "./connection.js";
import { Feed } from "./feed.js";
import { Filter } from "./filter.js";
import { Hold } from "./hold.js";
import { listenToKeys, openByClick } from "./keys.js";
import { Pace } from "./pace.js";
import { Rows } from "./rows.js";
import { slideIn } from "./slide.js";
import { Spark } from "./spark.js";
import { EntryTable } from "./table.js";
import { keepFresh } from "./tiles.js";
import { tick } from "./time.js";

const NEAR = 50; // entries behind that still count as live
const SPEAK = 10_000; // ms between two words to a screen reader
const get = (id) => document.getElementById(id);
const element = get("feed");
const { book, epoch, cursor, admin } = element.dataset;
const words = JSON.parse(get("words").textContent);
const language = document.querySelector("[data-zone]").lang;
const whole = new Intl.NumberFormat(language);
const short = new Intl.NumberFormat(language, { maximumSignificantDigits: 2 });

const pace = new Pace(JSON.parse(get("spark").dataset.pace));
const spark = new Spark(get("spark"), pace.length);
const filter = new Filter(get("filter"), choose);
const rows = new Rows({ book, words, admin: JSON.parse(admin) });
const table = new EntryTable(element.tBodies[0], { rows, filter });
const hold = new Hold([element, get("waiting")], release);
const connection = new Connection(say);
const start = { epoch, cursor: Number(cursor) };
const feed = new Feed(connection.socket, start, { entries: receive, restarted: restart, moved: sayWhereWeAre, refused });

function receive(entries) {
  table.add(entries);
  entries.forEach((entry) => pace.add(entry));
  release();
}

/** Show what waits, unless somebody reads the table. */
function release() {
  if (table.hasWaiting && !hold.isOn) showWaiting();
  sayWhatWaits();
}

function showWaiting() {
  slideIn(element, () => table.show());
  tick();
  sayWhatWaits();
  sayIfEmpty();
}

/** What was asked for by key goes on from the newest row. */
function showNow(isByKey) {
  scrollTo({ top: 0, behavior: "instant" });
  showWaiting();
  const newest = [...element.tBodies[0].rows].find((row) => !row.hidden);
  if (isByKey) newest?.querySelector("a").focus({ preventScroll: true });
}

function restart(sameEpoch) {
  table.clear();
  pace.forget();
  get("notice").querySelector("span").textContent = sameEpoch ? words.skipped : words.restarted;
  get("notice").hidden = false;
}

function refused(code) {
  if (code === "forbidden") connection.renew();
  else say(code === "unavailable" ? "unavailable" : "behind");
}

function choose() {
  table.choose();
  sayWhatWaits();
  sayIfEmpty();
}

function sayIfEmpty() {
  get("none").hidden = !table.isEmpty;
  get("none-shown").hidden = table.isEmpty || !table.hasNoneToShow;
  get("filter").querySelector("[type=reset]").hidden = !filter.isOn;
  get("in-book").hidden = !filter.isOn || filter.query === null;
  get("in-book").href = `${book}?q=${encodeURIComponent(filter.query)}`;
}

function sayWhatWaits() {
  get("waiting").hidden = table.waiting === 0;
  get("waiting").querySelector("span").textContent = words.held.replace("{n}", whole.format(table.waiting));
}

function speak() {
  const text = table.waiting ? get("waiting").textContent.trim() : "";
  if (get("spoken").textContent !== text) get("spoken").textContent = text;
}

function say(state) {
  const text = words[state];
  get("status").dataset.state = state;
  if (state !== "live") get("rate").textContent = "";
  if (get("state").textContent !== text) get("state").textContent = text;
}

function sayWhereWeAre() {
  get("seq").textContent = whole.format(feed.cursor);
  labelPause();
  if (!connection.socket.connected) return;
  if (feed.isPaused) say("paused");
  else say(feed.behind > NEAR ? "behind" : "live");
}

function labelPause() {
  const isCounted = feed.behind > 0 && Number.isFinite(feed.behind);
  const waiting = isCounted ? words.waiting.replace("{n}", whole.format(feed.behind)) : words.resume;
  get("pause").setAttribute("aria-pressed", String(feed.isPaused));
  get("pause").querySelector("span").textContent = feed.isPaused ? waiting : words.pause;
  get("pause").querySelector("use").setAttribute("href", feed.isPaused ? "#i-play" : "#i-pause");
}

/** Draw the pace while the page knows it; without news it stands still. */
function drawPace() {
  if (get("status").dataset.state !== "live") return;
  const peak = spark.draw(pace.bars());
  const seconds = whole.format(pace.step / 1000);
  get("peak").textContent = words.peak.replace("{n}", whole.format(peak)).replace("{s}", seconds);
  get("rate").textContent = words.rate.replace("{n}", short.format(pace.rate()));
}

get("pause").addEventListener("click", () => {
  if (feed.isPaused) {
    scrollTo({ top: 0, behavior: "instant" });
    feed.resume();
  } else feed.pause();
  sayWhereWeAre();
});
get("waiting").addEventListener("click", (event) => showNow(event.detail === 0));
listenToKeys(element.tBodies[0], { n: () => table.waiting && showNow(true) });
openByClick(element.tBodies[0]);
keepFresh(get("figures"), () => get("status").dataset.state === "live");
setInterval(drawPace, 1000);
setInterval(speak, SPEAK);
sayIfEmpty();
