// Progress, speed and cancel for a form with data-upload; htmx sends it. Without scripts the browser sends the form.
(() => {
  const units = ["B", "kB", "MB", "GB"];

  function size(bytes) {
    const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
    return `${(bytes / 1000 ** step).toFixed(step ? 1 : 0)} ${units[step]}`;
  }

  function parts(form) {
    const part = (name) => form.querySelector(`[data-upload-${name}]`);
    return { box: part("status"), bar: part("bar"), text: part("text"), send: part("send"), problem: part("problem") };
  }

  function setBusy(form, isBusy) {
    const { box, send, problem } = parts(form);
    box.hidden = !isBusy;
    send.disabled = isBusy;
    if (isBusy) problem.hidden = true;
    delete form.dataset.isSent;
  }

  function stop(form, sentence) {
    const { problem } = parts(form);
    setBusy(form, false);
    problem.textContent = sentence;
    problem.hidden = false;
  }

  function uploadForm(event) {
    return event.target.closest?.("form[data-upload]");
  }

  document.addEventListener("htmx:beforeSend", (event) => {
    const form = uploadForm(event);
    if (!form) return;
    form.dataset.startedAt = String(performance.now());
    setBusy(form, true);
  });

  document.addEventListener("htmx:xhr:progress", (event) => {
    const form = uploadForm(event);
    const { loaded, total, lengthComputable } = event.detail;
    if (!form || !lengthComputable || !form.dataset.startedAt) return;
    const { bar, text } = parts(form);
    const seconds = (performance.now() - Number(form.dataset.startedAt)) / 1000;
    bar.max = total;
    bar.value = loaded;
    text.textContent = `${size(loaded)} of ${size(total)}, ${size(loaded / Math.max(seconds, 0.1))}/s`;
  });

  // The form with its errors is an answer to show, although its status says that nothing was stored.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (uploadForm(event) && event.detail.xhr.status === 400) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  document.addEventListener("htmx:sendError", (event) => {
    const form = uploadForm(event);
    if (form) stop(form, "The connection was lost. Nothing was stored: try again.");
  });
  document.addEventListener("htmx:sendAbort", (event) => {
    const form = uploadForm(event);
    if (form) stop(form, "Cancelled. Nothing was stored.");
  });
  document.addEventListener("htmx:responseError", (event) => {
    const form = uploadForm(event);
    if (form) stop(form, "The server could not store the file. Try again.");
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-upload-cancel]");
    if (button) htmx.trigger(button.closest("form"), "htmx:abort");
  });
})();
