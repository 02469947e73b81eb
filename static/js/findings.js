// Findings: tick with x, set a state with s, assign with a; the number of ticked rows stands in the bar.
const boxes = () => [...document.querySelectorAll('.ticking input[name="pk"]')];

function count() {
  const number = boxes().filter((box) => box.checked).length;
  for (const place of document.querySelectorAll("[data-ticked]")) place.textContent = number ? ` (${number})` : "";
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-tick-all]")) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.closest?.(".ticking")) count();
});

function bring(selector, action) {
  const choice = document.querySelector("[data-bulk-action]");
  if (choice && action && [...choice.options].some((one) => one.value === action)) choice.value = action;
  const place = document.querySelector(selector);
  place?.scrollIntoView({ block: "nearest" });
  place?.focus();
}

const KEYS_HERE = {
  x: () => {
    const box = document.querySelector('.row-here input[name="pk"]');
    if (box) box.checked = !box.checked;
    count();
  },
  a: () => bring("[data-bulk-assignee]", "assign"),
  s: () => bring("[data-bulk-action]"),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape") {
    for (const box of boxes()) box.checked = false;
    count();
  } else if (localStorage.getItem("single-keys") !== "off" && KEYS_HERE[event.key]) {
    event.preventDefault();
    KEYS_HERE[event.key]();
  }
});
