// What staff's pages gain from JavaScript: a menu that is wider than the screen begins with where one is.

for (const item of document.querySelectorAll(".staff-menu [aria-current], .settings-menu [aria-current]")) {
  const menu = item.closest("nav");
  const [outer, inner] = [menu.getBoundingClientRect(), item.getBoundingClientRect()];
  menu.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}

// A button that copies a field is there only where a script can press it; without one, the field is there to be copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const said = button.parentElement.querySelector("[role=status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.focus();
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = button.dataset.copied;
    } catch { // not allowed, or not https: it is selected, and the keys copy it
      said.textContent = button.dataset.byHand;
    }
  });
}
