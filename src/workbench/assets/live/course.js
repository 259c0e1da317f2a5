"use strict";
// The course of a rate over months or published periods: points, intervals, the chosen span.
// Dragging over it chooses a span of months; the pickers above it do the same from the keyboard.
const courseHeight = 230;
const margin = { top: 12, right: 16, bottom: 30, left: 52 };
const svgSpace = "http://www.w3.org/2000/svg";

function shape(name, attributes, parent, text) {
  const element = document.createElementNS(svgSpace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

// Return the ends of an axis that shows shares up to some share: a round step and its multiples.
function shareTicks(most) {
  const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5];
  const step = steps.find((one) => most / one <= 4) ?? 0.5;
  const count = Math.max(1, Math.ceil(most / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, n) => Math.min(1, n * step));
}

// Draw the course.
//   points  name, short name and rate of each month or period
//   span    number of the first and last chosen point
//   choose  called with the first and last point that somebody drags over; null where none may
//   show    called with the number of the point under the pointer
function drawCourse(box, points, span, choose, show) {
  const width = Math.max(280, box.clientWidth);
  const inner = width - margin.left - margin.right;
  const known = points.filter((point) => point.rate.share !== null && !point.rate.isWithheld);
  const ticks = shareTicks(Math.max(0.01, ...known.map((point) => point.rate.upper)));
  const x = (n) => margin.left + (inner * (n + 0.5)) / points.length;
  const y = (share) => {
    const inside = courseHeight - margin.top - margin.bottom;
    return courseHeight - margin.bottom - (inside * share) / ticks.at(-1);
  };
  const svg = document.createElementNS(svgSpace, "svg");
  for (const [key, value] of Object.entries({ width, height: courseHeight, role: "img" }))
    svg.setAttribute(key, value);
  svg.setAttribute("aria-label", data.say.course);
  drawAxes(svg, points, ticks, x, y, width);
  drawSpan(svg, span, inner / points.length, x);
  drawPoints(svg, points, x, y);
  const nearest = (event) => {
    const place = event.clientX - svg.getBoundingClientRect().left - margin.left;
    return Math.min(points.length - 1, Math.max(0, Math.floor((place / inner) * points.length)));
  };
  if (points.length > 0) followPointer(svg, nearest, choose, show);
  box.replaceChildren(svg);
}

function drawAxes(svg, points, ticks, x, y, width) {
  for (const tick of ticks) {
    const line = { x1: margin.left, x2: width - margin.right, y1: y(tick), y2: y(tick) };
    shape("line", { ...line, class: "grid" }, svg);
    const at = { x: margin.left - 8, y: y(tick) + 4, "text-anchor": "end" };
    shape("text", at, svg, `${Math.round(tick * 100)}%`);
  }
  // a label is about 62 pixels wide: leave out those that would touch
  const every = Math.ceil((62 * points.length) / (width - margin.left - margin.right));
  points.forEach((point, n) => {
    if (n % every > 0) return;
    shape("text", { x: x(n), y: courseHeight - 8, "text-anchor": "middle" }, svg, point.short);
  });
}

function drawSpan(svg, [from, to], step, x) {
  const top = margin.top;
  const height = courseHeight - margin.top - margin.bottom;
  const area = { x: x(from) - step / 2, y: top, width: step * (to - from + 1), height };
  shape("rect", { ...area, class: "span" }, svg);
}

function drawPoints(svg, points, x, y) {
  let before = null;
  points.forEach((point, n) => {
    const { rate } = point;
    if (rate.isWithheld || rate.share === null) {
      before = null;
      return;
    }
    const line = { x1: x(n), x2: x(n), y1: y(rate.lower), y2: y(rate.upper) };
    shape("line", { ...line, class: "interval" }, svg);
    const here = [x(n), y(rate.share)];
    if (before) {
      const path = { x1: before[0], y1: before[1], x2: here[0], y2: here[1] };
      shape("line", { ...path, class: "path" }, svg);
    }
    before = here;
  });
  points.forEach(({ rate }, n) => {
    if (!rate.isWithheld && rate.share !== null)
      shape("circle", { cx: x(n), cy: y(rate.share), r: 4 }, svg);
  });
}

function followPointer(svg, nearest, choose, show) {
  let start = null;
  svg.addEventListener("pointerdown", (event) => {
    start = nearest(event);
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => show(nearest(event)));
  svg.addEventListener("pointerleave", () => show(null));
  svg.addEventListener("pointercancel", () => (start = null));
  svg.addEventListener("pointerup", (event) => {
    if (start !== null && choose) {
      const end = nearest(event);
      choose(Math.min(start, end), Math.max(start, end));
    }
    start = null;
  });
}
