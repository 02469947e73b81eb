// Shows a folded run of lines in place; without this, the link shows all runs.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-unfold]");
  if (!link) return;
  event.preventDefault();
  const fold = link.closest("tbody");
  fold.nextElementSibling.hidden = false;
  fold.remove();
});
