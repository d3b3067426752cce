// The agent's page: how long something has lasted, that the connection is lost, notes without card numbers.
"use strict";

function lasted(since) {
  const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(since)) / 1000));
  const minutes = Math.floor(seconds / 60);
  const two = (number) => String(number).padStart(2, "0");
  return minutes < 60 ? `${minutes}:${two(seconds % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)} h`;
}

function tick() {
  for (const time of document.querySelectorAll("time.since")) {
    const text = lasted(time.dateTime);
    if (time.textContent !== text) time.textContent = text;
  }
}

// A card number stays in the page: it is refused before anything is sent. The console refuses it too.
function holdsCard(text) {
  return (text.match(/\d(?:[\W_]{0,3}\d){12,}/g) || []).some((run) => {
    const digits = run.replace(/\D/g, "");
    for (let length = 13; length <= 19; length++) {
      for (let start = 0; start + length <= digits.length; start++) {
        if (luhn(digits.slice(start, start + length))) return true;
      }
    }
    return false;
  });
}

function luhn(digits) {
  let sum = 0;
  [...digits].reverse().forEach((digit, place) => {
    const value = Number(digit) * (place % 2 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  });
  return sum % 10 === 0;
}

function look(notes) {
  const card = holdsCard(notes.value);
  notes.setCustomValidity(card ? notes.dataset.card : "");
  notes.setAttribute("aria-invalid", String(card));
  const told = document.getElementById(notes.getAttribute("aria-describedby"));
  const text = card ? notes.dataset.card : "";
  if (told.textContent !== text) told.textContent = text;
  if (!card) sessionStorage.setItem(notes.id, notes.value);
}

// what was written before the page was loaded anew, or a session ended
function recall() {
  for (const notes of document.querySelectorAll("textarea[name=notes]")) {
    if (!notes.value) notes.value = sessionStorage.getItem(notes.id) || "";
  }
}

document.addEventListener("input", (event) => {
  if (event.target.name === "notes") look(event.target);
});
document.addEventListener("htmx:afterSwap", () => { recall(); tick(); });
document.addEventListener("htmx:sseError", () => { document.getElementById("offline").hidden = false; });
document.addEventListener("htmx:sseOpen", () => { document.getElementById("offline").hidden = true; });
// what was told beside a form goes once it was sent well
document.addEventListener("htmx:afterRequest", (event) => {
  const told = event.detail.successful && event.target.querySelector?.("[role=alert]");
  if (told) told.textContent = "";
});
// A session that ends in the middle of a call does not take the page away, and with it the phone that speaks.
addEventListener("htmx:sseMessage", (event) => {
  if (event.detail.type !== "signed-out" || document.querySelector("[data-call]") === null) return;
  event.stopImmediatePropagation();
  document.getElementById("signed-out").hidden = false;
}, true);
// signed in again in another tab: this page is good for acts again
addEventListener("focus", async () => {
  const told = document.getElementById("signed-out");
  if (!told || told.hidden) return;
  const page = await fetch("/desk");
  if (page.redirected || !page.ok) return;
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
  document.body.setAttribute("hx-headers", fresh.body.getAttribute("hx-headers"));
  told.hidden = true;
});
recall();
tick();
setInterval(tick, 1000);
