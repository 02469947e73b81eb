// What htmx needs from us: the form token, a retry where a fragment failed, and words for screen readers.
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
});

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"])
  document.addEventListener(failure, (event) => {
    const place = event.detail.target ?? event.detail.elt;
    const status = event.detail.xhr?.status;
    if (status === 401 || status === 403) return location.reload();
    const notice = document.createElement("p");
    notice.className = "message message-error";
    notice.textContent = "This part could not be loaded. ";
    const again = document.createElement("button");
    again.type = "button";
    again.className = "btn btn-sm";
    again.textContent = "Try again";
    again.addEventListener("click", () => location.reload());
    notice.append(again);
    place.prepend(notice);
  });

window.say = (words) => {
  document.getElementById("spoken").textContent = words;
};

// A part that asks for itself again and again rests while nobody looks, and says only what is new in it.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.hasAttribute("data-poll")) event.preventDefault();
});
let lastSpoken = document.querySelector("[data-spoken]")?.dataset.spoken;
document.addEventListener("htmx:afterSettle", (event) => {
  const words = (event.detail.elt.closest("[data-spoken]") ?? document.querySelector("[data-spoken]"))?.dataset.spoken;
  if (words && words !== lastSpoken) window.say(words);
  lastSpoken = words;
});
