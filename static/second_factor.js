// Security keys: their buttons are of use only with script, and what the browser refuses is said on the page.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const can = Boolean(window.PublicKeyCredential);
  for (const one of document.querySelectorAll(".needs-script")) one.hidden = !can;
  for (const one of document.querySelectorAll(".without-keys")) one.hidden = can;
});

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const place = document.querySelector("[data-key-error]");
  place.textContent = place.dataset.keyError;
  place.setAttribute("role", "alert");
  place.hidden = false;
});
