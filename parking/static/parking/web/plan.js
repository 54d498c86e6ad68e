// The slot plan by keyboard: one stop for Tab, the arrows go from bay to bay. Without it every bay is a stop.

const bays = (plan) => [...plan.querySelectorAll("a")];

function prepare() {
  for (const plan of document.querySelectorAll("[data-plan]")) {
    const all = bays(plan);
    const stop = all.find((bay) => bay === document.activeElement) ?? all[0];
    for (const bay of all) bay.setAttribute("tabindex", bay === stop ? "0" : "-1");
  }
}

document.addEventListener("keydown", (event) => {
  const plan = event.target.closest?.("[data-plan]");
  if (!plan) return;
  const all = bays(plan);
  const at = all.indexOf(event.target.closest("a"));
  const row = Number(plan.dataset.columns);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + row, ArrowUp: at - row, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  if (!all[to]) return;
  all[at].setAttribute("tabindex", "-1");
  all[to].setAttribute("tabindex", "0");
  all[to].focus();
});

document.addEventListener("htmx:afterSettle", prepare);
prepare();
