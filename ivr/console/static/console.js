// What the pages do by themselves. Everything else is htmx's.
"use strict";

// signed out in the middle of a stream: the page says so, and leads to the sign-in
document.addEventListener("htmx:sseMessage", (event) => {
  if (event.detail.type === "signed-out") location.assign("/sign-in?next=" + encodeURIComponent(location.pathname));
});
