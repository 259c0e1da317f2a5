"use strict";
// The pickers, and what is drawn anew when one of them changes.
const place = (id) => document.getElementById(id);
const state = { ...data.start };

function fillPickers() {
  const options = (names) => names.map((name, n) => new Option(name, n));
  place("rule").append(...options(data.rules));
  for (const [id, names] of [["unit", data.units], ["procedure", data.procedures]])
    place(id)?.append(new Option(data.say[`all_${id}`], everything), ...options(names));
  for (const id of ["from", "to"]) place(id)?.append(...options(data.months.map(monthName)));
  for (const kind of ["half", "quarter", "year", "month"]) {
    const group = document.createElement("optgroup");
    group.label = data.say[`kind_${kind}`];
    data.periods.forEach((period, n) => {
      if (period.kind === kind) group.append(new Option(period.name, n));
    });
    if (group.children.length > 0) place("period").append(group);
  }
  if (!data.is_published) place("period").append(new Option(data.say.any_months, everything));
}

function monthName(label) {
  return `${label.slice(5)}/${label.slice(0, 4)}`;
}

// Show the state in the pickers. A span of months that is a period is named so, as it was chosen.
function showState() {
  const fits = (period) => period?.from === state.from && period?.to === state.to;
  if (!fits(data.periods[state.period])) state.period = data.periods.findIndex(fits);
  for (const id of ["rule", "unit", "procedure", "period", "from", "to"])
    if (place(id)) place(id).value = state[id];
  const words = [unitName(), procedureName(), periodName()];
  place("scope").textContent = words.filter(Boolean).join(" · ");
}

const unitName = () => data.units[state.unit] ?? data.say.all_unit;

const procedureName = () =>
  data.is_published ? "" : (data.procedures[state.procedure] ?? data.say.all_procedure);

function periodName() {
  if (data.periods[state.period]) return data.periods[state.period].name;
  return `${monthName(data.months[state.from])} – ${monthName(data.months[state.to])}`;
}

function change(changes) {
  Object.assign(state, changes);
  redraw();
}

function listen() {
  for (const id of ["rule", "unit", "procedure"])
    place(id)?.addEventListener("change", (event) => change({ [id]: Number(event.target.value) }));
  place("period").addEventListener("change", (event) => {
    const number = Number(event.target.value);
    const period = data.periods[number];
    if (period) change({ period: number, from: period.from, to: period.to });
  });
  place("from")?.addEventListener("change", (event) => {
    const from = Number(event.target.value);
    change({ from, to: Math.max(from, state.to) });
  });
  place("to")?.addEventListener("change", (event) => {
    const to = Number(event.target.value);
    change({ from: Math.min(state.from, to), to });
  });
  place("pickers").addEventListener("reset", (event) => {
    event.preventDefault();
    change(data.start);
  });
  place("rows").addEventListener("change", redraw);
  place("filter").addEventListener("input", redraw);
  place("download").addEventListener("click", download);
  new ResizeObserver(redrawCourse).observe(place("course"));
}

function redraw() {
  showState();
  drawTiles(figuresAt(state));
  redrawCourse();
  redrawTable();
}

function drawTiles(figures) {
  const tile = (name, number, note) => {
    const box = document.createElement("div");
    const text = document.createElement("dd");
    text.append(element("strong", number), element("span", note));
    box.append(element("dt", data.say[name]), text);
    return box;
  };
  const rate = (name) => {
    const share = figures[name];
    const note = share.share === null || share.isWithheld ? data.say.no_rate : writeRateNote(share);
    return tile(name, writeShare(share), note);
  };
  const tiles = [
    tile("received", writeCount(figures.received), ""),
    tile("resolved", writeCount(figures.resolved), outcomesNote(figures)),
    rate("late_done"),
    tile("open_overdue", writeCount(figures.open_overdue), stockNote(figures)),
    rate("late_or_overdue"),
  ];
  if (data.reality_rule === state.rule) tiles.push(realityTile(tile, figures));
  place("tiles").replaceChildren(...tiles);
}

function writeRateNote(rate) {
  return `${writeFraction(rate)} · 95%: ${writeInterval(rate)}`;
}

