// The stream of what happens. Each connection begins with the whole state, and so does a stream that fell behind: whoever
// replaces what it shows by each `state` is right at any time.

import { byId } from "./words.js";

const EVENTS = ["state", "began", "answered", "words", "turn", "latency", "ended", "kept"];

/** Hands each event and its data to `take`, until the function that it gives is called. */
export function follow(url, take) {
  let source = null;

  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource(url);
    source.onopen = () => say("Live", "on");
    source.onerror = () => (source.readyState === EventSource.CLOSED ? refused() : say("Connection lost; trying again …", "off"));
    for (const name of EVENTS) source.addEventListener(name, (event) => take(name, JSON.parse(event.data)));
  };
  const close = () => {
    source?.close();
    source = null;
  };
  // A browser has six connections to one host: a tab that nobody looks at holds none, and has the state anew when it is seen.
  const look = () => (document.hidden ? close() : open());
  document.addEventListener("visibilitychange", look);
  open();

  return () => {
    document.removeEventListener("visibilitychange", look);
    close();
    say("", "");
  };
}

function refused() {
  say("Not let in any more: open the link that closare serve prints", "off");
}

function say(text, state) {
  byId("connection").textContent = text;
  byId("connection").dataset.state = state;
}
