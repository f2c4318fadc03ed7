// A WAV file of 16-bit samples, as the engine writes it.

/** `{rate, channels, samples}`; the samples interleaved. Throws where it is no such file. */
export function read(buffer) {
  const view = new DataView(buffer);
  const word = (at) => String.fromCharCode(...new Uint8Array(buffer, at, 4));
  if (view.byteLength < 12 || word(0) !== "RIFF" || word(8) !== "WAVE") throw new Error("expected a WAV file");
  let [rate, channels] = [0, 0];
  for (let at = 12; at + 8 <= view.byteLength;) {
    const [name, size] = [word(at), view.getUint32(at + 4, true)];
    const begin = at + 8;
    if (name === "fmt ") [channels, rate] = [view.getUint16(begin + 2, true), view.getUint32(begin + 4, true)];
    if (name === "data") {
      const bytes = Math.min(size, view.byteLength - begin);
      return { rate, channels, samples: new Int16Array(buffer.slice(begin, begin + bytes - (bytes % 2))) };
    }
    // Chunks begin at even places.
    at = begin + size + (size % 2);
  }
  throw new Error("expected samples");
}

/** One channel's loudest sample in each of `count` equal parts, 0 to 1. */
export function peaks({ channels, samples }, channel, count) {
  const frames = Math.floor(samples.length / channels);
  const loudest = new Float32Array(count);
  for (let frame = 0; frame < frames; frame++) {
    const part = Math.floor((frame * count) / frames);
    const level = Math.abs(samples[frame * channels + channel]) / 32_768;
    if (level > loudest[part]) loudest[part] = level;
  }
  return loudest;
}
