// The words that the page carries, with their places filled in.

const written = document.querySelector("#offline-words");
const table = written ? JSON.parse(written.textContent) : {};
const locale = document.documentElement.lang || "fr";

export function phrase(name, places = {}) {
  return (table[name] ?? "").replace(/\{(\w+)\}/g, (_whole, place) => places[place] ?? "");
}

// The sentence for one, or for many.
export function counted(name, number, places = {}) {
  return phrase(`${name}_${number === 1 ? "one" : "many"}`, { count: number, ...places });
}

export function hour(moment = new Date()) {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(new Date(moment));
}

export function moment(value) {
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(new Date(value));
}

export function day(value) {
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "long" }).format(new Date(value));
}

export function element(tag, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? "" : value);
    }
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  made.append(...children.filter(Boolean));
  return made;
}

export function button(text, kind, onClick) {
  const made = element("button", { type: "button", class: `btn-${kind}`, text });
  made.addEventListener("click", onClick);
  return made;
}
