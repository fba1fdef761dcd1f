// Keys for people who handle two hundred tickets a day. Every page works without this file.
(() => {
  "use strict";

  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

  const rows = () => [...document.querySelectorAll("[data-row]")];

  function step(by) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function press(key) {
    const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!target) return false;
    if (target.matches("summary")) {
      target.parentElement.open = true;
      focusForm(target.parentElement);
    } else if (target.matches("input")) {
      target.focus();
    } else {
      target.click();
    }
    return true;
  }

  function focusForm(details) {
    details.scrollIntoView({ block: "nearest" });
    details.querySelector("select, textarea, input:not([type=hidden])")?.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && typing(event.target)) {
      event.target.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (!press(event.key)) return;
    event.preventDefault();
  });

  // A part of the page that gets old: asked for again every so many seconds, while somebody looks at it.
  function renew(part) {
    const ask = async () => {
      // Not under the hands of somebody who walks through it with the keyboard.
      if (document.visibilityState !== "visible" || part.contains(document.activeElement)) return;
      try {
        const answer = await fetch(part.dataset.renew, { headers: { Accept: "text/html" } });
        if (answer.ok && !answer.redirected) part.innerHTML = await answer.text();
      } catch {
        // Without a network it stays what it was.
      }
    };
    setInterval(ask, 1000 * Number(part.dataset.every));
    document.addEventListener("visibilitychange", ask);
  }

  // How many wait, behind the lines of the menu.
  function countWaiting() {
    const line = document.querySelector('nav a[href$="/conversations/"], aside a[href$="/conversations/"], #nav-sidebar a[href$="/conversations/"]');
    if (!line) return;
    const ask = async () => {
      if (document.visibilityState !== "visible") return;
      try {
        const answer = await fetch(new URL("../waiting.json", line.href), { headers: { Accept: "application/json" } });
        if (answer.ok && !answer.redirected) show((await answer.json()).counts);
      } catch {
        // Without a network the numbers stay what they were.
      }
    };
    const show = (counts) => {
      for (const [address, count] of Object.entries(counts)) {
        for (const link of document.querySelectorAll(`a[href="${CSS.escape(address)}"]`)) {
          let number = link.querySelector(".c-count");
          if (!number) {
            number = document.createElement("span");
            number.className = "c-count";
            link.append(number);
          }
          number.hidden = count === 0;
          number.textContent = count > 99 ? "99+" : String(count);
        }
      }
    };
    ask();
    setInterval(ask, 30000);
  }

  document.addEventListener("DOMContentLoaded", () => {
    countWaiting();
    document.querySelectorAll("[data-renew]").forEach(renew);
    const wrong = document.querySelector(".c-verb[open]");
    if (wrong) focusForm(wrong);
    // Opening one verb closes the others, also where <details name> is not known yet.
    for (const details of document.querySelectorAll("details.c-verb")) {
      details.addEventListener("toggle", () => {
        if (!details.open) return;
        for (const other of document.querySelectorAll("details.c-verb[open]")) {
          if (other !== details) other.open = false;
        }
      });
    }
    // A double click is not two decisions.
    for (const form of document.querySelectorAll(".c-page form[method=post]")) {
      form.addEventListener("submit", (event) => {
        if (form.dataset.sent) event.preventDefault();
        form.dataset.sent = "yes";
      });
    }
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();
