/* Small conveniences. Every page works without this file. */
"use strict";

/* The list of errors is what a person should hear first. */
document.querySelector(".summary")?.focus();

/* The phone menu closes with Escape and gives the focus back. */
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector(".menu[open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

/* A second press on a button while the first is under way sends nothing. */
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sending) event.preventDefault();
  event.target.dataset.sending = "yes";
});

/* Back in the browser's history the form may be sent again. */
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sending]")) delete form.dataset.sending;
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

/* Names to choose from follow what is typed; without this file the page finds it when it is sent. */
let suggestTimer;
let suggestions = 0;

async function suggest(field) {
  const form = new FormData(field.form);
  const query = new URLSearchParams({ q: field.value, on: form.get("on") ?? "" });
  const number = ++suggestions;
  const answer = await fetch(`${field.dataset.suggest}?${query}`);
  const { names } = await answer.json();
  if (number === suggestions) field.list.replaceChildren(...names.map((name) => new Option(name, name)));
}

for (const field of document.querySelectorAll("[data-suggest]")) {
  const list = document.createElement("datalist");
  list.id = `${field.id}_names`;
  field.after(list);
  field.setAttribute("list", list.id);
  field.addEventListener("focus", () => suggest(field).catch(() => {}), { once: true });
  field.addEventListener("input", () => {
    clearTimeout(suggestTimer);
    suggestTimer = setTimeout(() => suggest(field).catch(() => {}), 250);
  });
}
