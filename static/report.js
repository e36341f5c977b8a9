/* The form of a report: questions appear as soon as the answer that calls for them is given, sums are worked
 * out, rows are added. Without this file the server does the same after saving. */
"use strict";

const form = document.querySelector("form[data-report]");
/* Asked anew each time: saving may put another card in the place of one. */
const cards = () => [...form.querySelectorAll("[data-key]")];
const NUMBERS = ["integer", "money", "percent"];

/* What stands in a card, as the engine would read it; null where there is no good answer. */
function valueOf(card) {
  if (card.hidden) return null;
  if (card.dataset.formula) return compute(card.dataset.formula);
  const field = card.querySelector("input[type=radio]:checked") ?? document.getElementById(`q-${card.dataset.key}`);
  const text = field?.value?.trim() ?? "";
  if (!text) return null;
  if (NUMBERS.includes(card.dataset.type)) return numberIn(text);
  if (card.dataset.type === "boolean") return text === "true";
  return text;
}

/* "1.234,5 đồng" → 1234.5; the server reads again, and more strictly. */
function numberIn(text) {
  const bare = text.replace(/\s|đồng|đ|%/gi, "");
  if (!/^-?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?$/.test(bare)) return null;
  return Number(bare.replaceAll(".", "").replace(",", "."));
}

function answer(key) {
  const card = cards().find((one) => one.dataset.key === key);
  return card ? valueOf(card) : null;
}

const HOLDS = {
  equals: (value, wanted) => value === wanted,
  not_equals: (value, wanted) => value !== wanted,
  in: (value, wanted) => wanted.includes(value),
  gt: (value, wanted) => value > wanted,
  lt: (value, wanted) => value < wanted,
  answered: () => true,
};

function holds({ key, op, value: wanted }) {
  const value = answer(key);
  return value !== null && HOLDS[op](value, wanted);
}

/* + - * / and brackets over keys and numbers; null when a key has no value or on x/0. */
function compute(formula) {
  const parts = formula.match(/[a-z_]\w*|\d+(\.\d+)?|[-+*/()]/gi) ?? [];
  const sum = () => chain(product, { "+": (a, b) => a + b, "-": (a, b) => a - b });
  const product = () => chain(one, { "*": (a, b) => a * b, "/": (a, b) => (b ? a / b : null) });
  function chain(inner, operators) {
    let left = inner();
    while (parts[0] in operators) {
      const work = operators[parts.shift()];
      const right = inner();
      left = left === null || right === null ? null : work(left, right);
    }
    return left;
  }
  function one() {
    const part = parts.shift();
    if (part === "-") { const value = one(); return value === null ? null : -value; }
    if (part === "(") { const value = sum(); parts.shift(); return value; }
    return /^\d/.test(part) ? Number(part) : answer(part);
  }
  return sum();
}

/* Cards stand in the order of the questions, and conditions look only backwards: one pass is enough. */
function refresh() {
  /* Where two values wait to be chosen between, the page stays as the server drew it. */
  if (form.querySelector("[name^='choose-']")) return;
  for (const card of cards()) {
    card.hidden = !JSON.parse(card.dataset.when).every(holds);
    if (card.dataset.formula) showResult(card);
  }
  form.elements.shown.value = cards().filter((card) => !card.hidden).map((card) => card.dataset.key).join(" ");
}

function showResult(card) {
  const value = valueOf(card);
  const places = card.dataset.type === "percent" ? 2 : 0;
  const isGood = value !== null && !(card.dataset.type === "percent" && (value < 0 || value > 100));
  const format = new Intl.NumberFormat("vi", { minimumFractionDigits: places, maximumFractionDigits: places });
  const unit = card.dataset.type === "percent" ? "\u00a0%" : "";
  card.querySelector("[data-result]").textContent = isGood ? format.format(value) + unit : "–";
  card.querySelector("[data-waits]").hidden = isGood;
}

/* A new row is the last one again, empty and numbered on. */
function addRow(button) {
  const body = button.closest("fieldset").querySelector("tbody");
  const last = body.rows[body.rows.length - 1];
  const row = last.cloneNode(true);
  const place = body.rows.length;
  for (const field of row.querySelectorAll("input, select")) {
    field.id = field.id.replace(/-\d+-(\w+)$/, `-${place}-$1`);
    field.name = field.name.replace(/-\d+-(\w+)$/, `-${place}-$1`);
    field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+$/, place + 1));
    field.value = "";
    field.classList.remove("is-invalid");
    field.removeAttribute("aria-invalid");
  }
  body.append(row);
  row.querySelector("input, select").focus();
}

if (form) {
  form.addEventListener("input", refresh);
  form.addEventListener("redrawn", refresh);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-row]");
    if (!button) return;
    event.preventDefault();
    addRow(button);
  });
  refresh();
}
