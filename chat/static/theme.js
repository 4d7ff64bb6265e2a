/**
 * Light, dark, or as the system has it: remembered in this browser, for every page that loads this module.
 * `<html data-theme>` decides against the system (tokens.css); without it the system does.
 */
import { el } from "./dom.js";
import { findStorage } from "./keep.js";

const KEY = "pitline:theme";
export const THEMES = { system: "As the system", light: "Light", dark: "Dark" };

const storage = findStorage("localStorage", globalThis);

/** The theme that was chosen: "system", "light" or "dark". */
export function chosenTheme() {
  const kept = storage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** Choose a theme, for this page and those to come. */
export function chooseTheme(theme) {
  if (theme === "light" || theme === "dark") storage.setItem(KEY, theme);
  else storage.removeItem(KEY);
  applyTheme();
}

/** Bring the page to the theme that was chosen. */
export function applyTheme() {
  const theme = chosenTheme();
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** A small control for a menu: three buttons, of which one is pressed. Ours is told of a choice made in another tab. */
export function themeControl() {
  const buttons = Object.entries(THEMES).map(([theme, text]) => el("button", { type: "button", class: "theme", "data-theme-choice": theme, text, on: { click: () => (chooseTheme(theme), show()) } }));
  const show = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosenTheme()));
  };
  addEventListener("storage", ({ key }) => key === KEY && (applyTheme(), show()));
  show();
  return el("div", { class: "themes", role: "group", "aria-label": "Light or dark" }, buttons);
}
