// Copy buttons: click copies, Alt-click copies as a Markdown link to this page.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  event.preventDefault();
  const text = button.dataset.copy;
  const link = button.dataset.link ? new URL(button.dataset.link, location.href).href : location.href;
  await navigator.clipboard.writeText(event.altKey ? `[${text}](${link})` : text);
  button.classList.add("copied");
  window.say("Copied");
  setTimeout(() => button.classList.remove("copied"), 1200);
});
