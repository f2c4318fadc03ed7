// One call: as it is spoken while it runs, as it was kept when it has ended.

import { ask } from "./ask.js";
import { aside, head, verdicts } from "./kept.js";
import { byTurn, overall } from "./latency.js";
import { follow } from "./live.js";
import { recordings } from "./recording.js";
import { saying, turn } from "./transcript.js";
import { byId, plain, since, useZone } from "./words.js";

const id = location.pathname.split("/").at(-1);
let stop = null;

load();

async function load() {
  const { data: call, error } = await ask(`/api/calls/${encodeURIComponent(id)}`);
  if (error) return none(error);
  useZone(call.timezone);
  if (call.live) {
    stop ??= follow(`/api/live?call=${encodeURIComponent(id)}`, take);
  } else {
    stop?.();
    stop = null;
    showKept(call);
  }
}

/** What was seen of a call while it ran stays, whatever became of it. */
function none(reason) {
  if (byId("lines").childElementCount === 0) {
    byId("title").textContent = "No such call";
    document.querySelector(".columns").hidden = true;
  }
  byId("about").textContent = reason;
}

// While it runs.

const changes = {
  state: ({ calls }) => (calls.length ? showRunning(calls[0]) : load()),
  began: showRunning,
  answered: ({ at }) => showAnswered(at),
  words: (line) => keepEnd(() => say(line)),
  turn: (line) => addLine({ event: "turn", ...line }),
  latency: (line) => addLine({ event: "latency", ...line }),
  ended: showEnded,
  kept: load,
};

function take(name, data) {
  changes[name](data);
}

/** The wait before the agent's turn that is being said. */
let waited = null;

/** What is being said, by its speaker; who began first stands first. */
const being = new Map();

function showRunning(call) {
  byId("title").textContent = `Call to ${call.agent}`;
  document.title = `Running: ${call.agent} · Closare`;
  byId("incomplete").hidden = !call.incomplete;
  byId("lines").replaceChildren();
  nothingSaid();
  call.lines.forEach(addLine);
  Object.values(call.saying).forEach(say);
  showAnswered(call.answered, call.number);
  if (call.ended) showEnded(call.ended);
  byId("lines-none").textContent = "No word yet.";
  byId("lines-none").hidden = call.lines.length > 0 || being.size > 0;
}

function showAnswered(at, number = byId("about").dataset.number) {
  const parts = [`on ${number}`, at == null ? " · ringing" : " · for ", at != null && since(at)];
  byId("about").dataset.number = number;
  byId("about").replaceChildren(...parts.filter(Boolean));
  pill(at == null ? "ringing" : "live", at == null ? "Ringing" : "Running");
}

function showEnded({ ended }) {
  nothingSaid();
  byId("about").querySelector("[data-since]")?.removeAttribute("data-since");
  pill("ended", `Ended: ${plain(ended)}`);
}

function addLine(line) {
  byId("lines-none").hidden = true;
  keepEnd(() => {
    if (line.event === "latency") {
      // It speaks; which words is told next, or at last by its turn.
      waited = line;
      nobody("agent");
      say({ speaker: "agent", ai_generated: true });
      return;
    }
    nobody(line.speaker);
    const agent = line.speaker === "agent";
    byId("lines").append(turn(agent ? { ...line, latency: waited } : line));
    if (agent) waited = null;
  });
}

/** Shows the newest words of a speaker in place of those before; none where nothing is being said after all. */
function say(line) {
  if (line.words === "") return nobody(line.speaker);
  const known = being.get(line.speaker);
  if (known) {
    known.querySelector(".said").textContent = line.words;
    return;
  }
  const item = saying({ ...line, latency: line.speaker === "agent" && waited });
  being.set(line.speaker, item);
  byId("saying").append(item);
  byId("lines-none").hidden = true;
}

function nobody(speaker) {
  being.get(speaker)?.remove();
  being.delete(speaker);
}

function nothingSaid() {
  ["agent", "caller"].forEach(nobody);
  waited = null;
}

/** Changes what is shown. Who reads its end goes on doing so. */
function keepEnd(change) {
  const atEnd = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 80;
  change();
  const last = byId("saying").lastElementChild ?? byId("lines").lastElementChild;
  if (atEnd) last?.scrollIntoView({ block: "nearest" });
}

// When it has ended.

function showKept(data) {
  const { kept } = data;
  const { call } = kept;
  const waits = byTurn(kept.latencies);
  byId("title").textContent = `Call to ${call.agent}`;
  document.title = `${call.agent} · Closare`;
  byId("incomplete").hidden = true;
  byId("about").replaceChildren(...head(call));
  byId("waits").textContent = overall([...waits.values()]) ?? "";
  pill(call.status, plain(call.end_reason ?? call.status));
  nothingSaid();
  const player = recordings(id, kept.recordings);
  byId("recording").replaceChildren(...player.elements);

  const lines = byId("lines");
  // All of it is there at once: nothing to announce line by line.
  byId("log").setAttribute("aria-live", "off");
  lines.replaceChildren(...kept.turns.map((row) => {
    const latency = row.speaker === "agent" ? waits.get(row.index) : null;
    if (latency) waits.delete(row.index);
    return turn({ ...row, at: row.started - call.started, latency }, player.seek(row.started));
  }));
  byId("lines-none").hidden = kept.turns.length > 0;
  byId("lines-none").textContent = "No words were kept of this call.";
  byId("aside").replaceChildren(...aside(data, waits));
  byId("verdicts").replaceChildren(...verdicts(kept.verdicts));
}

function pill(state, text) {
  byId("state").dataset.state = state;
  byId("state").textContent = text;
}
