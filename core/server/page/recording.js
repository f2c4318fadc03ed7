// Listening to a call: a player, and its sound drawn above it, the caller over the agent.

import { el, many, span } from "./words.js";
import { peaks, read } from "./wav.js";

/** Bars of a waveform; wide enough for a screen, few enough to be drawn at every step of the player. */
const BARS = 480;

/** `elements` to show, and `seek`: what plays from a moment, or null where no recording holds it. */
export function recordings(id, infos) {
  const players = infos.map((info, n) => new Player(id, info, n, infos.length));
  return {
    elements: players.map((player) => player.element),
    seek: (unix) => {
      const player = players.find(({ info }) => unix >= info.started && (info.ended == null || unix < info.ended));
      return player ? () => player.play((unix - player.info.started) / 1000) : null;
    },
  };
}

class Player {
  constructor(id, info, n, count) {
    this.info = info;
    this.url = `/api/calls/${encodeURIComponent(id)}/recording.wav?n=${n}`;
    this.audio = el("audio", { controls: true, preload: "metadata", src: this.url });
    this.canvas = el("canvas", { role: "img", "aria-label": "The loudness of the caller, above, and the agent, below" });
    this.note = el("p", { class: "quiet", role: "status" }, "Reading the sound …");
    const name = count > 1 ? `Recording ${n + 1} of ${count}` : "Recording";
    const lanes = info.channels > 1 ? ["Caller", "Agent (AI)"] : [];
    this.element = el("section", { class: "part recording", "aria-label": name },
      el("div", { class: "heading" }, el("h2", {}, name),
        el("a", { href: this.url, download: count > 1 ? `${id}-${n + 1}.wav` : `${id}.wav` }, "Download WAV")),
      el("div", { class: "wave" },
        el("div", { class: "lanes", "aria-hidden": "true" }, lanes.map((lane) => el("span", {}, lane))), this.canvas),
      this.audio, this.note);
    this.watch();
    this.load();
  }

  play(seconds) {
    this.audio.currentTime = seconds;
    // Paused before it began: nothing to tell.
    this.audio.play().catch(() => {});
  }

  watch() {
    const draw = () => this.draw();
    new ResizeObserver(draw).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    for (const event of ["timeupdate", "seeked"]) this.audio.addEventListener(event, draw);
    // The player below does the same by keys.
    this.canvas.addEventListener("click", (event) => {
      if (!this.seconds) return;
      const { left, width } = this.canvas.getBoundingClientRect();
      this.play(((event.clientX - left) / width) * this.seconds);
    });
  }

  async load() {
    try {
      const answer = await fetch(this.url);
      if (!answer.ok) throw new Error((await answer.json()).error);
      const wav = read(await answer.arrayBuffer());
      this.seconds = wav.samples.length / wav.channels / wav.rate;
      this.lanes = Array.from({ length: wav.channels }, (_, channel) => peaks(wav, channel, BARS));
      this.note.replaceChildren(...about(this.info, this.seconds));
      this.draw();
    } catch (error) {
      this.note.textContent = `The sound can't be shown: ${error.message}`;
    }
  }

  draw() {
    const { width, height } = this.canvas.getBoundingClientRect();
    if (!this.lanes || width === 0) return;
    const dots = devicePixelRatio || 1;
    this.canvas.width = Math.round(width * dots);
    this.canvas.height = Math.round(height * dots);
    const pen = this.canvas.getContext("2d");
    pen.scale(dots, dots);
    const colours = getComputedStyle(this.canvas);
    const played = this.audio.currentTime / this.seconds;
    this.lanes.forEach((loudness, lane) => {
      const [tall, step] = [height / this.lanes.length, width / loudness.length];
      pen.fillStyle = colours.getPropertyValue(lane === 0 ? "--caller" : "--agent");
      loudness.forEach((level, n) => {
        const bar = Math.max(1, Math.sqrt(level) * (tall - 6));
        pen.globalAlpha = n / loudness.length < played ? 1 : 0.55;
        pen.fillRect(n * step, lane * tall + (tall - bar) / 2, Math.max(1, step - 0.75), bar);
      });
    });
    pen.globalAlpha = 1;
    if (played > 0) {
      pen.fillStyle = colours.getPropertyValue("--text");
      pen.fillRect(Math.min(width - 1, played * width), 0, 1, height);
    }
  }
}

function about(info, seconds) {
  const parts = [span(seconds * 1000), many(info.channels, "channel", "channels"), info.marks.comment,
    !info.complete && "cut short", "sealed on disk"];
  return [parts.filter(Boolean).join(" · ")];
}
