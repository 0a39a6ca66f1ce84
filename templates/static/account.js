// Comforts only: times as the person reads them, copying, printing and the names of time zones.
const lang = document.documentElement.lang;
const locale = navigator.languages.find((l) => l.split("-")[0] === lang) ?? lang;
for (const time of document.querySelectorAll("time")) {
  const day = time.classList.contains("day");
  time.textContent = new Intl.DateTimeFormat(locale, day ? { dateStyle: "long" } : { dateStyle: "medium", timeStyle: "short" })
    .format(new Date(time.dateTime));
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.parentElement.querySelector("[role=status]").textContent = button.dataset.copied;
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const zones of document.querySelectorAll("#zones")) {
  zones.append(...(Intl.supportedValuesOf?.("timeZone") ?? []).map((zone) => new Option(zone)));
}
