// All calls: those that run, as they are spoken, and the last that were kept.

import { ask } from "./ask.js";
import { follow } from "./live.js";
import { brief, briefSaying } from "./transcript.js";
import { table } from "./vendors.js";
import { byId, day, el, many, minute, plain, shortDay, since, span, useZone } from "./words.js";

const LINES = 2;

/** Running calls by id: `{call, card}`. */
const running = new Map();

const changes = {
  state: ({ calls }) => {
    running.clear();
    byId("running").replaceChildren();
    calls.forEach(add);
    readKept();
  },
  began: add,
  answered: ({ call, at }) => update(call, (known) => (known.answered = at)),
  words: (line) => update(line.call, (known) => {
    if (line.words) known.saying[line.speaker] = line;
    else delete known.saying[line.speaker];
  }),
  turn: (line) => update(line.call, (known) => {
    delete known.saying[line.speaker];
    known.lines.push({ event: "turn", ...line });
  }),
  latency: () => {},
  ended: (ended) => update(ended.call, (known) => {
    known.saying = {};
    known.ended = ended;
  }),
  kept: ({ call }) => {
    running.get(call)?.card.remove();
    running.delete(call);
    count();
    readKept();
  },
};

follow("/api/live", (name, data) => changes[name](data));

function add(call) {
  running.get(call.id)?.card.remove();
  const card = el("li", { class: "card" });
  running.set(call.id, { call, card });
  byId("running").prepend(card);
  show(call.id);
  count();
}

function update(id, change) {
  const known = running.get(id);
  if (!known) return;
  change(known.call);
  show(id);
}

function show(id) {
  const { call, card } = running.get(id);
  const turns = call.lines.filter((line) => line.event === "turn").map(brief);
  const talk = [...turns, ...Object.values(call.saying).map(briefSaying)].slice(-LINES);
  const link = card.querySelector("a") ?? el("a", { href: `/calls/${id}` });
  const focused = document.activeElement === link;
  link.replaceChildren(el("span", { class: "agent-name" }, call.agent), " ", el("span", { class: "quiet num" }, call.number));
  card.dataset.state = call.ended ? "ended" : call.answered ? "live" : "ringing";
  card.replaceChildren(
    el("div", { class: "card-head" },
      el("h2", {}, link),
      el("p", { class: "card-state" }, state(call))),
    el("div", { class: "card-talk" },
      talk.length ? talk : el("p", { class: "quiet" }, "No word yet.")),
  );
  if (focused) link.focus();
}

function state(call) {
  if (call.ended) return plain(call.ended.ended);
  return call.answered ? since(call.answered) : "ringing";
}

function count() {
  byId("running-count").textContent = running.size ? many(running.size, "call", "calls") : "";
  byId("running-none").hidden = running.size > 0;
}

let asked = 0;

async function readKept() {
  count();
  const ours = ++asked;
  const { data, error } = await ask("/api/calls");
  // A later question's answer may be here already.
  if (ours !== asked) return;
  byId("kept-error").textContent = error ?? "";
  if (error) return;
  const { kept, timezone, vendors } = data;
  useZone(timezone);
  byId("kept-none").hidden = kept.length > 0;
  byId("vendors").hidden = vendors.length === 0;
  byId("vendors-table").replaceChildren(table(vendors));
  byId("kept").replaceChildren(...kept.filter(({ id }) => !running.has(id)).map(row));
}

function row(call) {
  const about = [...new Set([plain(call.intent), plain(call.route)])].filter(Boolean).join(" → ");
  const lasted = call.answered != null && call.ended != null ? span(call.ended - call.answered) : "–";
  return el("li", {}, el("a", { href: `/calls/${call.id}` },
    el("time", { datetime: new Date(call.started).toISOString(), title: day(call.started) },
      el("span", { class: "num" }, minute(call.started)), " ", el("span", { class: "quiet" }, shortDay(call.started))),
    el("span", { class: "kept-who" },
      el("span", { class: "agent-name" }, call.agent), " ",
      el("span", { class: "quiet num" }, call.from ?? "number withheld or not kept")),
    el("span", { class: "kept-about" }, about),
    el("span", { class: "kept-end" }, plain(call.end_reason ?? call.status), " ", el("span", { class: "num quiet" }, lasted))));
}
