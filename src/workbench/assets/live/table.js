"use strict";
// A table that is sorted by its headings, filtered by name, and saved as csv.

// What a column shows: its words and value of a row. Values sort, texts are shown.
const countColumn = (name) => ({
  heading: data.say[name],
  text: (row) => writeCount(row.figures[name]),
  value: (row) => row.figures[name],
});
const rateColumns = (name) => [
  {
    heading: data.say[name],
    text: (row) => writeShare(row.figures[name]),
    value: (row) => row.figures[name].share ?? null,
    plot: (row) => row.figures[name],
  },
  {
    heading: data.say.interval,
    text: (row) => writeInterval(row.figures[name]),
    value: (row) => row.figures[name].upper ?? null,
  },
];
const columns = [
  ...["received", "resolved", "late"].map(countColumn),
  ...rateColumns("late_done"),
  countColumn("open_overdue"),
  ...rateColumns("late_or_overdue"),
];

const sorting = { column: null, isDescending: false };

// Return rows in order of the chosen column; those without a value come last.
function sorted(rows) {
  if (sorting.column === null) return rows;
  const sign = sorting.isDescending ? -1 : 1;
  if (sorting.column === 0) {
    const order = new Intl.Collator(data.language).compare;
    return [...rows].sort((one, other) => sign * order(one.name, other.name));
  }
  const { value } = columns[sorting.column - 1];
  return [...rows].sort((one, other) => {
    const [left, right] = [value(one), value(other)];
    if (left === null || right === null) return (left === null) - (right === null);
    return sign * (left - right);
  });
}

function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// Draw the table.
//   rows    name, figures, and what to do where the name is chosen (null: it cannot be)
//   total   the row of all of them together
//   redraw  called after the order has changed
function drawTable(table, heading, rows, total, redraw) {
  const caption = element("caption", place("scope").textContent);
  const head = document.createElement("thead");
  head.append(headRow(heading, redraw));
  const body = document.createElement("tbody");
  const most = Math.max(0.01, ...rows.map((row) => row.figures.late_or_overdue.upper ?? 0));
  body.append(...sorted(rows).map((row) => bodyRow(row, most)));
  const foot = document.createElement("tfoot");
  foot.append(bodyRow(total, most));
  table.replaceChildren(caption, head, body, foot);
}

function headRow(heading, redraw) {
  const line = document.createElement("tr");
  [heading, ...columns.map((column) => column.heading)].forEach((text, n) => {
    const cell = element("th", "", { scope: "col", class: n ? "number" : "" });
    const button = element("button", text, { type: "button" });
    if (sorting.column === n)
      cell.setAttribute("aria-sort", sorting.isDescending ? "descending" : "ascending");
    button.addEventListener("click", () => {
      // numbers begin with the largest: that is what one looks for
      sorting.isDescending = sorting.column === n ? !sorting.isDescending : n > 0;
      sorting.column = n;
      redraw(n);
    });
    cell.append(button);
    line.append(cell);
  });
  return line;
}

function bodyRow(row, most) {
  const line = document.createElement("tr");
  if (row.isChosen) line.className = "marked";
  const name = element("th", row.choose ? "" : row.name, { scope: "row" });
  if (row.choose) {
    const button = element("button", row.name, { type: "button" });
    button.addEventListener("click", row.choose);
    name.append(button);
  }
  line.append(name);
  for (const column of columns) {
    const cell = element("td", column.text(row), { class: "number" });
    if (column.plot) {
      const rate = column.plot(row);
      cell.title = `${writeFraction(rate)} · ${writeInterval(rate)}`;
      cell.append(intervalPlot(rate, most));
    }
    line.append(cell);
  }
  return line;
}

// A small picture of a rate and its interval; the numbers beside it say the same.
function intervalPlot(rate, most) {
  const [width, height] = [70, 12];
  const svg = document.createElementNS(svgSpace, "svg");
  for (const [key, value] of Object.entries({ width, height, "aria-hidden": "true" }))
    svg.setAttribute(key, value);
  svg.classList.add("interval-plot");
  if (rate.isWithheld || rate.share === null) return svg;
  const x = (share) => 3 + ((width - 6) * Math.min(share, most)) / most;
  const line = { x1: x(rate.lower), x2: x(rate.upper), y1: height / 2, y2: height / 2 };
  shape("line", { ...line, class: "interval" }, svg);
  shape("circle", { cx: x(rate.share), cy: height / 2, r: 3 }, svg);
  return svg;
}

// Return rows as csv: shares as plain numbers to the last digit, no cell a formula.
function csv(heading, rows) {
  const heads = [heading];
  for (const name of ["received", "resolved", "late", "open_overdue"]) heads.push(data.say[name]);
  for (const name of ["late_done", "late_or_overdue"])
    heads.push(...["numerator", "denominator", "share", "lower", "upper"].map(
      (part) => `${data.say[name]}: ${data.say[part]}`,
    ));
  const lines = rows.map(({ name, figures }) => [
    name,
    ...["received", "resolved", "late", "open_overdue"].map((counter) => figures[counter]),
    ...[figures.late_done, figures.late_or_overdue].flatMap((rate) =>
      [rate.above, rate.below, rate.share, rate.lower, rate.upper].map((n) => n ?? null),
    ),
  ]);
  return `\ufeff${[heads, ...lines].map((line) => line.map(csvCell).join(",")).join("\r\n")}\r\n`;
}

function csvCell(value) {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const inert = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${inert.replaceAll('"', '""')}"`;
}
