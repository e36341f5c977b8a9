/* Saving by itself: each answer as soon as it is given, through the same reading as the button. What could not
 * be saved stays in the page and is tried again. What an answer changes around it is asked for afterwards, once
 * for several saves. Without this file the button saves. */
"use strict";

(() => {
  const form = document.querySelector("form[data-autosave]");
  const line = form?.querySelector("[data-saved]");
  if (!line) return;

  const PAUSE = 800; // ms after the last letter of a long text
  const CALM = 300; // ms after a save until the rest of the page is brought up to date
  const SOON = 5 * 60 * 1000; // ms before the session ends
  const WAITS = [5, 10, 20, 30]; // s between two tries
  const LONGEST_DELAY = 2 ** 31 - 1; // ms, what a timer can hold
  const LOOKS = { busy: "saved saved-busy", soon: "saved saved-busy", fail: "saved saved-fail", ok: "saved" };
  const ALWAYS = ["csrfmiddlewaretoken", "who", "window"];

  const waiting = new Set(); // cards with something to save
  let underWay = null; // the save that is being answered
  let timer = 0; // until the next try
  let tries = 0;
  let asking = 0; // for what a save changed around it
  let conflicts = 0; // how often two values had to be chosen between
  let isOver = false; // the session has ended, or the page is of an earlier one: only the button helps
  let isLeaving = false;

  const cardOf = (field) => field.closest(".q");
  const cards = () => [...form.querySelectorAll(".q")];
  const words = (name, n = "") => (line.dataset[name] ?? "").replace("{n}", n);

  function say(text, kind) {
    line.className = LOOKS[kind];
    const icon = form.querySelector(`[data-saved-${kind}]`)?.content.cloneNode(true);
    line.replaceChildren(...(icon ? [icon] : []), ` ${text}`);
  }

  /* The fields of one card, as the button would send them; files go with the button only. */
  function bodyOf(card) {
    const names = new Set([...card.querySelectorAll("[name]")].map((field) => field.name));
    const body = new FormData();
    for (const [name, value] of new FormData(form))
      if (typeof value === "string" && (names.has(name) || ALWAYS.includes(name))) body.append(name, value);
    if (card.dataset.key) body.append("key", card.dataset.key);
    return body;
  }

  const post = (card, more = {}) => fetch(form.dataset.autosave, {
    method: "POST", body: bodyOf(card), headers: { Accept: "application/json" }, redirect: "manual", ...more,
  });

  /* What a person has put into a card, to see whether somebody typed on while it was being saved. */
  const typedIn = (card) => JSON.stringify([...bodyOf(card)].filter(([name]) => !name.startsWith("seen-")));

  function changed(card, pause = 0) {
    card.dataset.changed = "yes";
    clearTimeout(card.pause);
    card.pause = setTimeout(() => { waiting.add(card); work(); }, pause);
  }

  /* One at a time, so that what a page has seen is never older than what it sends. */
  function work() {
    if (underWay || timer || isOver || isLeaving || !waiting.size) return;
    const [card] = waiting;
    waiting.delete(card);
    clearTimeout(card.pause);
    underWay = save(card).finally(() => { underWay = null; work(); });
  }

  async function save(card) {
    say(words("busy"), "busy");
    const text = typedIn(card);
    let response;
    try {
      response = await post(card);
    } catch { // the line is dead
      return tryAgain(card, "offline");
    }
    if (response.type === "opaqueredirect") return stop(card, words("over"));
    if (response.status === 403) return stop(card, words("stale"));
    const told = await response.json().catch(() => null);
    if (told?.refused) return stop(card, told.refused);
    if (!response.ok || !told) return tryAgain(card, "trouble");
    tries = 0;
    return apply(card, told, typedIn(card) !== text);
  }

  function tryAgain(card, why) {
    const wait = WAITS[Math.min(tries, WAITS.length - 1)];
    tries += 1;
    waiting.add(card);
    say(words(why, wait), "fail");
    timer = setTimeout(again, wait * 1000);
  }

  function again() {
    clearTimeout(timer);
    timer = 0;
    work();
  }

  function stop(card, why) {
    waiting.add(card);
    isOver = true;
    say(why, "fail");
  }

  function apply(card, told, hasMore) {
    if (hasMore) changed(card);
    else delete card.dataset.changed;
    if (!(told.conflict && hasMore)) { // else: asked again with what stands there now
      if (told.answer !== undefined) see(card, told.answer);
      if (told.card) redraw(card, told.card);
    }
    say(told.conflict ?? told.said, told.conflict ? "fail" : "ok");
    if (told.conflict) conflicts += 1;
    clearTimeout(asking);
    if (form.dataset.state) asking = setTimeout(look, CALM);
  }

  function see(card, answer) {
    const seen = card.querySelector("[name^='seen-']");
    if (seen) seen.value = JSON.stringify(answer);
  }

  /* Messages and progress as they are now; unless more is being saved, which will ask again. */
  async function look() {
    if (underWay || waiting.size || isOver || isLeaving) return;
    const asked = { headers: { Accept: "application/json" }, redirect: "manual" };
    const response = await fetch(form.dataset.state, asked).catch(() => null);
    const told = response?.ok ? await response.json().catch(() => null) : null;
    if (!told) return;
    for (const card of form.querySelectorAll("[data-key]")) {
      messages(card, told.cards[card.dataset.key]);
      offeredNoMore(card, told.cards[card.dataset.key]?.prefill ?? "");
    }
    for (const list of document.querySelectorAll(".rail ol")) progress(list, told.steps);
    const badge = document.querySelector("[data-badge]");
    if (badge) badge.innerHTML = told.state;
    const box = form.querySelector("[data-unconfirmed]");
    if (!box.contains(document.activeElement)) box.innerHTML = told.unconfirmed;
    const wrong = Object.keys(told.cards).filter((key) => told.cards[key].is_wrong);
    form.elements.told.value = wrong.join(" ");
  }

  /* Last year's answer is offered no more once something is stored. */
  function offeredNoMore(card, html) {
    const box = card.querySelector("[data-prefill]");
    const offered = card.querySelector("[name^='offered-']");
    if (!box || !offered || html.includes("checkbox") || card.dataset.changed) return;
    offered.remove();
    const hadFocus = box.contains(document.activeElement);
    box.innerHTML = html;
    if (!hadFocus) return;
    box.tabIndex = -1;
    box.focus();
  }

  /* Two values wait to be chosen between, or one was chosen: the server draws the card. */
  function redraw(card, html) {
    const hadFocus = card.contains(document.activeElement);
    const made = document.createElement("template");
    made.innerHTML = html.trim();
    const anew = made.content.firstElementChild;
    card.replaceWith(anew);
    if (hadFocus) anew.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    form.dispatchEvent(new CustomEvent("redrawn"));
  }

  /* Errors and warnings of a card; what is being typed into an explanation stays. */
  function messages(card, told) {
    const box = card.querySelector("[data-messages]");
    if (!box) return;
    const html = squeezed(told?.html ?? "");
    card.classList.remove("q-error", "q-warn");
    if (told?.css) card.classList.add(told.css);
    mark(card, told);
    if ((box.dataset.html ?? squeezed(box.innerHTML)) === html) return;
    const typed = [...box.querySelectorAll("textarea")].map((field) => [field.id, field.value]);
    const focused = box.contains(document.activeElement) ? document.activeElement.id : "";
    box.innerHTML = html;
    box.dataset.html = html;
    for (const [id, value] of typed) {
      const field = document.getElementById(id);
      if (field) field.value = value;
    }
    if (focused) document.getElementById(focused)?.focus();
  }

  const squeezed = (html) => html.replace(/\s+/g, " ").trim();

  function mark(card, told) {
    const key = card.dataset.key;
    const help = document.getElementById(`q-${key}-help`)?.id ?? "";
    const described = told?.described_by ?? help;
    for (const field of card.querySelectorAll(`fieldset.inner, [name="${key}"]`)) {
      if (described) field.setAttribute("aria-describedby", described);
      else field.removeAttribute("aria-describedby");
      if (field.tagName !== "FIELDSET") show(field, told?.is_wrong);
    }
    if (!told?.is_wrong) for (const cell of card.querySelectorAll("td .is-invalid")) show(cell, false);
  }

  function show(field, isWrong) {
    if (field.type !== "radio") field.classList.toggle("is-invalid", Boolean(isWrong));
    if (isWrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  function progress(list, steps) {
    [...list.querySelectorAll("[data-step]")].forEach((item, place) => {
      const step = steps[place];
      const icon = item.querySelector("[data-icon]");
      const use = icon.querySelector("use");
      const todo = item.querySelector("[data-todo]");
      icon.className = step.css;
      use.setAttribute("href", use.getAttribute("href").replace(/#.*$/, `#${step.icon}`));
      item.querySelector("[data-count]").textContent = `${step.answered}/${step.asked}`;
      item.querySelector("[data-word]").textContent = step.word;
      todo.textContent = step.todo;
      todo.hidden = !step.todo;
    });
  }

  /* Everything typed is saved before the page goes; false where the line does not let it, or where somebody
   * has to choose first. */
  async function drain() {
    const asked = conflicts;
    while (hasMore()) {
      if (isOver) return true;
      if (timer) again();
      else work();
      await underWay;
      if (timer || conflicts > asked) return false;
    }
    return true;
  }

  function hasMore() {
    for (const card of cards()) if (card.dataset.changed) waiting.add(card);
    return Boolean(underWay || waiting.size);
  }

  function leave() {
    if (isOver || isLeaving) return;
    for (const card of cards()) if (card.dataset.changed) post(card, { keepalive: true }).catch(() => {});
  }

  const isChoice = (field) => field.name.startsWith("choose-");

  form.addEventListener("input", ({ target }) => {
    const card = cardOf(target);
    if (!card || target.type === "file" || isChoice(target)) return;
    if (target.matches("textarea")) changed(card, PAUSE);
    else card.dataset.changed = "yes";
  });

  form.addEventListener("change", ({ target }) => {
    const card = cardOf(target);
    if (!card || isChoice(target)) return;
    if (target.type === "file") say(words("file"), "soon");
    else changed(card);
  });

  /* "Keep this value" beside two values saves at once. */
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-keep]");
    if (!button || isOver) return;
    event.preventDefault();
    changed(cardOf(button));
  });

  /* A button sends the page only over a line that has just carried everything else. */
  form.addEventListener("submit", async (event) => {
    if (isLeaving || isOver || !hasMore()) { isLeaving = true; return; }
    event.preventDefault();
    event.stopPropagation();
    if (!(await drain())) return;
    isLeaving = true;
    form.requestSubmit(event.submitter);
  });

  window.addEventListener("pagehide", leave);
  window.addEventListener("online", again);
  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && (isOver || timer) && cards().some((card) => card.dataset.changed)) event.preventDefault();
  });
  /* Back in the history a page shows what it showed then; what is stored may be newer. */
  window.addEventListener("pageshow", (event) => {
    isLeaving = false;
    if (event.persisted && !cards().some((card) => card.dataset.changed)) window.location.reload();
  });

  const left = Number(line.dataset.left) * 1000;
  if (left && left - SOON < LONGEST_DELAY)
    setTimeout(() => { if (!isOver) say(words("ending"), "soon"); }, Math.max(left - SOON, 0));
})();
