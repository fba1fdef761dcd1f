// Keeps a report on this phone when there is no network: on the page for that, and on the last step of a report.

import { flush, keep } from "./outbox.js";

function fieldsOf(form) {
  const fields = {};
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "csrfmiddlewaretoken") fields[name] = value;
  return fields;
}

function photosOf(form) {
  const input = form.querySelector("input[type=file]");
  const most = Number(input?.closest("[data-most]")?.dataset.most ?? 5);
  return [...(input?.files ?? [])].slice(0, most).map((file) => ({ name: file.name, blob: file }));
}

async function keepAndSend(form, token, extra) {
  await keep({ token, fields: { ...extra, ...fieldsOf(form) }, photos: photosOf(form), at: new Date().toISOString() });
  const outcomes = navigator.onLine ? await flush() : [];
  const mine = outcomes.find(({ report }) => report.token === token);
  if (mine?.url) window.location.assign(mine.url);
  return mine;
}

function say(form, words, tone) {
  const box = form.querySelector("[data-offline-status]");
  box.className = `message message-${tone}`;
  box.textContent = words;
  box.hidden = false;
  box.focus();
}

// The page for reporting without a network.
for (const form of document.querySelectorAll("form[data-offline-report]")) {
  let token = crypto.randomUUID().replaceAll("-", "");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!form.reportValidity()) return;
    const mine = await keepAndSend(form, token, {});
    if (mine?.url) return;
    if (mine?.sentences) {
      say(form, mine.sentences.join(" "), "error");
      return;
    }
    say(form, form.dataset.wordKept, "success");
    form.reset();
    token = crypto.randomUUID().replaceAll("-", "");
    window.addEventListener("online", flush);
  });
}

// The last step of a report, when the network went away in the middle of it.
for (const form of document.querySelectorAll("form[data-offline-details]")) {
  form.addEventListener("submit", async (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const before = JSON.parse(document.getElementById(form.dataset.offlineDetails).textContent);
    await keepAndSend(form, form.elements.token.value, before);
    say(form, form.dataset.wordKept, "success");
    window.addEventListener("online", async () => {
      const outcomes = await flush();
      const [first] = outcomes.filter(({ url }) => url);
      if (first) window.location.assign(first.url);
    });
  }, { capture: true });
}

for (const button of document.querySelectorAll("form[data-offline-report] [data-here]")) {
  if (!navigator.geolocation) continue;
  button.hidden = false;
  const form = button.form;
  const status = form.querySelector("[data-here-status]");
  button.addEventListener("click", () => {
    status.textContent = button.dataset.wordBusy;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.latitude.value = coords.latitude.toFixed(6);
        form.elements.longitude.value = coords.longitude.toFixed(6);
        status.textContent = button.dataset.wordFound;
      },
      () => {
        status.textContent = button.dataset.wordRefused;
      },
      { enableHighAccuracy: true, timeout: 20000 },
    );
  });
}
