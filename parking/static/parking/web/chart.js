// Charts by uPlot, each drawn from the table beside it, which says the same to who cannot see it or has no script.

const locale = document.documentElement.lang;
const style = getComputedStyle(document.documentElement);
const token = (name) => style.getPropertyValue(`--${name}`).trim();
const FONT = "12px system-ui, sans-serif";
const HEIGHT = 240;
const OTHERS = ["good", "wait", "bad", "calm", "ink-soft"];

function read(table) {
  const heads = [...table.querySelectorAll("thead th")].slice(1);
  const rows = [...table.querySelectorAll("tbody tr")];
  const value = (cell) => (cell?.dataset.value === undefined ? null : Number(cell.dataset.value));
  const shown = heads.map((head, n) => ({ name: head.textContent, as: head.dataset.as, n })).filter((one) => one.as !== "hidden");
  return {
    shown,
    labels: rows.map((row) => row.cells[0].dataset.short ?? row.cells[0].textContent.trim()),
    data: [rows.map((row) => value(row.cells[0])), ...shown.map((one) => rows.map((row) => value(row.cells[one.n + 1])))],
  };
}

function looks(as, kind, n) {
  if (kind === "bars") return { stroke: token("accent"), fill: token("accent"), paths: window.uPlot.paths.bars({ size: [0.7, 28], radius: 0.15 }) };
  const paths = kind === "steps" ? window.uPlot.paths.stepped({ align: 1 }) : undefined;
  if (as === "main") return { stroke: token("accent-text"), width: 3, paths };
  if (as === "usual") return { stroke: token("ink-soft"), width: 2, dash: [6, 4], paths };
  if (as === "past") return { stroke: token("edge"), width: 1, alpha: 0.55, paths };
  return { stroke: token(OTHERS[(n - 1) % OTHERS.length]), width: 2, dash: n > 2 ? [4, 3] : undefined, paths };
}

function options(figure, table) {
  const kind = figure.dataset.chart;
  const scale = 10 ** Number(figure.dataset.exponent ?? 0);
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const axis = { stroke: token("ink-soft"), font: FONT, grid: { stroke: token("line"), width: 1 }, ticks: { show: false } };
  const across = (u, splits) => splits.map((at) => {
    if (kind === "steps") return `${numbers.format(at)} ${figure.dataset.unit ?? ""}`;
    return Number.isInteger(at) ? (table.labels[at] ?? "") : "";
  });
  return {
    width: figure.clientWidth, height: HEIGHT, padding: [12, 18, 0, 0],
    cursor: { drag: { x: false, y: false }, points: { size: 7 } },
    legend: { live: false, show: table.shown.length > 1 },
    scales: { x: { time: false, range: kind === "bars" ? (u, low, high) => [low - 0.6, high + 0.6] : undefined }, y: { range: (u, low, high) => [Math.min(0, low ?? 0), Math.max(1, (high ?? 0) * 1.08)] } },
    axes: [
      { ...axis, grid: { show: false }, values: across, space: kind === "bars" ? 56 : 44, incrs: kind === "steps" ? [1, 2, 3, 6, 12, 24] : [1, 2, 3, 5, 6, 7, 10, 12, 14] },
      { ...axis, size: 54, values: (u, splits) => splits.map((at) => numbers.format(at / scale)) },
    ],
    series: [{}, ...table.shown.map((one, n) => ({ label: one.name, points: { show: false }, spanGaps: false, ...looks(one.as, kind, n) }))],
  };
}

function draw(figure) {
  const source = figure.parentElement.querySelector("[data-of-chart]");
  const table = read(source);
  if (table.data[0].length < 2) return null;
  figure.setAttribute("role", "img");
  figure.setAttribute("aria-label", figure.dataset.label);
  figure.replaceChildren();
  return new window.uPlot(options(figure, table), table.data, figure);
}

const charts = new Map();
const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) charts.get(target)?.setSize({ width: target.clientWidth, height: HEIGHT });
});
for (const figure of document.querySelectorAll("[data-chart]")) {
  charts.set(figure, draw(figure));
  resized.observe(figure);
}
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const [figure, chart] of charts) {
    chart?.destroy();
    charts.set(figure, draw(figure));
  }
});
