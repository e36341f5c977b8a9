/* Agencies are found while one types. Without this file the button "Tìm" does the same.
 * The form goes to its own page, which answers with the lists; what is ticked travels along and stays ticked. */
"use strict";

const WAIT = 350; /* milliseconds after the last key */
const timers = new WeakMap();
const asked = new WeakMap();

async function find(picker) {
  const number = (asked.get(picker) ?? 0) + 1;
  asked.set(picker, number);
  const form = picker.closest("form");
  const sent = new FormData(form);
  sent.set("act", "find");
  const answer = await fetch(form.action, { method: "POST", body: sent });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const list = picker.querySelector("[data-list]");
  const fresh = page.querySelector(`[data-list="${list.dataset.list}"]`);
  if (!fresh || number !== asked.get(picker)) return;
  keepTicks(list, fresh);
  list.replaceChildren(...fresh.childNodes);
  const told = fresh.closest("[data-picker]")?.querySelector("[data-told]");
  picker.querySelector("[data-told]").textContent = told?.textContent.trim() ?? "";
}

/* What was ticked or cleared while the answer was on its way counts, not what was sent. */
function keepTicks(list, fresh) {
  for (const box of list.querySelectorAll("input")) {
    const same = [...fresh.querySelectorAll("input")].find((one) => one.value === box.value);
    if (same) same.checked = box.checked;
    else if (box.checked) fresh.append(box.closest("li"));
  }
}

function soon(picker, wait) {
  clearTimeout(timers.get(picker));
  timers.set(picker, setTimeout(() => find(picker).catch(() => {}), wait));
}

for (const picker of document.querySelectorAll("[data-picker]")) {
  const search = picker.querySelector("[type=search]");
  search.addEventListener("input", () => soon(picker, WAIT));
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    soon(picker, 0);
  });
  picker.querySelector("button").addEventListener("click", (event) => {
    event.preventDefault();
    soon(picker, 0);
  });
}
