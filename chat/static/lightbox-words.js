/** What is said around a picture that is shown over the page, in English and Spanish. */

/** Whose it is and since when; of a visitor there is no name. */
function fromText(locale, name, at, timeZone) {
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone }).format(at);
  return name ? `${name} · ${moment}` : moment;
}

export const LIGHTBOX_WORDS = {
  en: {
    title: "Pictures",
    picture: (name) => `Picture ${name}`,
    count: (at, of) => `${at} of ${of}`,
    from: (name, at, zone) => fromText("en-US", name, at, zone),
    before: "Picture before",
    after: "Next picture",
    whole: "Open in a new tab",
    save: "Download",
    leave: "Close",
    broken: "This picture could not be loaded. Reload the page and try again.",
  },
  es: {
    title: "Imágenes",
    picture: (name) => `Imagen ${name}`,
    count: (at, of) => `${at} de ${of}`,
    from: (name, at, zone) => fromText("es-US", name, at, zone),
    before: "Imagen anterior",
    after: "Imagen siguiente",
    whole: "Abrir en otra pestaña",
    save: "Descargar",
    leave: "Cerrar",
    broken: "No se pudo cargar esta imagen. Vuelva a cargar la página e inténtelo de nuevo.",
  },
};
