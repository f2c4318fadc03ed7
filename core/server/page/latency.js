// How long the caller waited for an answer, and where the time went.

import { el, millis } from "./words.js";

// In their order. Hearing, thinking and speaking have a colour each, in the style.
const STAGES = [
  "notice the pause",
  "speech to text",
  "end of turn",
  "ask the model",
  "first token",
  "first clause",
  "voice",
  "onto the wire",
];

/** An unknown one comes last. */
const place = (stage) => (STAGES.includes(stage) ? STAGES.indexOf(stage) : STAGES.length);

/** What the store keeps, a row a stage, as one latency a turn: `{total, stages}` by the turn's index. */
export function byTurn(rows) {
  const turns = new Map();
  for (const { turn, stage, took } of rows) {
    const latency = turns.get(turn) ?? { total: 0, stages: [] };
    turns.set(turn, latency);
    if (stage === "total") latency.total = took;
    else latency.stages.push({ stage, took });
  }
  for (const { stages } of turns.values()) stages.sort((a, b) => place(a.stage) - place(b.stage));
  return turns;
}

/** A bar whose full length is a wait that callers take for a fault, with its stages behind it. */
export function bar(latency) {
  const FULL_MS = 2_000;
  const stages = latency.stages.filter(({ took }) => took > 0);
  const track = el("span", { class: "bar", "aria-hidden": "true" }, stages.map(segment));
  track.style.width = `${Math.max(2, Math.min(100, (latency.total / FULL_MS) * 100))}%`;
  const summary = el(
    "summary",
    {},
    el("span", { class: "num" }, millis(latency.total)),
    el("span", { class: "hidden" }, " until the answer began. Stages"),
    el("span", { class: "track" }, track),
  );
  const list = el("ol", { class: "stages" }, stages.map(({ stage, took }) =>
    el("li", { "data-stage": place(stage) }, stage, el("span", { class: "num" }, millis(took)))));
  return el("details", { class: "latency" }, summary, list);
}

function segment({ stage, took }) {
  const part = el("span", { "data-stage": place(stage), title: `${stage}: ${millis(took)}` });
  part.style.flexGrow = took;
  return part;
}

/** The middle one and the longest of several waits. */
export function overall(latencies) {
  const totals = latencies.map(({ total }) => total).sort((a, b) => a - b);
  if (totals.length === 0) return null;
  const middle = totals[Math.floor((totals.length - 1) / 2)];
  return `answered after ${millis(middle)} (median), at most ${millis(totals.at(-1))}`;
}
