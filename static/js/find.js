// Shows only the settings that contain what is typed, and the sections that have one.
const box = document.querySelector("[data-find-box]");
const count = document.querySelector("[data-find-count]");

function find() {
  const wanted = box.value.trim().toLowerCase();
  let shown = 0;
  for (const group of document.querySelectorAll("[data-find-group]")) {
    let any = false;
    for (const row of group.querySelectorAll("dl > [data-find]")) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      if (!row.hidden) any = true;
      for (const inner of row.querySelectorAll("tr[data-find]")) {
        inner.hidden = !inner.textContent.toLowerCase().includes(wanted);
        if (!inner.hidden) shown += 1;
      }
      if (!row.hidden && !row.querySelector("tr[data-find]")) shown += 1;
    }
    group.hidden = Boolean(wanted) && !any;
  }
  count.textContent = wanted ? `${shown} of them` : "";
}

box?.addEventListener("input", find);
