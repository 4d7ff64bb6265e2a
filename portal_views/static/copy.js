// A button beside what is shown to be copied: `data-copy` names its element by id. Without JavaScript the buttons are
// hidden, and the text is there to be marked by hand; so it is where the browser lets no page copy.

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}

async function copy(button) {
  const shown = document.getElementById(button.dataset.copy);
  const told = button.parentElement.querySelector("[role=status]");
  told.textContent = ""; // so that the same words are news again
  try {
    await navigator.clipboard.writeText(shown.value ?? shown.textContent);
    told.textContent = button.dataset.copied;
  } catch {
    mark(shown);
    told.textContent = button.dataset.byHand;
  }
}

function mark(shown) {
  if (shown.select) {
    shown.focus();
    shown.select();
  } else {
    getSelection().selectAllChildren(shown);
  }
}
