// The list: exclude with Alt or Shift, find within a long facet, peek beside the list without losing the place.
const panel = document.getElementById("peek");

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-exclude]");
  if (!link || !(event.altKey || event.shiftKey)) return;
  event.preventDefault();
  location.href = link.dataset.exclude;
});

document.addEventListener("input", (event) => {
  const box = event.target.closest?.("[data-facet-find]");
  if (!box) return;
  const wanted = box.value.trim().toLowerCase();
  for (const entry of box.closest(".facet").querySelectorAll("li"))
    entry.hidden = !entry.textContent.toLowerCase().includes(wanted) && !entry.classList.contains("facet-on");
});

async function peek(link, remember = true) {
  const answer = await fetch(`${link.dataset.peek}${new URL(link.href).search}`, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return (location.href = link.href);
  panel.innerHTML = await answer.text();
  for (const row of document.querySelectorAll(".row-here")) row.classList.remove("row-here");
  link.closest("tr").classList.add("row-here");
  if (remember) history.pushState({ peek: true }, "", link.href);
  panel.querySelector("[data-peeked]")?.focus({ preventScroll: true });
}

function closePeek(address) {
  if (!panel?.firstElementChild) return false;
  panel.replaceChildren();
  if (address) history.pushState({}, "", address);
  document.querySelector(".row-here a[data-peek]")?.focus({ preventScroll: true });
  return true;
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const open = event.target.closest?.("a[data-peek]");
  const close = event.target.closest?.("a[data-close-peek]");
  if (open && panel) {
    event.preventDefault();
    peek(open);
  } else if (close) {
    event.preventDefault();
    closePeek(close.href);
  }
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    const close = panel?.querySelector("a[data-close-peek]");
    if (close) closePeek(close.href);
  } else if (event.key === "o" && localStorage.getItem("single-keys") !== "off") {
    document.querySelector(".row-here a[data-peek]")?.click();
  }
});

window.addEventListener("popstate", () => location.reload());
