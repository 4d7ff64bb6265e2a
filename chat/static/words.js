/** What the chat says to a client, in English and Spanish. */
import { CARE_WORDS } from "./care-words.js";

const WORDS = {
  en: {
    locale: "en-US",
    close: "Close chat",
    messages: "Messages",
    write: "Write a message",
    send: "Send",
    open: "Open now",
    closed: "Closed",
    opens: (when) => `Closed · opens ${when}`,
    call: (phone) => `Call ${phone}`,
    you: "You",
    assistant: "assistant",
    today: "Today",
    yesterday: "Yesterday",
    earlier: "Show earlier messages",
    sending: "Sending…",
    sent: "Sent",
    seen: "Seen",
    failed: "Not sent",
    retry: "Try again",
    remove: "Remove",
    typing: (name) => `${name} is typing…`,
    connecting: "Connecting…",
    offline: "You are offline. What you write is kept and sent later.",
    reconnecting: "Connection lost. Reconnecting…",
    unavailable: "The chat cannot be reached right now.",
    unknown_shop: "This chat is not available.",
    too_long: (length, most) => `Too long: ${length} of ${most} characters.`,
    welcome: (shop) => `Welcome to ${shop}`,
    welcome_text: "Ask about your car, your balance or a visit. The shop’s assistant answers at once, and people are one step away.",
    by_sms: "by text",
    by_email: "by e-mail",
    waiting: "A person from the shop will write here.",
    new_below: "New message",
    with_person: (name) => `${name} is with you`,
    choices: "Quick replies",
    attachment: "File",
    not_delivered: "Not delivered",
    starters: { "/opening_hours": "Opening hours", "/book_appointment": "Book a visit", "/work_order_status": "Is my car ready?", "/ask_balance": "What do I owe?" },
  },
  es: {
    locale: "es-US",
    close: "Cerrar el chat",
    messages: "Mensajes",
    write: "Escriba un mensaje",
    send: "Enviar",
    open: "Abierto ahora",
    closed: "Cerrado",
    opens: (when) => `Cerrado · abre ${when}`,
    call: (phone) => `Llamar al ${phone}`,
    you: "Usted",
    assistant: "asistente",
    today: "Hoy",
    yesterday: "Ayer",
    earlier: "Ver mensajes anteriores",
    sending: "Enviando…",
    sent: "Enviado",
    seen: "Visto",
    failed: "No enviado",
    retry: "Reintentar",
    remove: "Quitar",
    typing: (name) => `${name} está escribiendo…`,
    connecting: "Conectando…",
    offline: "Sin conexión. Lo que escriba se guarda y se envía después.",
    reconnecting: "Se perdió la conexión. Reconectando…",
    unavailable: "No se puede acceder al chat en este momento.",
    unknown_shop: "Este chat no está disponible.",
    too_long: (length, most) => `Demasiado largo: ${length} de ${most} caracteres.`,
    welcome: (shop) => `Le damos la bienvenida a ${shop}`,
    welcome_text: "Pregunte por su auto, su saldo o una cita. El asistente del taller responde al momento, y las personas están a un paso.",
    by_sms: "por SMS",
    by_email: "por correo",
    waiting: "Una persona del taller le escribirá aquí.",
    new_below: "Mensaje nuevo",
    with_person: (name) => `${name} le atiende`,
    choices: "Respuestas rápidas",
    attachment: "Archivo",
    not_delivered: "No entregado",
    starters: { "/opening_hours": "Horario", "/book_appointment": "Reservar una cita", "/work_order_status": "¿Está listo mi auto?", "/ask_balance": "¿Cuánto debo?" },
  },
};

/** The language to speak: the first of `wanted` that we have, else English. Tags as browsers give them ("es-MX"). */
export function chooseLanguage(...wanted) {
  const known = wanted.filter(Boolean).map((tag) => String(tag).slice(0, 2).toLowerCase());
  return known.find((tag) => tag in WORDS) ?? "en";
}

/** The words of a language, those around the thread too. */
export function wordsOf(language) {
  const known = language in WORDS ? language : "en";
  return { ...WORDS[known], ...CARE_WORDS[known] };
}

/** Every language and its words: for the test that both say the same things. */
export const ALL_WORDS = { en: wordsOf("en"), es: wordsOf("es") };
