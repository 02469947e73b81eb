// Keyboard shortcuts; never while typing, and the single-letter ones can be turned off.
const sheet = document.getElementById("keys");
const switchBox = sheet?.querySelector("[data-single-keys]");
let going = false;

// What was chosen in this browser goes before what the settings say.
const singleKeys = () => (localStorage.getItem("single-keys") ?? document.documentElement.dataset.singleKeys) !== "off";
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");
const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent);

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("row-here"));
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  all[at]?.classList.remove("row-here");
  next.classList.add("row-here");
  (next.querySelector("a[href]") ?? next).focus();
  next.scrollIntoView({ block: "nearest" });
}

const press = (selector) => document.querySelector(selector)?.click();
const KEYS = {
  "?": () => sheet?.showModal(),
  j: () => step(1),
  k: () => step(-1),
  y: () => press(".row-here [data-copy], .pagehead [data-copy]"),
  "[": () => press("[data-earlier]"),
  "]": () => press("[data-later]"),
};

function go(key) {
  going = false;
  press(`[data-go="${CSS.escape(key)}"]`);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
    if (typing(event.target)) event.target.blur();
    return;
  }
  if (typing(event.target) || !singleKeys()) return;
  if (event.key === "/") {
    const box = document.querySelector('main [data-key="/"]') ?? document.querySelector('[data-key="/"]');
    box?.focus();
    box?.select?.();
  } else if (going) go(event.key);
  else if (event.key === "g") {
    going = true;
    setTimeout(() => (going = false), 1000);
    return;
  } else if (KEYS[event.key]) KEYS[event.key]();
  else return;
  event.preventDefault();
});

if (switchBox) {
  switchBox.checked = singleKeys();
  switchBox.addEventListener("change", () => localStorage.setItem("single-keys", switchBox.checked ? "on" : "off"));
}
for (const button of document.querySelectorAll("[data-open-keys]")) button.addEventListener("click", () => sheet?.showModal());
