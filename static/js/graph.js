// The graph: a click looks closer, a double click or Enter follows the link, arrow keys walk, Esc closes, PNG is drawn.
const svg = document.querySelector("[data-graph] .g-svg");
const panel = document.getElementById("peek");
const nodes = [...(svg?.querySelectorAll("a[data-node]") ?? [])];
const place = (node) => node.querySelector(".g-box:last-of-type").getBBox();

const edgesOf = (key) =>
  [...svg.querySelectorAll(".g-edge")].filter((edge) => edge.dataset.from === key || edge.dataset.to === key);
const beside = (key) => new Set([key, ...edgesOf(key).flatMap((edge) => [edge.dataset.from, edge.dataset.to])]);

function look(node) {
  const told = document.querySelector(`template[data-peek-of="${CSS.escape(node.dataset.node)}"]`);
  if (!told || !panel) return;
  panel.replaceChildren(told.content.cloneNode(true));
  history.replaceState({}, "", node.dataset.peekAddress);
  panel.querySelector("[data-peeked]")?.focus({ preventScroll: true });
  panel.dataset.node = node.dataset.node;
}

function close(address) {
  if (!panel?.firstElementChild) return;
  panel.replaceChildren();
  history.replaceState({}, "", address);
  nodes.find((node) => node.dataset.node === panel.dataset.node)?.focus({ preventScroll: true });
}

svg?.addEventListener("click", (event) => {
  const node = event.target.closest("a[data-node]");
  // A click made by Enter has no place: it follows the link.
  if (!node || event.detail === 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (node.classList.contains("g-group")) location.href = node.getAttribute("href");
  else look(node);
});

svg?.addEventListener("dblclick", (event) => {
  const node = event.target.closest("a[data-node]");
  if (node) location.href = node.getAttribute("href");
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-close-peek]");
  if (!link) return;
  event.preventDefault();
  close(link.href);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const link = panel?.querySelector("a[data-close-peek]");
    if (link) close(link.href);
    return;
  }
  const node = document.activeElement?.closest?.("a[data-node]");
  const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
  if (!node || (!x && !y) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  next(node, x, y)?.focus();
});

// Sideways to the nearest thing connected, up and down within the column.
function next(node, x, y) {
  const here = place(node);
  const near = beside(node.dataset.node);
  const found = nodes.filter((other) => {
    const there = place(other);
    if (other === node) return false;
    if (y) return there.x === here.x && Math.sign(there.y - here.y) === y;
    return Math.sign(there.x - here.x) === x && near.has(other.dataset.node);
  });
  const far = (other) => Math.abs(place(other).y - here.y) + Math.abs(place(other).x - here.x) / 10;
  return found.sort((one, other) => far(one) - far(other))[0];
}

// What is connected stands out while a node has the pointer or the focus.
function follow(node) {
  svg.classList.toggle("g-following", Boolean(node));
  for (const one of svg.querySelectorAll(".g-near")) one.classList.remove("g-near");
  if (!node) return;
  const keys = beside(node.dataset.node);
  for (const edge of edgesOf(node.dataset.node)) edge.classList.add("g-near");
  for (const one of nodes) if (keys.has(one.dataset.node)) one.classList.add("g-near");
}
for (const node of nodes) {
  node.addEventListener("pointerenter", () => follow(node));
  node.addEventListener("pointerleave", () => follow(null));
  node.addEventListener("focus", () => node.matches(":focus-visible") && follow(node));
  node.addEventListener("blur", () => follow(null));
}

document.querySelector("[data-png]")?.addEventListener("click", (event) => {
  const { png, name, width, height } = event.currentTarget.dataset;
  const picture = new Image();
  picture.addEventListener("load", () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [2 * width, 2 * height];
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const link = document.createElement("a");
    link.download = name;
    link.href = canvas.toDataURL("image/png");
    link.click();
    window.say?.("PNG saved");
  });
  picture.addEventListener("error", () => window.say?.("The picture could not be drawn"));
  const address = new URL(png, location.href);
  address.searchParams.set("inline", "1");
  picture.src = address;
});
