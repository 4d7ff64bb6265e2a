/** The browser's timers as plain functions: its own may not be called as somebody's method. */

/** Do `act` after `wait` milliseconds. Returns what `never` takes. */
export const later = (act, wait) => setTimeout(act, wait);

/** Do not do it after all. */
export const never = (timer) => clearTimeout(timer);
