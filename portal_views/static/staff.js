// What staff's pages gain from JavaScript: buttons that copy, and a menu that is wider than the screen begins with where
// one is.
import "./copy.js";

for (const item of document.querySelectorAll(".staff-menu [aria-current], .settings-menu [aria-current]")) {
  const menu = item.closest("nav");
  const [outer, inner] = [menu.getBoundingClientRect(), item.getBoundingClientRect()];
  menu.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}
