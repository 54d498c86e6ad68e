// What an answer sounds and feels like, told apart without a look: rising for open, three even beats for pay, low and
// long for stop. Made by the browser itself, so that there is no file to wait for.

const SOUNDS = {
  open: { wave: "sine", notes: [[660, 0, 0.13], [990, 0.13, 0.3]] },
  pay: { wave: "triangle", notes: [[587, 0, 0.14], [587, 0.2, 0.14], [587, 0.4, 0.14]] },
  paid: { wave: "sine", notes: [[784, 0, 0.18]] },
  stop: { wave: "sawtooth", notes: [[175, 0, 0.3], [147, 0.34, 0.5]] },
  none: { wave: "square", notes: [[220, 0, 0.12], [220, 0.5, 0.12]] },
};
const VIBRATIONS = { open: [120], pay: [90, 80, 90, 80, 90], paid: [60], stop: [500, 120, 500], none: [60, 400, 60] };
const LOUD = 0.35;
const MUTED = "scanner-muted";

let audio = null;

let muted = false;
try { muted = localStorage.getItem(MUTED) === "yes"; } catch { /* it keeps nothing: then not for long */ }

export const isMuted = () => muted;
export function mute(wanted) {
  muted = wanted;
  try { localStorage.setItem(MUTED, wanted ? "yes" : "no"); } catch { /* the same */ }
}

// Browsers let a page be heard only after somebody has touched it.
export function allow() {
  if (!("AudioContext" in window)) return;
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume().catch(() => {});
}

export function give(kind) {
  if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(VIBRATIONS[kind] ?? []);
  if (audio?.state === "running" && !isMuted()) play(SOUNDS[kind]);
}

function play(sound) {
  for (const [pitch, after, length] of sound?.notes ?? []) {
    const begins = audio.currentTime + after;
    const tone = new OscillatorNode(audio, { type: sound.wave, frequency: pitch });
    const volume = new GainNode(audio, { gain: 0 });
    volume.gain.setValueAtTime(0, begins);
    volume.gain.linearRampToValueAtTime(LOUD, begins + 0.01);
    volume.gain.setValueAtTime(LOUD, begins + length - 0.04);
    volume.gain.linearRampToValueAtTime(0, begins + length); // an abrupt end clicks
    tone.connect(volume).connect(audio.destination);
    tone.start(begins);
    tone.stop(begins + length);
  }
}
