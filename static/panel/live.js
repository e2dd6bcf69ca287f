// The live page: joins the line and the feed to the table, the status, the filter and the figures.
import { Feed } from "./feed.js";
import { Filter } from "./filter.js";
import { Ledger } from "./ledger.js";
import { Line } from "./line.js";
import { Pace } from "./pace.js";
import { Place } from "./place.js";
import { Rows } from "./rows.js";
import { Spark } from "./spark.js";
import { keepFresh } from "./tiles.js";
import { walkRows } from "./walk.js";

const NEAR = 50; // entries behind that still count as live
const get = (id) => document.getElementById(id);
const table = get("feed");
const { book, epoch, cursor, admin } = table.dataset;
const words = JSON.parse(get("words").textContent);
const language = document.querySelector("[data-zone]").lang;
const whole = new Intl.NumberFormat(language);
const short = new Intl.NumberFormat(language, { maximumSignificantDigits: 2 });

const pace = new Pace(JSON.parse(get("spark").dataset.pace));
const spark = new Spark(get("spark"), pace.length);
const place = new Place(table);
const filter = new Filter(get("filter"), choose);
const ledger = new Ledger(table.tBodies[0], {
  rows: new Rows({ book, words, admin: JSON.parse(admin) }),
  filter,
  place,
});
const line = new Line(say);
const start = { epoch, cursor: Number(cursor) };
const feed = new Feed(line.socket, start, { entries: receive, restarted: restart, moved: sayWhereWeAre, refused });
let above = 0; // new rows above what can be seen

function receive(entries) {
  const shown = ledger.add(entries);
  if (shown === false) return false;
  entries.forEach((entry) => pace.add(entry));
  countAbove(place.isScrolled ? above + shown : 0);
  sayIfEmpty();
  return true;
}

function restart(sameEpoch) {
  ledger.clear();
  pace.forget();
  get("notice").querySelector("span").textContent = sameEpoch ? words.skipped : words.restarted;
  get("notice").hidden = false;
}

function refused(code) {
  if (code === "forbidden") line.renew();
  else say(code === "unavailable" ? "unavailable" : "behind");
}

function choose() {
  ledger.choose();
  countAbove(0);
  sayIfEmpty();
}

function sayIfEmpty() {
  get("none").hidden = !ledger.isEmpty;
  get("none-shown").hidden = ledger.isEmpty || !ledger.hasNoneToShow;
  get("filter").querySelector("[type=reset]").hidden = !filter.isOn;
  get("in-book").hidden = !filter.isOn || filter.query === null;
  get("in-book").href = `${book}?q=${encodeURIComponent(filter.query)}`;
}

function countAbove(number) {
  above = number;
  get("above").hidden = above === 0;
  get("above").querySelector("span").textContent = words.above.replace("{n}", whole.format(above));
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
  if (!line.socket.connected) return;
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
    place.toTop();
    feed.resume();
  } else feed.pause();
  sayWhereWeAre();
});
get("above").addEventListener("click", () => place.toTop());
addEventListener("scroll", () => above && !place.isScrolled && countAbove(0), { passive: true });
walkRows(table.tBodies[0]);
keepFresh(get("figures"), () => get("status").dataset.state === "live");
setInterval(drawPace, 1000);
sayIfEmpty();
