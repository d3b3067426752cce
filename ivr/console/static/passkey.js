// Passkeys: asks the server for a challenge, lets the browser answer it, brings the answer back.
"use strict";

async function post(path, body, type) {
  const token = document.querySelector("input[name=csrf]").value;
  const answer = await fetch(path, { method: "POST", body, headers: { "X-CSRF-Token": token, "Content-Type": type } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function use(next) {
  const options = await post("/sign-in/passkey/ask", "", "application/json");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const key = await navigator.credentials.get({ publicKey });
  return post("/sign-in/passkey?next=" + encodeURIComponent(next), JSON.stringify(key), "application/json");
}

async function make(form) {
  const given = new URLSearchParams(new FormData(form)).toString();
  const options = await post("/account/passkey/ask", given, "application/x-www-form-urlencoded");
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const key = await navigator.credentials.create({ publicKey });
  return post("/account/passkey", JSON.stringify(key), "application/json");
}

async function then(work) {
  const wrong = document.querySelector("[data-passkey-wrong]");
  wrong.hidden = true;
  try {
    location.assign((await work).to);
  } catch {
    wrong.hidden = false;
  }
}

for (const button of document.querySelectorAll("button[data-passkey=use]")) {
  button.addEventListener("click", () => then(use(button.dataset.next)));
}
for (const form of document.querySelectorAll("form[data-passkey=make]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    then(make(form));
  });
}
