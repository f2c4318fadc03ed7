// What vendors counted of a call, what it cost, and what they call its requests.

import { el, money, plain } from "./words.js";

/** Nothing where no vendor took part. */
export function usage(rows) {
  if (rows.length === 0) return null;
  const facts = rows.map(({ role, plugin, model, unit, amount, cost }) => [
    el("dt", { title: role.replaceAll("-", " ") }, model ? `${plugin} ${model}` : plugin),
    el("dd", {}, counted(unit, amount), cost && [", ", el("span", { class: "num" }, money(cost))]),
  ]);
  const sums = new Map();
  for (const { cost } of rows) if (cost) sums.set(cost.currency, (sums.get(cost.currency) ?? 0) + cost.micros);
  const sum = [...sums].map(([currency, micros]) => money({ currency, micros })).join(", ");
  const total = sum && [el("dt", {}, "In all"), el("dd", {}, el("strong", { class: "num" }, sum))];
  const title = sum ? "What it cost" : "What vendors counted";
  return el("section", { class: "part usage" }, el("h2", {}, title), el("dl", { class: "facts" }, facts, total));
}

/** For a vendor's support, and for an erasure there. Nothing where the words are gone: an id goes with them. */
export function requests(all) {
  if (all.length === 0) return null;
  const plugins = new Map();
  for (const { plugin, id } of all) plugins.set(plugin, [...(plugins.get(plugin) ?? []), id]);
  const lists = [...plugins].map(([plugin, ids]) => [
    el("dt", {}, plugin),
    el("dd", {}, ids.map((id) => el("div", {}, el("code", {}, id)))),
  ]);
  return el("details", { class: "part requests" },
    el("summary", {}, el("h2", {}, "What vendors call its requests")),
    el("dl", { class: "facts" }, lists));
}

function counted(unit, amount) {
  if (unit === "audio_ms") return `${(Math.floor(amount / 100) / 10).toFixed(1)} s of audio`;
  if (unit === "requests" && amount === 1) return "1 request";
  return `${amount} ${plain(unit)}`;
}
