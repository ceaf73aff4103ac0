// The live channel. An element with data-live="cohort:<id> event" re-requests itself (hx-trigger="live") when one of
// these topics changes, and after every reconnection. A hidden page waits until it is seen again.
(() => {
  const slug = document.body.dataset.project;
  const banner = document.getElementById("connection-lost");
  const SIGNED_OUT = 4401;
  const NO_SUCH_PROJECT = 4404;
  const longestPause = 15000;
  const sweep = 30000; // a device that falls silent changes nothing that could nudge us
  let pause = 500;
  let hasConnected = false;
  let waiting = new Set();

  function concerns(element, nudge) {
    return element.dataset.live.split(" ").some((topic) => {
      const [kind, id] = topic.split(":");
      return kind === nudge.changed && (!id || !nudge.id || id === nudge.id);
    });
  }

  function refresh(elements) {
    for (const element of elements) waiting.add(element);
    if (document.hidden) return;
    for (const element of waiting) if (element.isConnected) htmx.trigger(element, "live");
    waiting = new Set();
  }

  function hear(nudge) {
    const live = [...document.querySelectorAll("[data-live]")];
    if (nudge.changed !== "connection") {
      refresh(live.filter((element) => concerns(element, nudge)));
      return;
    }
    pause = 500;
    banner.hidden = true;
    document.body.dataset.connection = "live";
    if (hasConnected) refresh(live);
    hasConnected = true;
  }

  function connect() {
    const address = new URL(`/live/?project=${encodeURIComponent(slug)}`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    socket.addEventListener("message", (event) => hear(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => {
      document.body.dataset.connection = "lost";
      if (event.code === SIGNED_OUT || event.code === NO_SUCH_PROJECT) {
        location.reload();
        return;
      }
      banner.hidden = false;
      setTimeout(connect, pause * (0.75 + Math.random() / 2));
      pause = Math.min(pause * 2, longestPause);
    });
  }

  document.addEventListener("visibilitychange", () => refresh([]));
  document.addEventListener("DOMContentLoaded", () => {
    if (!slug || !document.querySelector("[data-live]")) return;
    connect();
    setInterval(() => refresh(document.querySelectorAll("[data-live]")), sweep);
  });
})();
