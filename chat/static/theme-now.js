/** Light or dark before anything is painted: a page loads this first, with `blocking="render"`. */
import { applyTheme } from "./theme.js";

applyTheme();
