// Relative or absolute times on the whole page, theme, and menus that close by themselves.
const root = document.documentElement;

function showTimes(within) {
  const absolute = root.dataset.times === "absolute";
  for (const time of within.querySelectorAll("time.when")) {
    const moment = new Date(time.dateTime);
    const utc = `${time.dateTime.slice(0, 10)} ${time.dateTime.slice(11, 19)} UTC`;
    time.title = `${utc}\n${moment.toLocaleString(undefined, { timeZoneName: "short" })}`;
    time.textContent = absolute ? utc.replace(/:\d\d UTC$/, " UTC") : time.dataset.relative;
  }
  document.querySelector("[data-toggle-times]")?.setAttribute("aria-pressed", String(absolute));
}

document.querySelector("[data-toggle-times]")?.addEventListener("click", () => {
  const absolute = root.dataset.times !== "absolute";
  if (absolute) root.dataset.times = "absolute";
  else delete root.dataset.times;
  localStorage.setItem("times", absolute ? "absolute" : "relative");
  showTimes(document);
});
document.addEventListener("htmx:afterSettle", (event) => showTimes(event.detail.elt));

const THEMES = ["", "light", "dark"];
function showTheme() {
  const word = document.querySelector("[data-theme-word]");
  if (word) word.textContent = root.dataset.bsTheme || "system";
}
document.querySelector("[data-toggle-theme]")?.addEventListener("click", () => {
  const next = THEMES[(THEMES.indexOf(root.dataset.bsTheme ?? "") + 1) % THEMES.length];
  if (next) root.dataset.bsTheme = next;
  else delete root.dataset.bsTheme;
  localStorage.setItem("theme", next);
  showTheme();
  window.say(`Theme: ${next || "system"}`);
  document.dispatchEvent(new CustomEvent("theme"));
});

// Settings that are kept for the person undo what was chosen in this browser only.
document.querySelector("[data-appearance]")?.addEventListener("submit", () => {
  localStorage.removeItem("theme");
  localStorage.removeItem("single-keys");
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

showTimes(document);
showTheme();
