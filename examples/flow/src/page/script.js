// Shows new spans as they arrive. All else on the page works without a script.
"use strict";

const live = document.getElementById("live");
let stream = null;
let refreshing = false;
let again = false;

// Replaces the content. Focus, scrolling and what is unfolded stay.
async function refresh() {
  if (refreshing) {
    again = true;
    return;
  }
  refreshing = true;
  try {
    const response = await fetch(location.pathname, { cache: "no-store" });
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("main");
    const main = document.getElementById("main");
    const focused = document.activeElement?.id;
    const drawing = document.getElementById("drawing");
    const open = document.getElementById("traces")?.open;
    if (fresh.innerHTML === main.innerHTML) {
      main.dataset.version = fresh.dataset.version ?? "";
    } else {
      main.replaceWith(fresh);
      const drawn = document.getElementById("drawing");
      if (drawing && drawn) drawn.scrollTo(drawing.scrollLeft, drawing.scrollTop);
      const traces = document.getElementById("traces");
      if (traces && open) traces.open = true;
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    }
  } catch {
    // The stream tells when flow is back.
  }
  refreshing = false;
  if (again) {
    again = false;
    setTimeout(refresh, 250);
  }
}

// A hidden page needs no stream: a browser has six connections for all its pages together.
function listen() {
  if (document.hidden) {
    stream?.close();
    stream = null;
  } else if (!stream) {
    stream = new EventSource("/events");
    stream.onopen = () => { live.textContent = "live"; };
    stream.onmessage = (event) => {
      if (event.data !== document.getElementById("main").dataset.version) refresh();
    };
    stream.onerror = () => {
      live.textContent = "reconnecting";
      if (stream?.readyState === EventSource.CLOSED) {
        stream = null;
        setTimeout(listen, 2000);
      }
    };
  }
}

if (document.getElementById("main").dataset.version !== undefined) {
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => { stream?.close(); stream = null; });
  addEventListener("pageshow", listen);
  listen();
}
document.querySelector(".flow .selected")?.scrollIntoView({ block: "nearest", inline: "center" });
