/** The link of a message that leads back to a visitor's chat: `#v=` and a token, which no server's log ever sees. */

const LINK = /^#v=([A-Za-z0-9_-]{32})$/;

/** The token, taken out of the address; null where there is none. */
export function takeLink(location, history) {
  const [, token = null] = LINK.exec(location.hash) ?? [];
  if (token) history.replaceState(null, "", location.pathname + location.search);
  return token;
}
