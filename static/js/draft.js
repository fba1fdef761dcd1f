// Keeps what was typed into a report on this phone until it has been sent, so that a lost connection loses nothing.

const key = (name) => `draft:${name}`;
const worthKeeping = (field) => field.name && !["hidden", "file", "password"].includes(field.type) && field.name !== "csrfmiddlewaretoken";

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(key(name))) ?? {};
  } catch {
    return {};
  }
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  const kept = read(form.dataset.draft);
  for (const field of form.elements) {
    if (worthKeeping(field) && !field.value && kept[field.name]) field.value = kept[field.name];
  }
  form.addEventListener("input", () => {
    const values = {};
    for (const field of form.elements) if (worthKeeping(field) && field.value) values[field.name] = field.value;
    try {
      localStorage.setItem(key(form.dataset.draft), JSON.stringify(values));
    } catch {
      // A full or forbidden store only means that there is no draft.
    }
  });
}

for (const done of document.querySelectorAll("[data-draft-done]")) localStorage.removeItem(key(done.dataset.draftDone));
