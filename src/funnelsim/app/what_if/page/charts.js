"use strict";
/* Charts as SVG and as bars: what they are given is numbers and texts of an answer. */

const SVG = "http://www.w3.org/2000/svg";

/** Make an element; texts are texts, never markup. */
function make(tag, { cls, text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  if (cls) made.className = cls;
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

function drawn(tag, attributes = {}, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Write a number short, as on an axis. */
function short(value) {
  const size = Math.abs(value);
  const [divisor, suffix] = size >= 1e9 ? [1e9, " bn"] : size >= 1e6 ? [1e6, " m"] : size >= 1e4 ? [1e3, " k"] : [1, ""];
  return (value / divisor).toLocaleString("en", { maximumFractionDigits: 1 }) + suffix;
}

/** Choose about four round numbers from 0 on. */
function roundSteps(highest) {
  const rough = highest / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough) || rough;
  const found = [];
  for (let at = 0; at <= highest * 1.001; at += step) found.push(at);
  return found;
}

/** Draw cumulative revenue by month: bands where there are enough worlds, and the mean. */
function fan(found, currency, room) {
  const wide = Math.max(300, Math.min(room || 860, 1100)), high = Math.max(220, Math.min(300, wide / 2));
  const left = 54, right = 34, top = 14, below = 30;
  const series = [["today", found.today], ["what-if", found.what_if]];
  const all = series.flatMap(([, each]) => each.p90 || each.mean).concat(found.goal || 0);
  const highest = Math.max(...all, 1);
  const lowest = Math.min(0, ...series.flatMap(([, each]) => each.p10 || each.mean));
  const count = found.labels.length;
  const x = (place) => left + ((place + 1) * (wide - left - right)) / count;
  const y = (value) => high - below - ((value - lowest) * (high - top - below)) / (highest - lowest);
  const ends = series.map(([name, each]) => `${name} ${short(each.mean[count - 1])} ${currency}`);
  const svg = drawn("svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": `${found.title}. In the end: ${ends.join(", ")}.` });
  for (const at of roundSteps(highest)) {
    svg.append(drawn("line", { class: "grid", x1: left, x2: wide - right, y1: y(at), y2: y(at) }));
    svg.append(drawn("text", { x: left - 8, y: y(at) + 4, "text-anchor": "end" }, short(at)));
  }
  const every = Math.ceil(count / Math.max(3, Math.floor((wide - left) / 74)));
  found.labels.forEach((label, place) => {
    if (place % every === 0) svg.append(drawn("text", { x: x(place), y: high - 8, "text-anchor": "middle" }, label));
  });
  const points = (values) => values.map((value, place) => `${x(place)},${y(value)}`);
  for (const [name, each] of series) {
    if (!each.p10) continue;
    const around = [`${x(-1)},${y(0)}`, ...points(each.p90), ...points(each.p10).reverse()];
    svg.append(drawn("polygon", { class: `band ${name}`, points: around.join(" ") }));
  }
  for (const [name, each] of series) {
    svg.append(drawn("polyline", { class: `line ${name}`, points: [`${x(-1)},${y(0)}`, ...points(each.mean)].join(" ") }));
  }
  if (found.goal) {
    svg.append(drawn("line", { class: "goal", x1: left, x2: wide - right, y1: y(found.goal), y2: y(found.goal) }));
    svg.append(drawn("text", { x: left + 6, y: y(found.goal) - 5 }, `goal ${short(found.goal)}`));
  }
  return svg;
}

/** Lay out places with a bar for today and one for the what-if. */
function pairs(rows, highest) {
  const list = make("div", { cls: "pairs", role: "list" });
  for (const row of rows) {
    const name = make("span", { cls: "pair-name", text: row.place });
    if (row.about) name.append(" ", make("span", { cls: "about", text: row.about }));
    const item = make("div", { role: "listitem" }, name);
    for (const [which, value, words] of [["today", row.today, row.today_words], ["what-if", row.what_if, row.what_if_words]]) {
      const bar = make("div", { cls: `bar ${which}` });
      bar.style.width = `${Math.min(100, (100 * Math.max(value || 0, 0)) / (highest || 1))}%`;
      const said = make("span", {}, make("span", { cls: "unseen", text: `${which} ` }), words);
      item.append(make("div", { cls: "bar-row" }, make("div", { cls: "track", "aria-hidden": "true" }, bar), said));
    }
    list.append(item);
  }
  return list;
}
