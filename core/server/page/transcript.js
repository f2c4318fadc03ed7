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

/** The agent has begun to answer; its words come when it is done, or cut off. */
export function answering(latency) {
  return el(
    "li",
    { class: "line agent pending" },
    el("span", { class: "at" }),
    el("div", { class: "body" },
      el("p", { class: "who" }, "Agent ", aiMark(true)),
      el("p", { class: "said" }, "speaking …"),
      bar(latency)),
  );
}

/** Short, for a list. */
export function brief(line) {
  return el("p", { class: `brief ${line.speaker}` },
    el("span", { class: "who" }, line.speaker === "agent" ? "Agent (AI)" : "Caller"), " ", words(line));
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
