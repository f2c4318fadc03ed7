// What was kept of a call beside its words and its sound: who, what came of it, consents, dates, verdicts.

import { bar } from "./latency.js";
import { requests, usage } from "./usage.js";
import { aiMark, clock, day, el, lastDay, many, plain, span } from "./words.js";

/** The line below the title. */
export function head(call) {
  const parts = [
    `from ${call.from ?? "a number that was withheld or not kept"}`,
    `to ${call.to}`,
    `${day(call.started)}, ${clock(call.started)}`,
    call.answered != null && call.ended != null && span(call.ended - call.answered),
  ];
  return [parts.filter(Boolean).join(" · ")];
}

/** The sections beside the talk. `waits` are latencies whose turn has no words. */
export function aside({ kept, dates, requests: named }, waits) {
  return [
    outcome(kept), consents(kept.consents), alone(waits), until(dates, kept), took(kept), usage(kept.usage), requests(named),
  ].filter(Boolean);
}

function section(title, ...kids) {
  return el("section", { class: "part" }, el("h2", {}, title), ...kids);
}

function outcome({ call, extraction, summary }) {
  const facts = [
    call.route && ["Route", plain(call.route)],
    extraction && ["Intent", intent(extraction)],
    ...Object.entries(extraction?.fields ?? {}).map(([name, value]) => [plain(name), text(value)]),
  ].filter(Boolean);
  if (facts.length === 0 && !summary) return section("What came of it", el("p", { class: "empty" }, "Nothing was kept."));
  return section(
    "What came of it",
    summary && el("blockquote", { class: "summary", lang: summary.language },
      el("p", {}, summary.text), el("p", {}, aiMark(summary.ai_generated, summary.ai_system))),
    facts.length > 0 && list(facts),
    extraction && el("p", { class: "mark" }, aiMark(extraction.ai_generated, extraction.ai_system)),
  );
}

function intent({ intent, confidence }) {
  const sure = confidence == null ? "" : ` (${Math.round(confidence * 100)} % sure)`;
  return `${plain(intent ?? "none")}${sure}`;
}

function text(value) {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function list(facts) {
  return el("dl", { class: "facts" }, facts.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function consents(consents) {
  if (consents.length === 0) return null;
  return section("Consent", el("ul", { class: "consents" }, consents.map((consent) => el("li", {},
    el("p", {}, el("strong", {}, plain(consent.purpose)), " ",
      el("span", { class: "answer", "data-answer": consent.answer },
        consent.answer, consent.means && ` by ${consent.means}`)),
    el("p", { class: "quiet" }, `asked at ${clock(consent.asked)}: `, el("q", { lang: consent.language }, consent.wording)),
    consent.played == null && el("p", { class: "warn" }, "The question was not played to its end.")))));
}

function alone(waits) {
  if (waits.size === 0) return null;
  return section("Answers", el("ol", { class: "waits" }, [...waits.values()].map((wait) => el("li", {}, bar(wait)))));
}

function until(dates, { recordings }) {
  if (!dates) return null;
  const kinds = [["audio", "Recording"], ["transcript", "Words"], ["field", "Fields"], ["summary", "Summary"]];
  const of = (kind) => lastDay(dates.sooner[kind] ?? dates.call);
  return section(
    "Kept until the end of",
    list([
      ...kinds.filter(([kind]) => kind !== "audio" || recordings.length > 0).map(([kind, name]) => [name, of(kind)]),
      ["Consents", lastDay(dates.consent)],
      ["All else", lastDay(dates.call)],
    ]),
  );
}

function took({ plugins, call }) {
  const roles = plugins.map(({ role, plugin, version, sha256 }) =>
    [plain(role.replaceAll("-", " ")), el("span", { title: `SHA-256 ${sha256}` }, `${plugin} ${version}`)]);
  const version = el("span", { title: `SHA-256 ${call.workflow_version}` },
    `${call.workflow}, version ${call.workflow_version.slice(0, 12)}`);
  return section("Who took part", list([["workflow", version], ["language", call.language], ...roles]));
}

/** Each sink and kind asks for itself, and again at every change: what was answered alike at one moment is one row. */
export function verdicts(verdicts) {
  if (verdicts.length === 0) return [];
  const alike = (verdict) => JSON.stringify([verdict.at, verdict.point, verdict.result, verdict.reason, verdict.layer]);
  const rows = [];
  for (const verdict of verdicts) {
    const last = rows.at(-1);
    if (last && alike(last.verdict) === alike(verdict)) last.times += 1;
    else rows.push({ verdict, times: 1 });
  }
  const denied = verdicts.filter(({ result }) => result === "deny").length;
  const count = `${many(verdicts.length, "verdict", "verdicts")}${denied ? `, ${denied} of them a deny` : ""}`;
  const head = ["At", "Point", "Result", "Reason", "Layer", "Asked"].map((name) => el("th", { scope: "col" }, name));
  const table = el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows.map(row)));
  return [el("details", { class: "part verdicts" },
    el("summary", {}, el("h2", {}, "What the policies said"), el("span", { class: "quiet" }, count)),
    el("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": "Verdicts" }, table))];
}

function row({ verdict, times }) {
  return el("tr", {},
    el("td", { class: "num" }, span(verdict.at)),
    el("td", {}, verdict.point),
    el("td", {}, el("span", { class: "answer", "data-answer": verdict.result }, verdict.result)),
    el("td", {}, plain(verdict.reason)),
    el("td", {}, verdict.layer),
    el("td", { class: "num" }, times === 1 ? "once" : `${times} times`));
}
