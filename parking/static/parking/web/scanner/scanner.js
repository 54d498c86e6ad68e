// The scanner: codes from the camera, a hand scanner that types, or a thumb; each is asked about once, and the answer
// covers the screen. Only an answer that the site gave opens a gate: without one, the page says that there is none.

import { Camera } from "./camera.js";
import * as signals from "./signals.js";

const PATIENCE_MS = 8000;
const AGAIN_MS = 3000;
const AGAIN_AT_MOST_MS = 120000; // later, the car is another
const AWAY_MS = 2000; // so long a ticket must be out of the picture before it counts as shown again
const STAYS_MS = { open: 4000, stop: 12000 }; // what is to be paid stays until somebody says so

const scanner = document.querySelector("[data-scanner]");
const place = scanner.querySelector("[data-answer-place]");
const behind = scanner.querySelector("[data-behind]");
const form = scanner.querySelector("[data-scan]");
const part = (name) => scanner.querySelector(`[data-${name}]`);

let asked = null; // what waits for its answer, or got none yet: { address, body, since }
let asking = null; // stops the request that is on its way
let timer = null;
let shown = { code: null, at: 0 };

// Asking

const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

function scan(code) {
  const body = new FormData(form);
  body.set("qr_code", code);
  body.set("scan_id", newId());
  return ask({ address: form.action, body });
}

// Whether it was sent: while one question is on its way, no other goes.
function ask(question) {
  if (asking) return false;
  send(question);
  return true;
}

async function send(question) {
  const stop = new AbortController();
  asking = stop;
  asked = { since: Date.now(), ...question };
  clearTimeout(timer);
  part("busy")?.removeAttribute("hidden");
  const late = setTimeout(() => stop.abort(), PATIENCE_MS);
  let answer = null;
  try {
    answer = await answerTo(asked, stop.signal);
  } catch { /* there is none */ }
  clearTimeout(late);
  if (asking !== stop) return; // given up meanwhile: another car may stand there now
  asking = null;
  part("busy")?.setAttribute("hidden", "");
  if (answer) show(answer);
  else noAnswer();
}

async function answerTo({ address, body }, signal) {
  const response = await fetch(address, {
    method: "POST", body, headers: { "X-Answer-Part": "yes" }, redirect: "manual", cache: "no-store", signal,
  });
  const found = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-answer]");
  // Signed out, paired no more, or a form too old: the page itself says so.
  if (!found && (response.type === "opaqueredirect" || response.status === 403)) location.reload();
  return found;
}

// The same question with the same scan_id: what was answered before the network went is answered again.
function askAgain() {
  if (asked) ask(asked);
}

function noAnswer() {
  const isKnown = place.querySelector("[data-answer=none]");
  if (!isKnown) show(part("no-answer").content.cloneNode(true).firstElementChild);
  if (Date.now() - asked.since < AGAIN_AT_MOST_MS) timer = setTimeout(askAgain, AGAIN_MS);
}

// Answers

function show(answer) {
  clearTimeout(timer);
  place.replaceChildren(answer);
  cover();
}

function cover() {
  const answer = place.querySelector("[data-answer]");
  const kind = answer.dataset.answer;
  document.body.classList.add("answered");
  behind.inert = true;
  answer.focus({ preventScroll: true });
  signals.give(kind);
  if (kind !== "none") {
    asked = null;
    remember(answer, kind);
  }
  const stays = STAYS_MS[kind];
  if (stays) timer = setTimeout(next, stays);
}

function next() {
  clearTimeout(timer);
  asking?.abort();
  asked = asking = null;
  part("busy")?.setAttribute("hidden", "");
  shown.at = Date.now(); // a ticket that is still held up is not asked about again
  place.replaceChildren();
  document.body.classList.remove("answered");
  behind.inert = false;
}

