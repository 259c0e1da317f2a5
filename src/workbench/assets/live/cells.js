"use strict";
// Counts dossiers of any unit, procedure, months and rule of lateness, from the cells of this page.
const data = JSON.parse(document.getElementById("data").textContent);
const everything = -1; // as a unit or procedure: all of them
const stocks = ["open_in_time", "open_overdue", "open_unknown"];
const realities = ["real", "record_only", "undecidable"];
const final = "final_"; // before the name of a stock: what was open when its export was taken

// The places of a counter come as steps from one to the next: add them up once, and take each
// apart into the numbers of its unit, procedure and month.
function placed({ steps, counts }) {
  const cells = { counts };
  for (const axis of ["unit", "procedure", "month"]) cells[axis] = new Int32Array(steps.length);
  let place = 0;
  steps.forEach((step, n) => {
    place += step;
    const pair = Math.floor(place / data.months.length);
    cells.month[n] = place % data.months.length;
    cells.procedure[n] = pair % data.procedures.length;
    cells.unit[n] = Math.floor(pair / data.procedures.length);
  });
  return cells;
}

const cellsOf = data.cells.map((counters) =>
  Object.fromEntries(Object.entries(counters).map(([name, cells]) => [name, placed(cells)])),
);

// Return the cells of every counter under a rule. What no rule decides comes first, rules after it.
function countersUnder(rule) {
  return { ...cellsOf[0], ...cellsOf[rule + 1] };
}

function noCounts() {
  const names = ["received", "early", "on_time", "late", "unknown", "withdrawn", "rejected"];
  return Object.fromEntries([...names, ...stocks, ...realities].map((name) => [name, 0]));
}

// A flow counts in every month from first to last. A stock is that of the last month, and in a
// table by month that of each month; exports that end before count with what was open in them.
function monthsThatCount(name, state, axis) {
  if (axis === "month" && name.startsWith(final)) return [0, -1];
  if (name.startsWith(final)) return [state.from, state.to - 1];
  return stocks.includes(name) && axis !== "month" ? [state.to, state.to] : [state.from, state.to];
}

// Return the counts of a state by unit, procedure or month, as a map from its number; without an
// axis the map has all of them together at 0.
function countBy(state, axis) {
  const rows = new Map();
  for (const [name, cells] of Object.entries(countersUnder(state.rule))) {
    const counter = name.replace(final, "");
    sumsOf(cells, state, axis, monthsThatCount(name, state, axis)).forEach((sum, row) => {
      if (!rows.has(row)) rows.set(row, noCounts());
      rows.get(row)[counter] += sum;
    });
  }
  return rows;
}

// Return the sums of one counter by row.
function sumsOf(cells, { unit, procedure }, axis, [first, last]) {
  const sums = [];
  for (let n = 0; n < cells.counts.length; n += 1) {
    if (cells.month[n] < first || cells.month[n] > last) continue;
    if (unit !== everything && cells.unit[n] !== unit) continue;
    if (procedure !== everything && cells.procedure[n] !== procedure) continue;
    const row = axis ? cells[axis][n] : 0;
    sums[row] = (sums[row] ?? 0) + cells.counts[n];
  }
  return sums;
}

// Return the counts of a published page: those of a unit and a period, null where withheld.
function publishedBy(state, axis) {
  const chosen = data.published.filter(
    (row) =>
      row.rule === state.rule &&
      (axis === "period" ? isAlike(row.period, state.period) : row.period === state.period) &&
      (axis === "unit" ? row.unit !== everything : row.unit === state.unit),
  );
  return new Map(chosen.map((row) => [{ unit: row.unit, period: row.period }[axis] ?? 0, row]));
}

function isAlike(period, other) {
  return data.periods[period].kind === data.periods[other].kind;
}

// Return what is shown of some counts: sums, and rates with their intervals.
function figuresOf(counts) {
  if (data.is_published) return publishedFigures(counts);
  const judged = counts.early + counts.on_time + counts.late;
  const late = counts.real + counts.record_only + counts.undecidable;
  return {
    ...counts,
    resolved: judged + counts.unknown,
    late_done: wilson(counts.late, judged),
    late_or_overdue: wilson(counts.late + counts.open_overdue, judged + counts.open_overdue),
    real_share: wilson(counts.real, late),
  };
}

function publishedFigures(counts) {
  return {
    ...counts,
    late_done: wilson(counts.late, counts.judged),
    late_or_overdue: wilson(counts.late_or_overdue, counts.judged_or_overdue),
  };
}

// Return the figures of a state, all together; a published page has none of what is not published.
function figuresAt(state) {
  const together = data.is_published ? publishedBy(state, "") : countBy(state, "");
  return figuresOf(together.get(0) ?? (data.is_published ? {} : noCounts()));
}
