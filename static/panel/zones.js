// The time zone of the page: any the browser knows, chosen where it is shown.

/** Offer zones once somebody wants to choose, and show the page in the one that is chosen. */
export function prepareZones(input, list) {
  const shown = input.value;
  input.addEventListener("focus", () => {
    input.select();
    if (list.childElementCount) return;
    const names = ["UTC", ...(Intl.supportedValuesOf?.("timeZone") ?? [])];
    list.append(...names.map((name) => Object.assign(document.createElement("option"), { value: name })));
  });
  input.addEventListener("change", () => {
    if (input.value !== shown) input.form.requestSubmit();
  });
}
