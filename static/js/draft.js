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
    // What the server wrote into the form is older than what was typed here.
    if (worthKeeping(field) && field.value === field.defaultValue && kept[field.name]) field.value = kept[field.name];
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

// Sent: whatever draft of this kind is left is not needed any more.
for (const done of document.querySelectorAll("[data-draft-done]")) {
  for (const name of Object.keys(localStorage)) if (name.startsWith(key(done.dataset.draftDone))) localStorage.removeItem(name);
}