function remember(answer, kind) {
  const words = [answer.querySelector("[data-answer-title]"), answer.querySelector("[data-answer-plate]")];
  part("last-text").textContent = words.filter(Boolean).map((word) => word.textContent).join(" · ");
  part("last-dot").dataset.kind = kind;
  part("last").hidden = false;
}

scanner.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-scan], [data-asks]")) return;
  event.preventDefault();
  event.stopPropagation(); // page.js would take it for sent, and let it not be sent again
  if (event.target === form) {
    const field = form.elements.qr_code;
    if (!scan(field.value)) return; // what was typed too early stays, for another press
    field.value = "";
    if (matchMedia("(pointer: coarse)").matches) field.blur(); // or the keyboard covers half of the answer
    return;
  }
  const body = new FormData(event.target);
  if (event.submitter?.name) body.set(event.submitter.name, event.submitter.value);
  ask({ address: event.target.action, body });
});

scanner.addEventListener("click", (event) => {
  if (event.target.closest("[data-next]")) {
    event.preventDefault();
    next();
  } else if (event.target.closest("[data-retry]")) askAgain();
});

// A hand scanner types, whatever has the focus: what it types is a code, and the answer before it is done with.
document.addEventListener("keydown", (event) => {
  signals.allow();
  if (event.key === "Escape" && (place.firstElementChild || asking)) next();
  const isText = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!form || !isText || asking || event.target.closest?.("input, select, textarea")) return;
  if (place.firstElementChild) next();
  form.elements.qr_code.focus();
});
document.addEventListener("pointerdown", () => signals.allow());

// The network

function tellNetwork() {
  part("offline").hidden = navigator.onLine;
  if (navigator.onLine && place.querySelector("[data-answer=none]")) askAgain();
}
window.addEventListener("online", tellNetwork);
window.addEventListener("offline", tellNetwork);

// The camera

function see(code) {
  const isSame = code === shown.code && Date.now() - shown.at < AWAY_MS;
  if (isSame || place.firstElementChild || asking) {
    if (code === shown.code) shown.at = Date.now();
    return;
  }
  shown = { code, at: Date.now() };
  scan(code);
}

const viewfinder = part("viewfinder");
const camera = new Camera({ video: part("video"), decoder: scanner.dataset.decoder, wasm: scanner.dataset.wasm, see });

let starting = null; // by itself, and by an impatient finger, at once

function startCamera() {
  starting ??= beginCamera().finally(() => { starting = null; });
}

async function beginCamera() {
  const problem = part("camera-problem");
  problem.hidden = true;
  viewfinder.setAttribute("aria-busy", "true");
  try {
    await camera.start();
  } catch (error) {
    problem.textContent = problem.dataset[error.kind] ?? problem.dataset.broken;
    problem.hidden = false;
  }
  viewfinder.removeAttribute("aria-busy");
  viewfinder.classList.toggle("viewfinder-runs", camera.runs);
  part("start").hidden = camera.runs;
  part("light").hidden = !camera.light;
}

function showSound() {
  const button = part("sound");
  button.setAttribute("aria-pressed", String(!signals.isMuted()));
  button.querySelector("[data-on]").hidden = signals.isMuted();
  button.querySelector("[data-off]").hidden = !signals.isMuted();
}

if (viewfinder) {
  viewfinder.hidden = false;
  part("start").addEventListener("click", startCamera);
  part("sound").addEventListener("click", () => {
    signals.mute(!signals.isMuted());
    showSound();
  });
  part("light").addEventListener("click", ({ currentTarget }) => {
    const on = currentTarget.getAttribute("aria-pressed") !== "true";
    camera.light(on).then(() => currentTarget.setAttribute("aria-pressed", String(on)), () => {});
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && camera.runs) camera.keepAwake();
  });
  showSound();
  // Who has allowed it once need not say so again after each car that was looked up at the desk.
  navigator.permissions?.query({ name: "camera" }).then(({ state }) => { if (state === "granted") startCamera(); }, () => {});
}
tellNetwork();
if (place.querySelector("[data-answer]")) cover();
