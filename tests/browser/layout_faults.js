// What is wrong with the layout of the page as it stands, in words: evaluated in the page by test_widths.py.
() => {
  const faults = new Set(), main = document.querySelector("main");
  const NAMES = "td.t-user, td.t-name";
  const WHOLE = `th, ${NAMES}, .t-when, .t-began, .t-seen, .t-created, .t-outcome, .t-state, .t-role`;
  const UNSEEN = ".unseen, .unseen *, .skip";
  const word = (element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`;
  const seen = (root, selector) =>
    [...root.querySelectorAll(selector)].filter((element) => element.checkVisibility() && !element.matches(UNSEEN));
  const lies = (element, left, right) => {
    const box = element.getBoundingClientRect();
    return box.left >= left - 1 && box.right <= right + 1;
  };
  const room = (cell) => {
    const { paddingLeft, paddingRight } = getComputedStyle(cell);
    return cell.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  };

  const width = document.documentElement.scrollWidth;
  if (width > innerWidth) faults.add(`the page is ${width} wide`);
  for (const element of seen(document.body, ":not(td *, svg *, option, script, template)")) {
    if (!lies(element, 0, innerWidth)) faults.add(`${word(element)} sticks out`);
    if (element.scrollWidth <= element.clientWidth) continue;
    if (/auto|scroll/.test(getComputedStyle(element).overflowX)) faults.add(`${word(element)} scrolls sideways`);
  }
  for (const card of seen(main, ".card:has(table)")) {
    const { left, right } = card.getBoundingClientRect();
    for (const part of seen(card, "th, td")) if (!lies(part, left, right)) faults.add(`${word(part)} is beside its card`);
  }

  const ruler = Object.assign(document.createElement("span"), { textContent: "0".repeat(14) });
  ruler.style.cssText = "position: absolute; font-size: 14px";
  main.append(ruler);
  const needed = ruler.offsetWidth - 1;
  ruler.remove();
  for (const cell of seen(main, NAMES)) if (room(cell) < needed) faults.add(`a name has ${room(cell)} pixels of ${needed}`);
  for (const part of seen(main, WHOLE)) if (part.scrollWidth > part.clientWidth + 1) faults.add(`${word(part)} is cut`);
  for (const box of seen(main, "input[type=date]")) if (box.offsetWidth < 150) faults.add(`a date box is ${box.offsetWidth} wide`);
  return [...faults];
};
