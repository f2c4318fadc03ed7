// What was said, line by line; the same for a call that runs and one that was kept.

import { bar } from "./latency.js";
import { aiMark, el, span } from "./words.js";

/**
 * A turn: `at` in milliseconds since the call's begin, `speaker`, `heard` (null where the words may not be kept), `unheard`
 * (null where nobody was cut off), `ai_generated`, `ai_system`, `latency`. `seek` makes its time a button.
 */
export function turn(turn, seek) {
  const agent = turn.speaker === "agent";
  const said = el("p", { class: "said", lang: turn.language ?? null }, words(turn));
  return el(
    "li",
    { class: `line ${agent ? "agent" : "caller"}` },
    time(turn.at, seek),
    el("div", { class: "body" },
      el("p", { class: "who" }, agent ? "Agent" : "Caller", " ", aiMark(turn.ai_generated, turn.ai_system)),
      said,
      turn.latency && bar(turn.latency)),
  );
}

/** What one of both is saying: the words so far may still change. Without `words` it is only known that the agent speaks. */
export function saying({ speaker, words, ai_generated, latency }) {
  const agent = speaker === "agent";
  return el(
    "li",
    { class: `line ${agent ? "agent" : "caller"} saying` },
    el("span", { class: "at" }),
    el("div", { class: "body" },
      el("p", { class: "who" }, agent ? "Agent" : "Caller", " ", aiMark(ai_generated)),
      el("p", { class: "said" }, words ?? "speaking …"),
      latency && bar(latency)),
  );
}

/** Short, for a list. */
export function brief(line) {
  return el("p", { class: `brief ${line.speaker}` }, who(line), " ", words(line));
}

/** Of what is being said the newest words are shown. */
export function briefSaying(line) {
  const MOST = 120;
  const words = line.words.length > MOST ? `… ${line.words.slice(-MOST).replace(/^\S*\s+/, "")}` : line.words;
  return el("p", { class: `brief ${line.speaker} saying` }, who(line), " ", words);
}

function who({ speaker }) {
  return el("span", { class: "who" }, speaker === "agent" ? "Agent (AI)" : "Caller");
}

function words({ heard, unheard }) {
  if (heard == null) return el("em", { class: "gone" }, "words not kept");
  if (unheard == null) return heard;
  const cut = unheard.trim();
  const label = cut ? "cut off, not heard: " : "cut off";
  return [heard, " ", el("del", { class: "unheard", title: "cut off: the caller did not hear this" },
    el("span", { class: "hidden" }, label), cut || "…")];
}

function time(at, seek) {
  if (!seek) return el("span", { class: "at num" }, span(at));
  const button = el("button", { class: "at num", type: "button", "aria-label": `Play from ${span(at)}` }, span(at));
  button.addEventListener("click", seek);
  return button;
}
