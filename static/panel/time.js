// Times as the server writes them (dashboard/panel/parts/times.py), in the viewer's zone and language.
const STEPS = [["year", 31_536_000], ["month", 2_592_000], ["week", 604_800], ["day", 86_400], ["hour", 3_600], ["minute", 60]];
const page = document.querySelector("[data-zone]");
const relative = new Intl.RelativeTimeFormat(page?.lang || "en", { style: "short" });
const now = new Intl.RelativeTimeFormat(page?.lang || "en", { numeric: "auto" }).format(0, "second");
const monthDay = new Intl.DateTimeFormat(page?.lang || "en", { timeZone: "UTC", month: "short", day: "numeric" });
/** The zone's offsets as the server knows them: the browser's own rules may be older or newer. */
const offsets = JSON.parse(document.getElementById("offsets")?.textContent ?? "[[0, 0]]");

/** "2 min. ago", "in 10 yr.", or "now" within a minute. */
export function ago(date) {
  const passed = (Date.now() - date) / 1000;
  const step = STEPS.find(([, seconds]) => Math.abs(passed) >= seconds);
  return step ? relative.format(-Math.round(passed / step[1]), step[0]) : now;
}

/** Seconds that the zone's clocks are ahead of UTC. */
function offsetAt(date) {
  return (offsets.findLast(([second]) => date >= second * 1000) ?? offsets[0])[1];
}

/** A date whose UTC parts are what clocks of the zone show. */
export function local(date) {
  return new Date(date.getTime() + offsetAt(date) * 1000);
}

function dayAndTime(date) {
  const [, day, time] = local(date).toISOString().match(/^(.+)T(.{8})/);
  return [day, time];
}

/** Whether the zone's clocks, set back before or after, tell this time twice. */
function isTwice(date) {
  const second = date / 1000;
  const number = Math.max(0, offsets.findLastIndex(([start]) => second >= start));
  const [[start, here], before, after] = [offsets[number], offsets[number - 1], offsets[number + 1]];
  return (before && second < start + before[1] - here) || (after && second >= after[0] - (here - after[1]));
}

/** "14:57:30", "Nov 21 14:57:30" or, of another year, "2025-11-21 14:57"; told twice, "02:30:00 UTC+2". */
export function localTime(date) {
  const [day, time] = dayAndTime(date);
  const [today] = dayAndTime(new Date());
  const which = isTwice(date) ? ` ${offsetName(offsetAt(date))}` : "";
  if (day.slice(0, 4) !== today.slice(0, 4)) return `${day} ${time.slice(0, 5)}${which}`;
  return (day === today ? time : `${monthDay.format(local(date))} ${time}`) + which;
}

/** The whole time of an ISO 8601 text, with its microseconds and offset. */
export function stamp(text) {
  const date = new Date(text);
  const fraction = text.match(/\.\d+/)?.[0] ?? "";
  return `${dayAndTime(date).join(" ")}${fraction} ${offsetName(offsetAt(date))}`;
}

/** "UTC", "UTC+8" or "UTC-3:30" of so many seconds. */
function offsetName(seconds) {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const rest = minutes % 60 ? `:${String(minutes % 60).padStart(2, "0")}` : "";
  return seconds ? `UTC${seconds < 0 ? "-" : "+"}${Math.floor(minutes / 60)}${rest}` : "UTC";
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
