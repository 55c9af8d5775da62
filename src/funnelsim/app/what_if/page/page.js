/* The page: levers on one side, the answer on the other. */

const token = location.hash.slice(1);
const tab = Array.from(crypto.getRandomValues(new Uint8Array(8)), (each) => each.toString(16)).join("");
const at = (id) => document.getElementById(id);

const state = {
  levers: new Map(), // by id
  values: {}, // of levers that are not at today's value
  before: [], // what can be undone
  number: 0, // of the newest question
  unasked: false, // whether a lever was moved since
  answered: 0, // the question whose answer is shown
  worlds: 0, // of the answer that is shown
  most: 400,
  asking: null, // what stops the question
  start: null,
};

/* ---- the server --------------------------------------------------------------------------- */

async function call(path, body, signal) {
  const headers = { "X-Funnelsim-Token": token };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return fetch(path, {
    method: body === undefined ? "GET" : "POST",
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
    cache: "no-store",
  });
}

async function wrongOf(response) {
  try {
    return await response.json();
  } catch {
    return { wrong: "The server did not answer." };
  }
}

/** Ask, and show each answer as it comes; a question that is not the newest is dropped. */
async function ask() {
  if (state.asking) state.asking.abort();
  const asking = (state.asking = new AbortController());
  const number = ++state.number;
  state.unasked = false;
  busy(true);
  offer();
  try {
    const response = await call("/api/answer", { page: tab, number, values: state.values }, asking.signal);
    if (number !== state.number) return;
    if (response.status === 204) return;
    if (!response.ok) {
      unanswered((await wrongOf(response)).wrong);
      return;
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done || number !== state.number) break;
      rest += value;
      const lines = rest.split("\n");
      rest = lines.pop();
      if (lines.length) show(JSON.parse(lines[lines.length - 1]));
    }
    if (number === state.number) settled();
  } catch (error) {
    if (error.name === "AbortError" || number !== state.number) return;
    unanswered("The server has ended. Start it again to go on.");
  }
}

/** Say why there is no answer; the one that is shown is of other values, and is greyed out. */
function unanswered(why) {
  const old = state.worlds ? " The answer below is the one from before." : "";
  wrong(`${why}${old}`);
  document.body.dataset.stale = "yes";
  busy(false);
}

/** Save, report and copy need an answer to the changes. */
function offer() {
  const changed = Object.keys(state.values).length > 0;
  const answered = !state.unasked && state.answered === state.number;
  at("undo").disabled = !state.before.length;
  at("reset").disabled = !changed;
  for (const id of ["command", "save", "report"]) at(id).disabled = !changed || !answered;
}

/** Ask at once, and while a slider is dragged once in a while. */
let pause = 0;
let again = false;
function askSoon() {
  again = pause !== 0;
  if (again) return;
  ask();
  pause = setTimeout(() => {
    pause = 0;
    if (again) askSoon();
  }, 60);
}

function busy(is) {
  at("busy-sign").hidden = !is;
  document.body.dataset.busy = is ? "yes" : "no";
}

function settled() {
  busy(false);
  document.body.dataset.settled = String(state.number);
  at("settled").textContent = state.changed ? `${at("gain").textContent}.` : "";
}

function wrong(sentence) {
  at("wrong").textContent = sentence || "";
  at("wrong").hidden = !sentence;
}

/* ---- the answer --------------------------------------------------------------------------- */

function show(found) {
  wrong("");
  document.body.dataset.stale = "no";
  state.answered = state.number;
  offer();
  state.worlds = found.worlds;
  state.changed = found.changed;
  at("worlds").textContent = found.worlds < state.most ? `${found.simulated} so far` : found.simulated;
  at("gain").textContent = Object.keys(state.values).length ? found.gain.words : "Move a lever to ask what if";
  at("range").textContent = found.changed ? precision(found.gain) : "";
  at("verdict-card").hidden = !(found.changed && found.gain.range);
  at("verdict").textContent = found.answer;
  at("figures").replaceChildren(...found.figures.map(figure));
  at("goals-card").hidden = !found.goals.length;
  at("goals").replaceChildren(pairs(found.goals.map(goal), 1));
  at("fan-title").textContent = found.fan.title;
  at("fan-about").textContent = found.fan.today.p10 ? "line: mean; band: eight in ten simulated periods" : "line: mean";
  at("fan").replaceChildren(fan(found.fan, found.currency, at("fan").clientWidth));
  at("funnel").replaceChildren(pairs(found.funnel, Math.max(...found.funnel.flatMap((each) => [each.today, each.what_if]))));
  at("funnel-note").textContent = found.funnel_note;
  at("busy").replaceChildren(pairs(found.busy.team, 1), people(found.busy.rep));
  at("money").replaceChildren(...money(found.money));
  at("money-note").textContent = found.money_note;
  at("warnings").replaceChildren(...found.warnings.map((text) => make("li", { text })));
  at("warnings-card").hidden = !found.warnings.length;
  document.body.dataset.worlds = String(found.worlds);
  document.body.dataset.shown = String(state.number);
}

