// A ticket's page that stays true while it is looked at: the parts that changed are put in their places.
// What somebody types is in none of these parts. Without this the page is as it was when it came.

const POLL = 15000;
const page = document.querySelector("[data-live]");

const announce = (words) => {
  const place = page.querySelector("[data-live-said]");
  if (place && words) place.textContent = words;
};

// Whether anything that people read is different: a new token in a form is not.
const words = (element) => element.textContent.replace(/\s+/g, " ").trim();

const put = (text) => {
  const answer = new DOMParser().parseFromString(text, "text/html").querySelector("[data-live-answer]");
  if (!answer) return;
  page.dataset.version = answer.dataset.version;
  let isNews = false;
  for (const part of answer.querySelectorAll("[data-part]")) {
    const place = page.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!place || words(place) === words(part) || place.contains(document.activeElement)) continue;
    place.replaceChildren(...part.childNodes);
    isNews = true;
  }
  if (isNews) announce(answer.dataset.said);
};

let isAsking = false;
const ask = async () => {
  if (isAsking || document.visibilityState !== "visible") return;
  isAsking = true;
  try {
    const address = new URL(page.dataset.live, window.location.href);
    address.searchParams.set("version", page.dataset.version);
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (answer.status === 200 && !answer.redirected) put(await answer.text());
  } catch {
    // Without a network the page stays what it was.
  } finally {
    isAsking = false;
  }
};

if (page) {
  // The stream says that something happened; it is asked for what, so that only one place decides who sees it.
  const stream = new EventSource(page.dataset.stream, { withCredentials: true });
  for (const name of ["ticket_updated", "ticket_deleted"]) stream.addEventListener(name, ask);
  stream.addEventListener("open", ask);
  // Where there is no stream, every so often.
  setInterval(() => stream.readyState !== EventSource.OPEN && ask(), POLL);
  document.addEventListener("visibilitychange", ask);
  window.addEventListener("pagehide", () => stream.close());
}
