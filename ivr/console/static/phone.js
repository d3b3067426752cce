// The phone in the page: SIP over the console's WebSocket, sound by WebRTC. One tab of a browser has it.
"use strict";

(() => {
  const box = document.getElementById("phone");
  const state = document.getElementById("phone-state");
  const sound = document.getElementById("phone-sound");
  const answer = document.getElementById("phone-answer");
  const mute = document.getElementById("phone-mute");
  const again = document.getElementById("phone-again");
  const SOUND = { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } };
  let phone = null;
  let call = null;
  let wanted = false; // the agent took the call before the phone rang

  function show(name) {
    state.dataset.state = name;
    state.textContent = box.dataset[name];
    answer.hidden = name !== "rings" && name !== "silent";
    mute.hidden = name !== "speaks" && name !== "muted";
    again.hidden = name !== "failed";
  }

  function idle() {
    show(phone && phone.isRegistered() ? "registered" : "lost");
  }

  async function secret() {
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"];
    const got = await fetch("/desk/phone", { method: "POST", headers: { "X-CSRF-Token": token } });
    if (got.status === 404) return null;
    if (!got.ok) throw new Error(String(got.status));
    return got.json();
  }

  async function connect() {
    show("connecting");
    let given;
    try {
      given = await secret();
    } catch {
      show("failed");
      return;
    }
    if (!given) { show("none"); return; }
    const where = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/desk/phone/socket`;
    if (phone) phone.stop();
    phone = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(where)],
      uri: `sip:${given.name}@${location.hostname}`,
      password: given.secret,
      register_expires: 60,
      session_timers: false,
      user_agent: "Tonewall",
    });
    phone.on("registered", () => { if (!call) show("registered"); });
    phone.on("registrationFailed", () => { if (!call) show("failed"); });
    phone.on("disconnected", () => { if (!call) show("lost"); });
    phone.on("newRTCSession", ({ originator, session }) => {
      if (originator !== "remote" || call) session.terminate();
      else take(session);
    });
    phone.start();
  }

  function take(session) {
    call = session;
    show("rings");
    session.on("peerconnection", ({ peerconnection }) => {
      peerconnection.addEventListener("track", (event) => { sound.srcObject = event.streams[0] || new MediaStream([event.track]); });
    });
    session.on("confirmed", () => show("speaks"));
    session.on("getusermediafailed", () => show("silent"));
    for (const end of ["ended", "failed"]) {
      session.on(end, () => { if (call === session) { call = null; wanted = false; sound.srcObject = null; idle(); } });
    }
    // the agent asked for this call already: they took it here, call out, or are rung again
    const stage = document.querySelector("[data-stage]").dataset.stage;
    if (wanted || !["none", "ringing"].includes(stage)) pickUp();
  }

  function pickUp() {
    wanted = true;
    if (call && call.isInProgress()) call.answer(SOUND);
  }

  answer.addEventListener("click", pickUp);
  again.addEventListener("click", connect);
  mute.addEventListener("click", () => {
    const silent = call.isMuted().audio;
    if (silent) call.unmute({ audio: true }); else call.mute({ audio: true });
    mute.setAttribute("aria-pressed", String(!silent));
    mute.textContent = silent ? box.dataset.mute : box.dataset.unmute;
    show(silent ? "speaks" : "muted");
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-takes-call]")) pickUp();
  });
  addEventListener("pagehide", () => { if (phone) phone.stop(); });

  show("elsewhere");
  navigator.locks.request("tonewall-phone", () => { connect(); return new Promise(() => {}); });
})();
