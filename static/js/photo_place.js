// Asks where a photo was taken before it is shrunk, which takes that out. Only the beginning of the file goes, is read, and is not kept.

for (const box of document.querySelectorAll("[data-photo-place]")) {
  const form = box.closest("form");
  const input = form.querySelector("input[type=file]");
  const { photoPlace: address, headBytes } = box.dataset;
  input?.addEventListener("change", async () => {
    box.replaceChildren();
    const heads = new FormData();
    for (const file of [...input.files].slice(0, 5)) heads.append("photos", file.slice(0, Number(headBytes), file.type), file.name);
    if (!heads.has("photos")) return;
    try {
      const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
      const answer = await fetch(address, { method: "POST", body: heads, headers });
      if (answer.status === 200) box.innerHTML = await answer.text();
    } catch {
      // Without an answer there is no question.
    }
  }, { capture: true });
}
