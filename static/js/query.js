// The query box: completions while typing, and a wrong query told in place, with the earlier results kept but dimmed.
const form = document.querySelector("form[data-query]");
const box = form?.querySelector('input[name="q"]');

function completions(input) {
  const list = document.createElement("ul");
  Object.assign(list, { id: "completions", className: "completions", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Completions");
  input.parentElement.append(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": "completions", "aria-autocomplete": "list" }))
    input.setAttribute(name, value);
  return list;
}

const list = box && completions(box);
let entries = [];
let at = -1;
let asked = 0;

function close() {
  list.hidden = true;
  at = -1;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

function mark(place) {
  at = place;
  [...list.children].forEach((entry, i) => entry.setAttribute("aria-selected", String(i === at)));
  if (at < 0) return box.removeAttribute("aria-activedescendant");
  box.setAttribute("aria-activedescendant", list.children[at].id);
  list.children[at].scrollIntoView({ block: "nearest" });
}

function show(found) {
  entries = found;
  list.replaceChildren(
    ...found.map((entry, i) => {
      const line = document.createElement("li");
      const [text, note] = [document.createElement("code"), document.createElement("span")];
      Object.assign(line, { id: `completion-${i}` });
      line.setAttribute("role", "option");
      text.textContent = entry.text;
      note.textContent = entry.note;
      line.append(text, note);
      line.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take(i);
      });
      return line;
    }),
  );
  list.hidden = !found.length;
  box.setAttribute("aria-expanded", String(!list.hidden));
  mark(-1);
}

function take(place) {
  const { text, start, end } = entries[place];
  const open = /[:.]$/.test(text);
  box.value = `${box.value.slice(0, start)}${text}${open ? "" : " "}${box.value.slice(end).trimStart()}`;
  const cursor = start + text.length + (open ? 0 : 1);
  box.setSelectionRange(cursor, cursor);
  close();
  if (open) suggest();
}

async function suggest() {
  const mine = (asked += 1);
  await new Promise((later) => setTimeout(later, 120));
  if (mine !== asked) return;
  const query = new URLSearchParams({ q: box.value, at: box.selectionStart });
  const answer = await fetch(`${form.dataset.suggest}?${query}`, { headers: { Accept: "application/json" } });
  if (mine !== asked || !answer.ok || document.activeElement !== box) return;
  show((await answer.json()).entries);
}

function fault(told) {
  asked += 1;
  close();
  const place = document.getElementById("fault");
  const wrong = document.createElement("mark");
  const [text, words] = [document.createElement("code"), document.createElement("span")];
  wrong.textContent = box.value.slice(told.start, told.end) || " ";
  text.append(box.value.slice(0, told.start), wrong, box.value.slice(told.end));
  words.textContent = ` ${told.message}`;
  place.replaceChildren(text, words);
  place.hidden = false;
  box.setAttribute("aria-invalid", "true");
  box.setAttribute("aria-describedby", "fault");
  box.setSelectionRange(told.start, told.end);
  document.getElementById("found")?.classList.add("dimmed");
}

if (box) {
  box.addEventListener("input", suggest);
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (list.hidden) {
      if (event.key === "ArrowDown") suggest();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) mark(Math.max(-1, Math.min(at + step, entries.length - 1)));
    else if (event.key === "Escape") {
      close();
      event.stopPropagation();
    } else if ((event.key === "Enter" || event.key === "Tab") && at >= 0) take(at);
    else return;
    event.preventDefault();
  });
  form.addEventListener("submit", async (event) => {
    if (event.submitter === null && at >= 0) return event.preventDefault();
    event.preventDefault();
    const answer = await fetch(`${form.dataset.check}${form.dataset.check.includes("?") ? "&" : "?"}${new URLSearchParams({ q: box.value })}`).catch(() => null);
    const told = answer?.ok ? await answer.json() : {};
    if (told.message) fault(told);
    else form.submit();
  });
}
