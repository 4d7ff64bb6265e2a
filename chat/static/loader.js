/**
 * The one script tag of a shop's own site: a button that opens the chat in a frame. A classic script, so that it can find
 * its own tag; everything it shows lives in a shadow root, where the page's styles do not reach.
 *
 *   <script src="https://host/widget.js" data-shop="demo" async></script>
 *   data-lang="es": the language (else the page's); data-side="left": the corner (else right)
 *   data-color="#7a2a5e": the button's colour, on which white can be read
 *   data-in="page": on our own pages, where links of the chat open in the same tab and it stays open from page to page
 *
 * A link with `data-pitline-open` opens the chat instead of going anywhere. A page that has a way of its own to the chat
 * may hide the button: `#pitline-chat::part(button) { display: none; }`.
 */
(() => {
  const tag = document.currentScript;
  const shop = tag?.dataset.shop;
  if (!shop || window.pitlineChat) return;
  window.pitlineChat = true;

  const origin = new URL(tag.src).origin;
  const language = tag.dataset.lang || document.documentElement.lang || navigator.language || "en";
  const words = language.toLowerCase().startsWith("es")
    ? { open: "Abrir el chat", close: "Cerrar el chat", title: "Chat con el taller", unread: "sin leer" }
    : { open: "Open chat", close: "Close chat", title: "Chat with the shop", unread: "unread" };
  const isOurs = tag.dataset.in === "page";
  const side = tag.dataset.side === "left" ? "left" : "right";
  const color = /^#[0-9a-f]{6}$/i.test(tag.dataset.color ?? "") ? tag.dataset.color : "#0e5f66";

  const COVERED = "(max-width: 560px), (max-height: 460px)"; // the open chat takes the whole window

  const STYLE = `
    :host { all: initial; position: fixed; z-index: 2147483000; inset: auto; bottom: 0; ${side}: 0; }
    button { position: fixed; ${side}: 20px; bottom: calc(20px + env(safe-area-inset-bottom, 0px)); width: 60px; height: 60px;
      border: 0; border-radius: 50%; padding: 0; background: ${color}; color: #fff; cursor: pointer; display: grid; place-items: center;
      box-shadow: 0 6px 24px rgb(0 0 0 / 22%), 0 2px 6px rgb(0 0 0 / 14%); transition: transform 140ms ease-out, background 140ms ease-out; }
    button:hover { filter: brightness(0.88); transform: translateY(-2px); }
    button:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px #0b5fd0; }
    svg { width: 28px; height: 28px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
    .shut, [aria-expanded="true"] .talk { display: none; }
    [aria-expanded="true"] .shut { display: block; }
    .count { position: absolute; top: -4px; ${side === "left" ? "left" : "right"}: -4px; min-width: 22px; height: 22px; box-sizing: border-box; padding: 0 6px;
      border-radius: 11px; background: #f0a020; color: #241800; font: 700 13px/22px system-ui, sans-serif; text-align: center; }
    .count[hidden] { display: none; }
    iframe { position: fixed; ${side}: 20px; bottom: calc(96px + env(safe-area-inset-bottom, 0px)); width: 392px; height: min(640px, calc(100dvh - 120px));
      border: 0; border-radius: 16px; background: transparent; box-shadow: 0 12px 48px rgb(0 0 0 / 24%), 0 2px 8px rgb(0 0 0 / 12%); color-scheme: normal; }
    iframe[hidden] { display: none; }
    @media ${COVERED} {
      iframe { inset: 0; width: 100%; height: 100%; height: 100dvh; border-radius: 0; }
      [aria-expanded="true"] { display: none; }
    }
    @media (prefers-reduced-motion: reduce) { button { transition: none; } }
    @media print { :host { display: none; } }`;

  function build() {
    const host = document.createElement("div");
    host.id = "pitline-chat";
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const button = document.createElement("button");
    button.type = "button";
    button.part = "button";
    button.setAttribute("aria-expanded", "false");
    const count = document.createElement("span");
    count.className = "count";
    count.hidden = true;
    button.append(picture("talk", "M4.5 12a7.2 7 0 0 1 7.5-6.8 7.2 7 0 0 1 7.5 6.8 7.2 7 0 0 1-7.5 6.8 8.5 8.5 0 0 1-3-.55L5 19.5l1-3.2A6.5 6.5 0 0 1 4.5 12z", "M9 11h6", "M9 13.8h4"), picture("shut", "M6 9.5l6 6 6-6"), count);
    root.append(button);
    document.body.append(host);
    return { root, button, count };
  }

  /** From page to page of ours the chat stays open; where the browser keeps nothing, it does not. */
  function remember(isOpen) {
    try {
      if (isOurs) sessionStorage.setItem("pitline:open", isOpen ? "yes" : "");
    } catch {}
  }

  function wasOpen() {
    try {
      return sessionStorage.getItem("pitline:open") === "yes";
    } catch {
      return false;
    }
  }

  function picture(name, ...paths) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("class", name);
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    for (const d of paths) svg.appendChild(document.createElementNS(space, "path")).setAttribute("d", d);
    return svg;
  }

  function start() {
    const { root, button, count } = build();
    let frame = null;
    let opener = null;
    let isLoaded = false;
    let unread = 0;
    const isOpen = () => frame !== null && !frame.hidden;
    const say = (word) => isLoaded && frame.contentWindow?.postMessage({ pitline: word }, origin);

    function label() {
      const name = isOpen() ? words.close : words.open;
      button.setAttribute("aria-label", unread ? `${name} (${unread} ${words.unread})` : name);
      button.setAttribute("aria-expanded", String(isOpen()));
      count.hidden = !unread || isOpen();
      count.textContent = unread > 9 ? "9+" : String(unread);
    }

    function makeFrame() {
      frame = document.createElement("iframe");
      frame.title = words.title;
      frame.src = `${origin}/widget/${encodeURIComponent(shop)}?lang=${encodeURIComponent(language.slice(0, 5))}${isOurs ? "&in=page" : ""}`;
      frame.addEventListener("load", () => {
        isLoaded = true;
        say(isOpen() ? "open" : "closed");
      });
      root.append(frame);
    }

    function open() {
      opener = document.activeElement;
      show();
      frame.focus();
    }

    function show() {
      if (!frame) makeFrame();
      frame.hidden = false;
      say("open");
      label();
      remember(true);
    }

    function close() {
      if (!isOpen()) return;
      frame.hidden = true;
      say("closed");
      label();
      remember(false);
      if (opener?.hasAttribute("data-pitline-open")) opener.focus();
      else button.focus();
    }

    function openInstead(event) {
      const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
      if (!isPlain || !event.target.closest?.("[data-pitline-open]")) return;
      event.preventDefault();
      open();
    }

    button.addEventListener("click", () => (isOpen() ? close() : open()));
    addEventListener("keydown", (event) => event.key === "Escape" && close());
    addEventListener("message", (event) => {
      if (!frame || event.source !== frame.contentWindow || event.origin !== origin) return;
      if (event.data?.pitline === "close") close();
      if (event.data?.pitline === "unread") {
        unread = Number(event.data.count) || 0;
        label();
      }
    });
    addEventListener("click", openInstead);
    label();
    if (isOurs && wasOpen() && !matchMedia(COVERED).matches) show();
  }

  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