function precision(gain) {
  if (!gain.range) return "Too few simulated periods yet to say how sure that is.";
  return `Difference on average: ${gain.range} (95 %). Ahead in ${gain.ahead} of the simulated periods.`;
}

function delta(row) {
  const cls = row.better > 0 ? "better" : row.better < 0 ? "worse" : "even";
  const sign = row.better > 0 ? "better" : row.better < 0 ? "worse" : "";
  return make("span", { cls: `delta ${cls}` }, row.difference ? row.difference_words : "no change", sign ? ` (${sign})` : "");
}

function figure(row) {
  return make("div", { cls: "figure", "data-figure": row.name },
    make("h3", { text: row.title }),
    make("p", { cls: "big", text: row.what_if.words }),
    make("p", { cls: "was", text: `today ${row.today.words}` }),
    make("p", {}, delta(row)),
    make("p", { cls: "likely", text: row.what_if.range ? `range of outcomes ${row.what_if.range}` : "" }));
}

function goal(row) {
  return {
    place: row.name, about: row.asks, today: row.today.chance, what_if: row.what_if.chance,
    today_words: row.today.words, what_if_words: row.what_if.words,
  };
}

function people(rows) {
  const open = at("busy").querySelector("details")?.open;
  return make("details", { cls: "group", open }, make("summary", { text: "Person by person" }), pairs(rows, 1));
}

function money(rows) {
  const head = make("thead", {}, make("tr", {}, ...["", "today", "what-if", "difference"].map((text) =>
    text ? make("th", { scope: "col", text }) : make("td"))));
  const body = make("tbody", {}, ...rows.map((row) => make("tr", {},
    make("th", { scope: "row", text: row.title }), make("td", { text: row.today.words }),
    make("td", { text: row.what_if.words }), make("td", { text: row.difference ? row.difference_words : "no change" }))));
  return [make("caption", { cls: "unseen", text: "Money of the period, means" }), head, body];
}

/* ---- levers ------------------------------------------------------------------------------- */

const valueOf = (lever) => (lever.id in state.values ? state.values[lever.id] : lever.value);

function written(lever, value) {
  if (lever.kind === "switch") return value ? "yes" : "no";
  if (lever.kind === "choice") return lever.choices.find((each) => each.value === value)?.words ?? value;
  if (lever.kind === "day") return value;
  const shown = lever.share ? value * 100 : value;
  const text = shown.toLocaleString("en", { maximumSignificantDigits: 6 });
  return lever.unit ? `${text} ${lever.unit}` : text;
}

function dayInWords(day) {
  return new Date(`${day}T00:00`).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}

/** List the values of a slider: round ones, and today's. */
function ticksOf(lever) {
  const found = new Set([lever.value]);
  for (let step = 0; lever.low + step * lever.step <= lever.high * (1 + 1e-9) + 1e-12; step++) {
    found.add(Number((lever.low + step * lever.step).toPrecision(9)));
    if (found.size > 400) break;
  }
  return [...found].sort((one, other) => one - other);
}

const closest = (ticks, value) => ticks.reduce((best, each, place) => (Math.abs(each - value) < Math.abs(ticks[best] - value) ? place : best), 0);

/** Set a lever; what is set in one go is undone in one go. */
function set(id, value, remember = true) {
  const lever = state.levers.get(id);
  const before = { ...state.values };
  if (value === lever.value) delete state.values[id];
  else state.values[id] = value;
  if (JSON.stringify(before) === JSON.stringify(state.values)) return;
  if (remember) state.before.push(before);
  moved();
}

