// Small niceties for every page. Nothing here is needed: each page works without it.

// A form marked data-once is sent once, however often the button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // Not `disabled`: a disabled button would not send its name and value along.
  for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-disabled", "true");
});

// Coming back with the browser's back button, forms can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  }
});

// "Near me": asks the phone where it is and opens the list around that point.
for (const control of document.querySelectorAll("[data-near-me]")) {
  if (!navigator.geolocation) continue;
  control.hidden = false;
  control.addEventListener("click", (event) => {
    event.preventDefault();
    const address = new URL(control.href || window.location.href, window.location.href);
    const open = () => window.location.assign(address);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        // Three decimals are about a hundred metres: near enough, and no home address in the server's log.
        address.searchParams.set("latitude", coords.latitude.toFixed(3));
        address.searchParams.set("longitude", coords.longitude.toFixed(3));
        for (const name of ["after", "before"]) address.searchParams.delete(name);
        open();
      },
      open,
      { timeout: 8000, maximumAge: 60000 },
    );
  });
}

// A link to share: the phone's own list of ways, else it is copied.
for (const link of document.querySelectorAll("[data-share]")) {
  link.addEventListener("click", async (event) => {
    if (!navigator.share && !navigator.clipboard) return;
    event.preventDefault();
    try {
      if (navigator.share) await navigator.share({ title: document.title, url: link.href });
      else {
        await navigator.clipboard.writeText(link.href);
        link.querySelector("[aria-live]").textContent = link.dataset.wordCopied;
      }
    } catch (error) {
      // Whoever closed the list again wants nothing more.
      if (error.name !== "AbortError") window.location.assign(link.href);
    }
  });
}

// After a refused form the first wrong field gets the focus.
document.querySelector("main [aria-invalid=true]")?.focus();

// A report that was written without a network goes as soon as there is one, whatever page is open.
const outbox = document.querySelector("meta[name=outbox]")?.content;
try {
  if (outbox && localStorage.getItem("reports-waiting")) import(outbox);
} catch {
  // A browser without a store keeps no reports either.
}

// What is needed to report without a network is kept on the phone once the page has come.
if (navigator.serviceWorker) {
  window.addEventListener("load", () => navigator.serviceWorker.register("/sw.js", { updateViaCache: "all" }).catch(() => {}));
}
