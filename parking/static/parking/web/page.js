// What every page shares: live regions that poll, countdowns, and forms that are sent once. Pages work without it.

document.documentElement.classList.add("scripted");
const locale = document.documentElement.lang;
const SOON_SECONDS = 5;

// Live regions: `data-live` is the seconds between two looks. None while nobody looks at the tab.

const etags = new WeakMap();
const seen = new WeakMap(); // when a region was last known to be right

const isOf = (event) => event.target instanceof Element && event.target.hasAttribute("data-live");

export function look(region) {
  if (document.visibilityState === "visible") window.htmx.trigger(region, "refresh");
}

function watch(region) {
  seen.set(region, Date.now());
  setInterval(() => look(region), Number(region.dataset.live) * 1000);
}

document.addEventListener("htmx:configRequest", (event) => {
  const etag = etags.get(event.target);
  if (isOf(event) && etag) event.detail.headers["If-None-Match"] = etag;
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!isOf(event)) return;
  const { status } = event.detail.xhr;
  if (status !== 200 && status !== 304) return;
  etags.set(event.target, event.detail.xhr.getResponseHeader("ETag"));
  seen.set(event.target, Date.now());
  const siteTime = event.detail.xhr.getResponseHeader("Site-Time");
  if (siteTime) siteAhead = Number(siteTime) - Date.now();
  tell();
});

document.addEventListener("visibilitychange", () => document.querySelectorAll("[data-live]").forEach(look));
window.addEventListener("online", () => document.querySelectorAll("[data-live]").forEach(look));

// How old a region is: the element `data-age` in the same section, or the page's only one.

export function ago(seconds) {
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "always" });
  if (seconds < 60) return words.format(-Math.floor(seconds), "second");
  return seconds < 3600 ? words.format(-Math.floor(seconds / 60), "minute") : words.format(-Math.floor(seconds / 3600), "hour");
}

function tell() {
  for (const region of document.querySelectorAll("[data-live]")) {
    const age = (region.closest("section, article") ?? document).querySelector("[data-age]");
    if (!age) continue;
    const text = age.querySelector("[data-age-text]");
    const seconds = (Date.now() - seen.get(region)) / 1000;
    const isStale = seconds > Number(region.dataset.live) * 2.5;
    const words = seconds < SOON_SECONDS ? text.dataset.now : isStale ? text.dataset.stale : text.dataset.ago;
    age.classList.toggle("age-live", !isStale);
    age.classList.toggle("age-stale", isStale);
    text.textContent = words.replace("{ago}", ago(seconds));
  }
}

// Countdowns run by the site's clock: the page and every live answer say what time it is there.

let siteAhead = Number(document.body.dataset.siteTime ?? Date.now()) - Date.now();

function count() {
  for (const countdown of document.querySelectorAll("[data-ends]")) {
    const left = Math.max(0, Math.ceil((Number(countdown.dataset.ends) - Date.now() - siteAhead) / 1000));
    const hours = Math.floor(left / 3600);
    const minutes = String(Math.floor((left % 3600) / 60)).padStart(hours ? 2 : 1, "0");
    const text = `${hours ? `${hours}:` : ""}${minutes}:${String(left % 60).padStart(2, "0")}`;
    if (countdown.textContent !== text) countdown.textContent = text;
    if (left === 0 && countdown.dataset.then === "reload") {
      delete countdown.dataset.then;
      setTimeout(() => location.reload(), 1000);
    }
  }
}

// A page that the phone had kept: it and all in it is from then.

export function isFrom(time) {
  document.querySelectorAll("[data-live]").forEach((region) => seen.set(region, time));
  siteAhead = Number(document.body.dataset.siteTime) - time;
  tell();
}

// A form that is on its way is not sent again by an impatient second touch. The server would bear it too.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if ("download" in form.dataset) return; // a file comes, and the page stays
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  }
});

// What is wrong in a form is where one goes on.
document.querySelector(".field-wrong :is(input, select, textarea)")?.focus();

document.querySelectorAll("[data-live]").forEach(watch);
tell();
count();
setInterval(() => { tell(); count(); }, 1000);
