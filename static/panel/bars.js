// The bars over the list: fetched after it; a click, a drag or the arrow keys choose a period.

/** Fill `drawing` with its bars, and `total` with the count that the list did not wait for. */
export async function showBars(drawing, total) {
  const drawn = drawing && (await fetched(drawing.dataset.src));
  if (!drawn) return drawing?.remove();
  drawing.append(...drawn);
  const group = drawing.querySelector(".bars");
  if (!group) return; // all there is to say lies beyond them
  if (group.dataset.total && total.dataset.capped !== undefined) total.textContent = group.dataset.total;
  const bars = [...group.querySelectorAll("a")];
  choose(group, bars);
}

async function fetched(address) {
  try {
    const answer = await fetch(address);
    if (!answer.ok || answer.redirected) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.body.childElementCount ? [...page.body.children] : null;
  } catch {
    return null;
  }
}

function choose(group, bars) {
  let from = null; // the bar that a selection began with

  const mark = (to) => {
    const [first, last] = [bars.indexOf(from ?? to), bars.indexOf(to)].sort((a, b) => a - b);
    bars.forEach((bar, n) => bar.classList.toggle("chosen", n >= first && n <= last));
    return [bars[first], bars[last]];
  };
  const go = (to) => {
    const [first, last] = mark(to);
    const address = new URL(first.getAttribute("href"), location.href);
    address.searchParams.set("to", last.dataset.to);
    location.assign(address);
  };
  const move = (step, isSelecting) => {
    const here = bars.indexOf(document.activeElement);
    const next = bars[Math.min(Math.max(here + step, 0), bars.length - 1)];
    if (!isSelecting) from = next;
    from ??= bars[here];
    bars.forEach((bar) => bar.setAttribute("tabindex", bar === next ? 0 : -1));
    next.focus();
    mark(next);
  };
  const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -bars.length, End: bars.length };

  group.addEventListener("keydown", (event) => {
    const bar = event.target.closest("a");
    if (!bar || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) move(steps[event.key], event.shiftKey);
    else if (event.key !== "Enter") return;
    else go(bar);
    event.preventDefault();
  });
  group.addEventListener("dragstart", (event) => event.preventDefault());
  group.addEventListener("pointerdown", (event) => {
    const bar = event.target.closest("a");
    if (!bar || event.button || event.pointerType === "touch") return; // a finger scrolls; its tap is a click
    from = bar;
    mark(bar);
  });
  group.addEventListener("pointermove", (event) => {
    const bar = event.buttons === 1 && event.target.closest("a");
    if (from && bar) mark(bar);
  });
  group.addEventListener("click", (event) => {
    const bar = event.target.closest("a");
    if (!bar || !from || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(bar);
  });
  group.addEventListener("pointerup", (event) => {
    const bar = event.target.closest("a");
    if (bar && from && bar !== from) go(bar); // a drag that ends on another bar is no click
  });
}
