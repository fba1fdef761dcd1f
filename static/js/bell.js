// The bell's number, kept true while the page is looked at. Without this it is as it was when the page came.

const bell = document.querySelector("[data-bell]");
const EVERY = 15000;

const show = (unread) => {
  const number = bell.querySelector("[data-bell-number]");
  number.hidden = unread === 0;
  number.textContent = unread > 99 ? "99+" : String(unread);
  bell.setAttribute("aria-label", unread === 0 ? bell.dataset.none : bell.dataset.some.replace("%", number.textContent));
};

const ask = async () => {
  if (document.visibilityState !== "visible") return;
  try {
    const answer = await fetch(bell.dataset.bell, { headers: { Accept: "application/json" } });
    if (answer.ok) show((await answer.json()).unread);
  } catch {
    // Without a network the number stays what it was.
  }
};

if (bell) {
  setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", ask);
}
