// Security keys: a form that says what it needs asks the browser for a key's answer and sends that.
for (const form of document.querySelectorAll("form[data-security-key]")) {
  form.addEventListener("submit", async (event) => {
    const answer = form.elements.credential;
    if (answer.value) return;
    event.preventDefault();
    const fault = form.querySelector("[data-security-key-fault]");
    fault.hidden = true;
    try {
      const options = JSON.parse(document.getElementById("security-key-options").textContent);
      const given = await window.webauthnJSON[form.dataset.securityKey](options);
      answer.value = JSON.stringify(given);
      form.submit();
    } catch (refused) {
      fault.textContent = refused.name === "InvalidStateError"
        ? "This key is set up already."
        : "The browser gave no answer of a key. Try again, or take another way.";
      fault.hidden = false;
    }
  });
}
