// Small conveniences. Every page can be read and every form sent without them.
(() => {
  const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

  function elapsed(moment) {
    const seconds = Math.floor((Date.now() - moment) / 1000);
    const unit = units.find(([size]) => seconds >= size);
    return unit ? `${Math.floor(seconds / unit[0])} ${unit[1]} ago` : "just now";
  }

  function showTimes(root) {
    for (const time of root.querySelectorAll("time[data-ago]")) {
      const moment = new Date(time.dateTime);
      const text = elapsed(moment);
      if (time.textContent !== text) time.textContent = text;
      if (!time.dataset.local) {
        time.title = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
        time.dataset.local = "yes";
      }
    }
  }

  async function copy(button) {
    await navigator.clipboard.writeText(button.dataset.copy);
    const label = button.getAttribute("aria-label");
    button.setAttribute("aria-label", "Copied");
    button.classList.add("text-green");
    setTimeout(() => {
      button.setAttribute("aria-label", label);
      button.classList.remove("text-green");
    }, 1500);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-dismiss]");
    if (!button) return;
    if (button.dataset.copy) copy(button);
    else button.closest(".alert").remove();
  });

  // A second click on the same submit button sends nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.isSent) {
      event.preventDefault();
      return;
    }
    form.dataset.isSent = "yes";
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-is-sent]")) delete form.dataset.isSent;
  });

  document.addEventListener("DOMContentLoaded", () => showTimes(document));
  document.addEventListener("htmx:afterSwap", (event) => showTimes(event.target));
  setInterval(() => showTimes(document), 1000);
})();
