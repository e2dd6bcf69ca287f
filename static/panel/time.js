// Times as the server writes them (dashboard/panel/times.py), in the viewer's zone and language.
const STEPS = [["year", 31_536_000], ["month", 2_592_000], ["week", 604_800], ["day", 86_400], ["hour", 3_600], ["minute", 60]];
const place = document.querySelector("[data-zone]");
const zone = place?.dataset.zone ?? "UTC";
const relative = new Intl.RelativeTimeFormat(place?.lang || "en", { style: "short" });
const now = new Intl.RelativeTimeFormat(place?.lang || "en", { numeric: "auto" }).format(0, "second");
const iso = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
const monthDay = new Intl.DateTimeFormat(place?.lang || "en", { timeZone: zone, month: "short", day: "numeric" });
const offset = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "shortOffset" });

/** "2 min. ago", or "now" within the minute. */
export function ago(date) {
  const passed = (Date.now() - date) / 1000;
  const step = STEPS.find(([, seconds]) => passed >= seconds);
  return step ? relative.format(-Math.round(passed / step[1]), step[0]) : now;
}

/** "14:57:30", "Nov 21 14:57:30" or, of another year, "2025-11-21 14:57". */
export function localTime(date) {
  const [day, time] = iso.format(date).split(" ");
  const today = iso.format(Date.now()).split(" ")[0];
  if (day.slice(0, 4) !== today.slice(0, 4)) return `${day} ${time.slice(0, 5)}`;
  return day === today ? time : `${monthDay.format(date)} ${time}`;
}

/** The whole time of an ISO 8601 text, with its microseconds and offset. */
export function stamp(text) {
  const date = new Date(text);
  const fraction = text.match(/\.\d+/)?.[0] ?? "";
  const name = offset.formatToParts(date).find((part) => part.type === "timeZoneName").value;
  return `${iso.format(date)}${fraction} ${name.replace("GMT", "UTC").replace("\u2212", "-")}`;
}

/** Bring the relative times of the page up to date. */
export function tick() {
  for (const time of document.querySelectorAll("time.when")) {
    const text = ago(new Date(time.dateTime));
    const shown = time.querySelector(".ago");
    if (shown.textContent !== text) shown.textContent = text;
  }
}

/** Tell the server the browser's time zone with the next request. */
export function rememberZone() {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (own) document.cookie = `tz=${own}; Path=/; Max-Age=31536000; SameSite=Lax`;
}