function moved() {
  at("said").textContent = "";
  for (const lever of state.levers.values()) lever.refresh?.();
  const changed = Object.keys(state.values);
  at("changes").replaceChildren(...changed.map(chip));
  state.unasked = true;
  offer();
  askSoon();
}

function chip(id) {
  const lever = state.levers.get(id);
  const back = make("button", { type: "button", "aria-label": `Set ${lever.words} back to today`, text: "\u00d7" });
  back.addEventListener("click", () => set(id, lever.value));
  return make("li", {}, `${lever.words}: ${written(lever, lever.value)} \u2192 ${written(lever, state.values[id])}`, back);
}

/** Make the inputs of a lever; `refresh` shows its value in all of them. */
function rowOf(lever) {
  const id = `input-${lever.id}`;
  const pin = make("button", { type: "button", cls: "pin" });
  const showPin = () => {
    pin.setAttribute("aria-pressed", String(lever.pinned));
    pin.replaceChildren(lever.pinned ? "pinned" : "pin", make("span", { cls: "unseen", text: ` ${lever.words}` }));
  };
  pin.addEventListener("click", () => {
    lever.pinned = !lever.pinned;
    lay();
    at(id)?.focus();
  });
  showPin();
  const label = make("label", { for: id, text: lever.words, title: lever.hint });
  const row = make("div", { cls: "lever", "data-lever": lever.id }, make("div", { cls: "lever-head" }, label, pin));
  const inputs = { number: slider, choice: choice, switch: toggle, day: day }[lever.kind](lever, id);
  row.append(make("div", { cls: lever.kind === "number" ? "lever-body" : "" }, ...inputs.elements));
  row.append(make("p", { cls: "lever-today", text: `today ${written(lever, lever.value)}${lever.spread ? ", in the middle" : ""}` }));
  if (lever.note) row.append(make("p", { cls: "lever-today", text: lever.note }));
  lever.refresh = () => {
    row.classList.toggle("changed", lever.id in state.values);
    inputs.refresh();
  };
  lever.refresh();
  return row;
}

function slider(lever, id) {
  const ticks = ticksOf(lever);
  const scale = lever.share ? 100 : 1;
  const range = make("input", { type: "range", id, min: 0, max: ticks.length - 1, step: 1 });
  const box = make("input", { type: "number", step: "any", "aria-label": `${lever.words}, as a number${lever.unit ? `, ${lever.unit}` : ""}` });
  let gesture = false; // a drag is undone as one
  range.addEventListener("input", () => {
    set(lever.id, ticks[Number(range.value)], !gesture);
    gesture = true;
  });
  range.addEventListener("change", () => (gesture = false));
  box.addEventListener("change", () => {
    const typed = Number(box.value) / scale;
    if (box.value.trim() === "" || !Number.isFinite(typed)) lever.refresh();
    else set(lever.id, lever.whole ? Math.round(typed) : Number(typed.toPrecision(9)));
    lever.refresh();
  });
  const refresh = () => {
    const value = valueOf(lever);
    range.value = closest(ticks, value);
    range.setAttribute("aria-valuetext", written(lever, value));
    box.value = Number((value * scale).toPrecision(6));
  };
  return { elements: [range, box], refresh };
}

function choice(lever, id) {
  const select = make("select", { id }, ...lever.choices.map((each) => make("option", { value: each.value, text: each.words })));
  select.addEventListener("change", () => set(lever.id, select.value));
  return { elements: [select], refresh: () => (select.value = valueOf(lever)) };
}

function toggle(lever, id) {
  const box = make("input", { type: "checkbox", id });
  box.addEventListener("change", () => set(lever.id, box.checked));
  return { elements: [box], refresh: () => (box.checked = valueOf(lever)) };
}

function day(lever, id) {
  const input = make("input", { type: "date", id, min: lever.low, max: lever.high });
  input.addEventListener("change", () => (input.value ? set(lever.id, input.value) : lever.refresh()));
  return { elements: [input], refresh: () => (input.value = valueOf(lever)) };
}

