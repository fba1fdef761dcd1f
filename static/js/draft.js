// Keeps what was typed into a report on this phone until it has been sent, so that a lost connection loses nothing.

const key = (name) => `draft:${name}`;
const worthKeeping = (field) => field.name && !["hidden", "file", "password", "radio", "submit"].includes(field.type) && !["csrfmiddlewaretoken", "website"].includes(field.name);
// What somebody is called and how they are reached is the same for their next report; the rest belongs to one.
const ALWAYS = ["words", "name", "phone", "email"];

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(key(name))) ?? {};
  } catch {
    return {};
  }
}

function restore(form) {
  const { draft: name, draftOf: report = "" } = form.dataset;
  const kept = read(name);
  const isSame = kept.report === report;
  for (const field of form.elements) {
    const typed = kept.fields?.[field.name];
    // What the server wrote into the form is older than what was typed here for the same report.
    if (!worthKeeping(field) || !typed || field.value !== field.defaultValue) continue;
    if (ALWAYS.includes(field.name) ? field.value : !isSame) continue;
    field.value = typed;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  const { draft: name, draftOf: report = "" } = form.dataset;
  // Not before the other scripts listen: what is restored is answered like what is typed.
  addEventListener("DOMContentLoaded", () => restore(form));
  form.addEventListener("input", () => {
    const fields = {};
    for (const field of form.elements) if (worthKeeping(field) && field.value) fields[field.name] = field.value;
    try {
      localStorage.setItem(key(name), JSON.stringify({ report, fields }));
    } catch {
      // A full or forbidden store only means that there is no draft.
    }
  });
}

// Sent: whatever draft of this kind is left is not needed any more.
for (const done of document.querySelectorAll("[data-draft-done]")) {
  for (const name of Object.keys(localStorage)) if (name.startsWith(key(done.dataset.draftDone))) localStorage.removeItem(name);
}
