// What the pages do by themselves. Everything else is htmx's.
"use strict";

// signed out in the middle of a stream: the page says so, and leads to the sign-in
document.addEventListener("htmx:sseMessage", (event) => {
  if (event.detail.type === "signed-out") location.assign("/sign-in?next=" + encodeURIComponent(location.pathname));
});
// signed out while there was no stream: one that is refused does not say why, so it is asked for once more
document.addEventListener("htmx:sseError", async () => {
  const asked = new AbortController();
  const stream = document.querySelector("[sse-connect]").getAttribute("sse-connect");
  const answer = await fetch(stream, { signal: asked.signal }).catch(() => null);
  asked.abort();
  if (answer?.status === 401) htmx.trigger(document.body, "htmx:sseMessage", { type: "signed-out" });
});
