/* The preview of a reminder rule follows what is typed. Without this file the button "Xem thử" does the same. */
"use strict";

const form = document.querySelector("form[data-preview]");
const WAIT = 600; /* milliseconds after the last key */
let timer;
let asked = 0;

async function refresh() {
  const number = ++asked;
  const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("preview");
  if (fresh && number === asked) document.getElementById("preview").replaceChildren(...fresh.childNodes);
}

if (form) {
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => refresh().catch(() => {}), WAIT);
  });
}
