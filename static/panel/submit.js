// A form that begins something is sent once: its button is inert after the first submit, until the page is shown again.
const submitted = new WeakSet();

addEventListener("submit", (event) => {
  if (!event.target.matches("[data-once]")) return;
  if (submitted.has(event.target)) return event.preventDefault();
  submitted.add(event.target);
  for (const button of event.target.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});

addEventListener("pageshow", () => {
  for (const form of document.forms) {
    submitted.delete(form);
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
});
