// The wall's charts: drawn from the tables beside them, and anew when a table, the size or the colours change.
"use strict";

(() => {
  const FACE = "12px system-ui, sans-serif";
  const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];
  const drawn = new Map();
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  // of a table: a label for each row, and for each column its kind and numbers
  function read(table) {
    const rows = table ? [...table.tBodies[0].rows] : [];
    const kinds = table ? [...table.tHead.querySelectorAll("[data-kind]")].map((cell) => cell.dataset.kind) : [];
    const numbers = (row) => [...row.cells].map((cell) => Number(cell.textContent));
    return {
      labels: rows.map((row) => row.cells[0].textContent),
      columns: kinds.map((kind, at) => ({ kind, numbers: rows.map((row) => numbers(row)[at + 1]) })),
      last: rows.map((row) => numbers(row).at(-1)),
    };
  }

  function axis(more) {
    return { font: FACE, stroke: colour("muted"), grid: { stroke: colour("line"), width: 1 }, ticks: { show: false }, ...more };
  }

  function bars(fill, size) {
    return { fill, stroke: fill, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [size, 40] }) };
  }

  function most(numbers) {
    return Math.max(4, Math.ceil(1.1 * Math.max(0, ...numbers)));
  }

  function chart(box, labels, data, options) {
    const places = labels.map((_, at) => at);
    return new uPlot({
      width: box.clientWidth, height: box.clientHeight, legend: { show: false }, cursor: { show: false }, padding: [8, 8, 0, 0], ...options,
    }, [places, ...data], box);
  }

  // what came to what, hour by hour: each bar stands on the one before it
  function hours(box, { labels, columns }) {
    const sums = [], upTo = labels.map(() => 0);
    for (const { numbers } of columns) sums.push(numbers.map((number, at) => (upTo[at] += number)));
    return chart(box, labels, sums.reverse(), {
      scales: { x: { time: false, range: [-0.5, labels.length - 0.5] }, y: { range: [0, most(upTo)] } },
      axes: [
        axis({ size: 28, grid: { show: false }, incrs: [1, 2, 3, 4, 6, 12], values: (_, at) => at.map((place) => labels[place] ?? "") }),
        axis({ incrs: STEPS, size: 44 }),
      ],
      series: [{}, ...columns.toReversed().map(({ kind }) => bars(colour(kind), 0.75))],
    });
  }

  // where callers hung up: the longest bar on top
  function stopped(box, { labels, last }) {
    const short = labels.map((label) => (label.length > 22 ? `${label.slice(0, 21)}…` : label));
    return chart(box, labels, [last], {
      scales: { x: { time: false, ori: 1, dir: -1, range: [-0.5, labels.length - 0.5] }, y: { ori: 0, range: [0, most(last)] } },
      axes: [
        axis({ side: 3, size: 160, grid: { show: false }, incrs: [1], values: (_, at) => at.map((place) => short[place] ?? "") }),
        axis({ side: 2, incrs: STEPS, size: 28 }),
      ],
      series: [{}, bars(colour("given-up"), 0.6)],
    });
  }

  const KINDS = { hours, stopped };

  function draw() {
    for (const box of document.querySelectorAll("[data-chart]")) {
      const told = read(document.querySelector(`#${box.dataset.chart} table`));
      drawn.get(box)?.destroy();
      drawn.delete(box);
      box.replaceChildren();
      box.hidden = ![told.last, ...told.columns.map(({ numbers }) => numbers)].flat().some(Boolean);
      if (!box.hidden) drawn.set(box, KINDS[box.dataset.chart](box, told));
    }
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.matches("#hours, #stopped")) draw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("resize", draw);
  draw();
})();
