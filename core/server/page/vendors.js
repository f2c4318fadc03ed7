// How much each plugin used the network, since the start.

import { bytes, el, many, millis, plain } from "./words.js";

const HEAD = ["Plugin", "Origin", "Asked", "Errors", "Sent", "Got", "First answer"];

/** A row for each plugin and origin. */
export function table(vendors) {
  const head = HEAD.map((name) => el("th", { scope: "col" }, name));
  return el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, vendors.map(row)));
}

function row(vendor) {
  const { plugin, origin, requests, sockets, retries, bytes_out, bytes_in } = vendor;
  const asked = [
    requests > 0 && many(requests, "request", "requests"),
    sockets > 0 && many(sockets, "socket", "sockets"),
    retries > 0 && many(retries, "retry", "retries"),
  ];
  return el("tr", {},
    el("th", { scope: "row", class: "agent-name" }, plugin),
    el("td", {}, origin),
    el("td", { class: "num" }, asked.filter(Boolean).join(", ")),
    el("td", { class: "num warn" }, errors(vendor)),
    el("td", { class: "num" }, bytes(bytes_out)),
    el("td", { class: "num" }, bytes(bytes_in)),
    el("td", { class: "num" }, waited(vendor)));
}

function errors({ client_errors, server_errors, failures }) {
  const named = Object.entries(failures).map(([trouble, count]) => `${count} ${plain(trouble)}`);
  return [
    client_errors > 0 && `${client_errors} of status 4xx`,
    server_errors > 0 && `${server_errors} of status 5xx`,
    ...named,
  ].filter(Boolean).join(", ");
}

function waited({ latency_ms_mean, latency_ms_max }) {
  return latency_ms_mean == null ? "" : `${millis(latency_ms_mean)}, at most ${millis(latency_ms_max)}`;
}