/** Lay out the levers that are searched for: the pinned ones first, the others by group. */
function lay() {
  const asked = at("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (lever) => asked.every((word) => `${lever.words} ${lever.group} ${lever.also}`.toLowerCase().includes(word));
  const found = [...state.levers.values()].filter(fits);
  const open = new Map([...at("groups").querySelectorAll("details")].map((each) => [each.dataset.group, each.open]));
  const sections = [["pinned", found.filter((each) => each.pinned)]];
  for (const group of state.start.groups) sections.push([group, found.filter((each) => !each.pinned && each.group === group)]);
  const made = sections.filter(([, levers]) => levers.length).map(([group, levers]) => {
    const summary = make("summary", { text: `${group} ` }, make("span", { cls: "count", text: `(${levers.length})` }));
    const isOpen = asked.length > 0 || (open.get(group) ?? group === "pinned");
    return make("details", { cls: "group", "data-group": group, open: isOpen }, summary, ...levers.map(rowOf));
  });
  at("groups").replaceChildren(...(made.length ? made : [make("p", { cls: "about", text: state.start.nothing_found })]));
}

/* ---- undo, reset, save, command -------------------------------------------------------------- */

at("undo").addEventListener("click", () => {
  state.values = state.before.pop() || {};
  moved();
});
at("reset").addEventListener("click", () => {
  state.before.push({ ...state.values });
  state.values = {};
  moved();
});
at("search").addEventListener("input", lay);
for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close());

at("save").addEventListener("click", () => {
  at("save-about").textContent = state.start.file
    ? `It is added to ${state.start.file}. The file as it was is kept beside it.`
    : `A preset is not changed: it is copied into ${state.start.copy}, and the strategy is added there.`;
  at("save-wrong").hidden = at("save-difference").hidden = true;
  at("save-dialog").showModal();
});
at("save-now").addEventListener("click", async () => {
  const body = { name: at("save-name").value, about: at("save-words").value, values: state.values, copy: !state.start.file };
  const response = await call("/api/save", body);
  const found = response.ok ? await response.json() : await wrongOf(response);
  if (!response.ok) {
    at("save-wrong").textContent = found.wrong;
    at("save-wrong").hidden = false;
    at("save-difference").textContent = found.difference || "";
    at("save-difference").hidden = !found.difference;
    return;
  }
  state.start.file = found.file;
  at("save-dialog").close();
  at("said").textContent = `Saved: ${found.saved}, in ${found.file}. Next, try: ${found.next}`;
});

at("command").addEventListener("click", async () => {
  const response = await call("/api/command", { values: state.values, worlds: state.worlds || state.most });
  if (!response.ok) {
    at("said").textContent = (await wrongOf(response)).wrong;
    return;
  }
  const found = await response.json();
  at("command-text").value = found.command;
  at("command-dialog").showModal();
  try {
    await navigator.clipboard.writeText(found.command);
    at("command-said").textContent = "It is in the clipboard.";
  } catch {
    at("command-text").select();
    at("command-said").textContent = "Press Ctrl+C to copy it.";
  }
});

at("report").addEventListener("click", async () => {
  at("report").disabled = true;
  at("said").textContent = "Writing the report ...";
  const response = await call("/api/report", { values: state.values });
  offer();
  if (!response.ok) {
    at("said").textContent = (await wrongOf(response)).wrong;
    return;
  }
  const link = make("a", { href: URL.createObjectURL(await response.blob()), download: "what_if_report.html" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  at("said").textContent = "The report is among your downloads: what_if_report.html";
});

document.addEventListener("keydown", (event) => {
  const typing = /^(text|search|number|date)$/.test(event.target.type || "");
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !typing && !at("undo").disabled) {
    event.preventDefault();
    at("undo").click();
  }
});

/* ---- begin --------------------------------------------------------------------------------- */

async function begin() {
  const response = await call("/api/start");
  if (!response.ok) {
    at("scenario").textContent = "Not open";
    wrong((await wrongOf(response)).wrong);
    at("worlds").textContent = "";
    return;
  }
  state.start = await response.json();
  state.most = Math.max(...state.start.sizes);
  if (state.start.what_if_starts) at("starts").textContent = `What if, from ${dayInWords(state.start.what_if_starts)} on?`;
  at("scenario").textContent = state.start.scenario.replace(/\.toml$/, "").replaceAll("_", " ");
  for (const lever of state.start.levers) {
    lever.pinned = state.start.pinned.includes(lever.id);
    state.levers.set(lever.id, lever);
  }
  lay();
  ask();
}
begin();
