"use strict";
// Searches, filters and sorts the rows on the page; text only, nothing is made into markup.
const search = document.getElementById("search");
const filters = [...document.querySelectorAll("select[data-heading]")];
const counter = document.getElementById("shown");
const tables = [...document.querySelectorAll("details table")].map((table) => ({
  table,
  fold: table.closest("details"),
  heads: [...table.querySelectorAll("thead th")],
  rows: [...table.querySelectorAll("tbody tr")],
}));
const cell = (row, column) => row.cells[column].textContent;
const columnOf = (table, heading) => table.heads.findIndex((th) => th.textContent === heading);

for (const filter of filters) {
  const values = new Set();
  for (const table of tables) {
    const column = columnOf(table, filter.dataset.heading);
    if (column >= 0) table.rows.forEach((row) => values.add(cell(row, column)));
  }
  for (const value of [...values].sort()) filter.add(new Option(value, value));
  filter.disabled = values.size === 0;
}

function apply() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const chosen = filters.filter((filter) => filter.value !== "");
  let count = 0;
  for (const table of tables) {
    let inTable = 0;
    const lacks = chosen.some((filter) => columnOf(table, filter.dataset.heading) < 0);
    for (const row of table.rows) {
      const text = row.textContent.toLowerCase();
      const fits = chosen.every((filter) => {
        const column = columnOf(table, filter.dataset.heading);
        return column >= 0 && cell(row, column) === filter.value;
      });
      row.hidden = lacks || !fits || !words.every((word) => text.includes(word));
      if (!row.hidden) inTable += 1;
    }
    const isFiltered = words.length > 0 || chosen.length > 0;
    table.fold.hidden = isFiltered && inTable === 0;
    if (isFiltered) table.fold.open = inTable > 0;
    count += inTable;
  }
  counter.textContent = String(count);
}

const isVietnamese = document.documentElement.lang === "vi";
function number(text) {
  const digits = text.replace(/−/g, "-").match(/[-+]?\d[\d.,]*/);
  if (!digits) return Number.NEGATIVE_INFINITY;
  const plain = isVietnamese
    ? digits[0].replace(/\./g, "").replace(",", ".")
    : digits[0].replace(/,/g, "");
  return Number(plain);
}

function sort(table, column) {
  const th = table.heads[column];
  const descending = th.getAttribute("aria-sort") === "ascending";
  table.heads.forEach((other) => other.removeAttribute("aria-sort"));
  th.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const isNumber = th.classList.contains("number");
  const order = (a, b) =>
    isNumber
      ? number(cell(a, column)) - number(cell(b, column))
      : cell(a, column).localeCompare(cell(b, column), document.documentElement.lang);
  const rows = [...table.rows].sort(order);
  if (descending) rows.reverse();
  table.table.tBodies[0].append(...rows);
}

for (const table of tables) {
  table.heads.forEach((th, column) => {
    th.tabIndex = 0;
    th.addEventListener("click", () => sort(table, column));
    th.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        sort(table, column);
      }
    });
  });
}
search.addEventListener("input", apply);
filters.forEach((filter) => filter.addEventListener("change", apply));
apply();
