/* The funding table: sums as one types, Enter and the arrows go from amount to amount, spare rows are added.
 * The sums are a help; the server reads every amount again, more strictly, and its word is final. */
"use strict";

const form = document.querySelector("form[data-funding]");
const shown = new Intl.NumberFormat("vi-VN");
const UNITS = { nghìn: 1e3, ngàn: 1e3, triệu: 1e6, tr: 1e6, tỷ: 1e9, tỉ: 1e9 };

/* "1.234.567", "33 triệu", "1,5 triệu đồng" → whole đồng; null where it cannot be read; 0 where empty. */
function amountIn(text) {
  const bare = text.normalize("NFC").trim().toLowerCase().replace(/\s*(đồng|đ|₫|vnđ|vnd)\.?$/, "");
  if (!bare) return 0;
  const found = /^(\d+|\d{1,3}(?:\.\d{3})+)(,\d+)?\s*(nghìn|ngàn|triệu|tr|tỷ|tỉ)?$/.exec(bare);
  if (!found) return null;
  const number = Number(found[1].replaceAll(".", "") + (found[2] ?? "").replace(",", "."));
  const amount = Math.round(number * (UNITS[found[3]] ?? 1) * 100) / 100;
  return Number.isSafeInteger(amount) ? amount : null;
}

const amounts = () => [...form.querySelectorAll("[data-amount]")];
const newLine = (input) => input.closest("[data-new-lines] fieldset");

/* The agency whose sum an amount belongs to. */
function entryOf(input) {
  const line = newLine(input);
  return line ? line.querySelector("[name$='-entry']").value : input.dataset.entry;
}

/* What the stored sum does not hold yet; null where something cannot be read. */
function added(inputs) {
  let sum = 0;
  for (const input of inputs) {
    const amount = amountIn(input.value);
    if (amount === null) return null;
    sum += amount - Number(input.dataset.stored ?? 0);
  }
  return sum;
}

function write(place, inputs) {
  const more = added(inputs);
  place.textContent = more === null ? "–" : shown.format(Number(place.dataset.base) + more);
}

function addUp() {
  const all = amounts();
  for (const place of form.querySelectorAll("[data-sum]")) {
    write(place, all.filter((input) => entryOf(input) === place.dataset.sum));
  }
  const total = form.querySelector("[data-total]");
  if (total) write(total, all);
}

/* Down a column as in a spreadsheet; Ctrl+Enter saves. */
function walk(event) {
  if (!event.target.matches("[data-amount]") || event.ctrlKey || event.metaKey) return;
  const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const all = amounts();
  const next = all[all.indexOf(event.target) + step];
  event.preventDefault();
  next?.focus();
  next?.select();
}

function saveFromKeyboard(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
}

/* One more spare row like the last one, empty; the server would do the same with a round trip. */
function addRow(event) {
  const last = form.querySelector("[data-new-lines] fieldset:last-child");
  const spare = form.querySelector("[data-spare]");
  const place = Number(spare.value);
  if (!last || place >= 30) return;
  event.preventDefault();
  const row = last.cloneNode(true);
  for (const one of row.querySelectorAll("[id], [for], [name], [aria-describedby]")) {
    for (const name of ["id", "for", "name", "aria-describedby"]) {
      const value = one.getAttribute(name);
      if (value) one.setAttribute(name, value.replace(/new\d+-/, `new${place}-`));
    }
    one.removeAttribute("aria-invalid");
  }
  for (const wrong of row.querySelectorAll(".msg")) wrong.remove();
  for (const input of row.querySelectorAll("input")) {
    if (!/-(quantity|fiscal_year)$/.test(input.name)) input.value = "";
  }
  const legend = row.querySelector("legend");
  legend.textContent = legend.textContent.replace(/\d+/, place + 1);
  last.after(row);
  spare.value = place + 1;
  row.querySelector("select").focus();
}

if (form) {
  form.addEventListener("input", addUp);
  form.addEventListener("change", addUp);
  form.addEventListener("keydown", walk);
  form.addEventListener("keydown", saveFromKeyboard);
  form.querySelector("[data-more]")?.addEventListener("click", addRow);
  addUp();
}
