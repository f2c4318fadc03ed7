// How things are written for people, and how they get onto the page: as text, never as markup.

/** An element. `kids` are elements or texts; what is null or false is left out. */
export function el(tag, attributes = {}, ...kids) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...kids.flat(Infinity).filter((kid) => kid != null && kid !== false && kid !== ""));
  return element;
}

export const byId = (id) => document.getElementById(id);

let zone;

/** The operator's time zone; a browser that doesn't know it uses its own. */
export function useZone(name) {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: name });
    zone = name;
  } catch {
    zone = undefined;
  }
}

const format = (unix, options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }).format(unix);

export const day = (unix) =>
  format(unix, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
/** Without the year, where it is this one. */
export function shortDay(unix) {
  const year = (at) => format(at, { year: "numeric" });
  return year(unix) === year(Date.now()) ? format(unix, { weekday: "short", day: "numeric", month: "short" }) : day(unix);
}
export const clock = (unix) => format(unix, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const minute = (unix) => format(unix, { hour: "2-digit", minute: "2-digit" });

/** What is deleted at this moment is kept until the end of this day: the moment is the first of the next. */
export const lastDay = (unix) => day(unix - 1);

/** Milliseconds as `1:07`, or `1:02:07`. */
export function span(ms) {
  const total = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

export const millis = (ms) => (ms >= 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${ms} ms`);

/** Of `{micros, currency}`: to the millionth where it has one, and to the cent at least. */
export function money({ micros, currency }) {
  const digits = (micros / 1_000_000).toFixed(6).replace(/0{1,4}$/, "");
  return `${digits} ${currency}`;
}

/** `12 kB` */
export function bytes(count) {
  if (count < 1_000) return `${count} B`;
  return count < 1_000_000 ? `${(count / 1_000).toFixed(1)} kB` : `${(count / 1_000_000).toFixed(1)} MB`;
}

/** A word of the log as people write it. */
export const plain = (word) => String(word ?? "").replaceAll("_", " ");

export const many = (count, one, more) => `${count} ${count === 1 ? one : more}`;

/** AI Act 50(2): what AI made says so wherever it is shown. */
export function aiMark(generated, system) {
  if (!generated) return null;
  const by = system && `by ${system.name} ${system.version}, ${system.plugin}${system.model ? `, ${system.model}` : ""}`;
  return el("span", { class: "ai", title: by ?? null }, "AI-generated", by && el("span", { class: "hidden" }, ` ${by}`));
}

/** A text that ticks: how long since then. */
export const since = (unix) => el("span", { class: "num", "data-since": unix }, span(Date.now() - unix));

setInterval(() => {
  for (const element of document.querySelectorAll("[data-since]")) {
    element.textContent = span(Date.now() - Number(element.dataset.since));
  }
}, 1000);
