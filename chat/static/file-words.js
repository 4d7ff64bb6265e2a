/** What is said of files that are chosen and not sent yet, in English and Spanish. */
export const FILE_WORDS = {
  en: {
    remove_file: (name) => `Leave out ${name}`,
    file_type: (name) => `${name} cannot be sent: pictures (JPEG, PNG, GIF, WebP) and PDF only.`,
    file_too_large: (name) => `${name} is too large: 10 MB at most.`,
    file_empty: (name) => `${name} is empty.`,
    file_lost: (name) => `${name} is not here any more. Remove this and choose it again.`,
    file_failed: (name) => `${name} could not be sent.`,
    too_many_files: (name) => `${name} is one too many: 10 files at a time.`,
  },
  es: {
    remove_file: (name) => `Quitar ${name}`,
    file_type: (name) => `${name} no se puede enviar: solo imágenes (JPEG, PNG, GIF, WebP) y PDF.`,
    file_too_large: (name) => `${name} es demasiado grande: 10 MB como máximo.`,
    file_empty: (name) => `${name} está vacío.`,
    file_lost: (name) => `${name} ya no está aquí. Quite este mensaje y elíjalo de nuevo.`,
    file_failed: (name) => `${name} no se pudo enviar.`,
    too_many_files: (name) => `${name} ya no cabe: 10 archivos a la vez.`,
  },
};