function outcomesNote(figures) {
  const names = ["early", "on_time", "late", "unknown"];
  return names.map((name) => `${data.say[name]}: ${writeCount(figures[name])}`).join("; ");
}

function stockNote(figures) {
  if (data.is_published) return "";
  const names = ["open_in_time", "open_unknown"];
  return names.map((name) => `${data.say[name]}: ${writeCount(figures[name])}`).join("; ");
}

function realityTile(tile, figures) {
  const rest = ["record_only", "undecidable"];
  const notes = rest.map((name) => `${data.say[name]}: ${writeCount(figures[name])}`);
  const share = figures.real_share;
  if (share.share !== null) notes.unshift(writeRateNote(share));
  return tile("real", writeCount(figures.real), notes.join("; "));
}

// Return what a table by units is about: all units, whichever is chosen; likewise procedures.
function scopeOf(axis) {
  return axis in { unit: 0, procedure: 0 } ? { ...state, [axis]: everything } : state;
}

// Return the rows of a table, with what choosing one of them does.
function rowsOf(axis) {
  const { name, choose } = {
    unit: { name: (n) => data.units[n], choose: (unit) => ({ unit }) },
    procedure: { name: (n) => data.procedures[n], choose: (procedure) => ({ procedure }) },
    month: { name: (n) => monthName(data.months[n]), choose: (n) => ({ from: n, to: n }) },
    period: { name: (n) => data.periods[n].name, choose: (period) => ({ period }) },
  }[axis];
  const count = data.is_published ? publishedBy : countBy;
  const counts = count(scopeOf(axis), axis);
  return [...counts.keys()]
    .sort((one, other) => one - other)
    .map((n) => ({
      isChosen: n === state[axis],
      name: name(n),
      figures: figuresOf(counts.get(n)),
      choose: () => change(choose(n)),
    }));
}

function redrawCourse() {
  const axis = data.is_published ? "period" : "month";
  const everyMonth = { ...state, from: 0, to: data.months.length - 1 };
  const counts = data.is_published ? publishedBy(state, axis) : countBy(everyMonth, axis);
  const inOrder = data.is_published
    ? [...counts.keys()].sort((one, other) => other - one)
    : data.months.map((_, n) => n);
  const points = inOrder.map((n) => ({
    name: data.is_published ? data.periods[n].name : monthName(data.months[n]),
    short: data.is_published ? data.periods[n].label : monthName(data.months[n]),
    rate: figuresOf(counts.get(n) ?? noCounts()).late_done,
  }));
  const chosen = data.is_published ? inOrder.indexOf(state.period) : -1;
  const span = data.is_published ? [chosen, chosen] : [state.from, state.to];
  const choose = data.is_published ? null : (from, to) => change({ from, to });
  drawCourse(place("course"), points, span, choose, (n) => {
    const point = points[n];
    place("reading").textContent = point
      ? `${point.name}: ${writeShare(point.rate)} (${writeRateNote(point.rate)})`
      : data.say.point_at;
  });
}

function shownRows() {
  const words = place("filter").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const rows = rowsOf(place("rows").value);
  const fits = (row) => words.every((word) => row.name.toLocaleLowerCase().includes(word));
  return [rows.filter(fits), rows.length];
}

function redrawTable(column) {
  const [rows, all] = shownRows();
  const axis = place("rows").value;
  const total = { name: data.say.total, figures: figuresAt(scopeOf(axis)), choose: null };
  const heading = data.say[`by_${axis}`];
  drawTable(place("table"), heading, rows, total, redrawTable);
  place("shown").textContent = `${data.say.shown}: ${writeCount(rows.length)}/${writeCount(all)}`;
  // the heading that was pressed is a new one now
  if (Number.isInteger(column)) place("table").querySelectorAll("thead button")[column].focus();
}

function download() {
  const text = csv(data.say[`by_${place("rows").value}`], sorted(shownRows()[0]));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const name = `${place("scope").textContent} ${place("rows").value}`;
  link.download = `${name.replace(/[/\\:*?"<>|]/g, "-")}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}

fillPickers();
listen();
redraw();
place("reading").textContent = data.say.point_at;
