// Findings: open with o, tick with x, set a state with s, assign with a, to me with m; the bar says how many are ticked.
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

// Those ticked, else the row one stands on; on the page of a finding that one.
function mine() {
  const name = document.querySelector("[data-bulk-assignee]");
  if (!name) return;
  const here = document.querySelector('.row-here input[name="pk"]');
  if (boxes().length && !boxes().some((box) => box.checked)) {
    if (!here) return;
    here.checked = true;
    count();
  }
  bring("[data-bulk-assignee]", "assign");
  name.value = "me";
  const form = name.form;
  form.requestSubmit(form.querySelector('button[value="assign"]') ?? form.querySelector('button[type="submit"]:not([name])'));
}

const KEYS_HERE = {
  o: () => document.querySelector(".row-here a[href]")?.click(),
  m: mine,
  x: () => {
    const box = document.querySelector('.row-here input[name="pk"]');
    if (box) box.checked = !box.checked;
    count();
  },
  a: () => bring("[data-bulk-assignee]", "assign"),
  s: () => bring("[data-bulk-action]"),
};

const singleKeysOn = () => (localStorage.getItem("single-keys") ?? document.documentElement.dataset.singleKeys) !== "off";

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape") {
    for (const box of boxes()) box.checked = false;
    count();
  } else if (singleKeysOn() && KEYS_HERE[event.key]) {
    event.preventDefault();
    KEYS_HERE[event.key]();
  }
});
