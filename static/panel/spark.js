// A small bar chart: successes, failures above them, and a line as far back as the counts are known.
const HEIGHT = 36;
const WIDTH = 5; // of a bar and the space after it
const SVG = "http://www.w3.org/2000/svg";

export class Spark {
  constructor(svg, length) {
    this.svg = svg;
    svg.setAttribute("viewBox", `0 0 ${length * WIDTH} ${HEIGHT}`);
    svg.setAttribute("preserveAspectRatio", "none");
    this.paths = Object.fromEntries(["base", "ok", "bad"].map((name) => [name, this.#path(name)]));
  }

  /** Draw [successes, failures] or null for each bar; return the highest sum. */
  draw(bars) {
    const peak = Math.max(...bars.map((bar) => (bar ? bar[0] + bar[1] : 0)));
    const scale = (HEIGHT - 2) / Math.max(peak, 1);
    const drawn = { base: "", ok: "", bad: "" };
    bars.forEach((bar, index) => {
      if (!bar) return;
      const [ok, bad] = bar.map((count) => count * scale);
      drawn.base += box(index, HEIGHT - 1, 1, WIDTH);
      drawn.ok += box(index, HEIGHT - 1 - ok, ok);
      drawn.bad += box(index, HEIGHT - 1 - ok - bad, bad);
    });
    for (const [name, path] of Object.entries(this.paths)) path.setAttribute("d", drawn[name]);
    return peak;
  }

  #path(name) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", name);
    this.svg.append(path);
    return path;
  }
}

function box(index, top, height, width = WIDTH - 1) {
  return height ? `M${index * WIDTH} ${top.toFixed(2)}h${width}v${height.toFixed(2)}h${-width}z` : "";
}
