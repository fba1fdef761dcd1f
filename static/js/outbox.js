// Reports that wait on this phone for the network, photos included, and are sent once when it is back.
// The token of a report is made here or came with its page: the server makes one ticket of it, however often it arrives.

const DATABASE = "lokisa-reports";
const STORE = "reports";
const SIGN = "reports-waiting";

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "token" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function inStore(mode, work) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const asked = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

const waiting = () => inStore("readonly", (store) => store.getAll());

function remember(count) {
  // The sign lets other pages know without opening the database.
  if (count) localStorage.setItem(SIGN, count);
  else localStorage.removeItem(SIGN);
}

export async function keep(report) {
  await inStore("readwrite", (store) => store.put(report));
  remember((await waiting()).length);
}

async function forget(token) {
  await inStore("readwrite", (store) => store.delete(token));
  remember((await waiting()).length);
}

async function send(report) {
  const asked = await fetch("/report/offline/token.json", { headers: { Accept: "application/json" } });
  const { csrf } = await asked.json();
  const form = new FormData();
  for (const [name, value] of Object.entries(report.fields)) form.append(name, value);
  for (const photo of report.photos) form.append("photos", photo.blob, photo.name);
  form.set("token", report.token);
  const answer = await fetch("/report/kept/", { method: "POST", body: form, headers: { "X-CSRFToken": csrf, Accept: "application/json" } });
  return { status: answer.status, said: await answer.json() };
}

// What became of each: sent, asked for a code, refused with sentences, or still waiting.
export async function sendAll() {
  const outcomes = [];
  for (const report of await waiting()) {
    if (report.refused) {
      outcomes.push({ report, sentences: report.refused });
      continue;
    }
    try {
      const { status, said } = await send(report);
      if (said.url) {
        await forget(report.token);
        outcomes.push({ report, url: said.url, reference: said.reference });
      } else if (status === 400) {
        await keep({ ...report, refused: said.sentences });
        outcomes.push({ report, sentences: said.sentences });
      } else outcomes.push({ report, waits: true });
    } catch {
      outcomes.push({ report, waits: true });
    }
  }
  return outcomes;
}

function tell(outcomes) {
  const box = document.querySelector("[data-outbox]");
  if (!box || !outcomes.length) return;
  const [first] = [...outcomes].sort((one, other) => Boolean(other.url) - Boolean(one.url));
  const link = document.createElement("a");
  let words = box.dataset.wordWaiting;
  box.className = "message message-warning";
  if (first.reference) {
    words = box.dataset.wordSent;
    box.className = "message message-success";
  } else if (first.url) words = box.dataset.wordCode;
  else if (first.sentences) words = `${box.dataset.wordRefused} ${first.sentences.join(" ")}`;
  link.href = first.url ?? "/report/offline/";
  link.textContent = first.reference ?? box.dataset.wordOpen;
  box.replaceChildren(Object.assign(document.createElement("span"), { textContent: `${words} ` }), link);
  box.hidden = false;
}

// A phone says that it has a network before it has one.
let patience = 2000;

function tryAgainLater(outcomes) {
  if (!navigator.onLine || !outcomes.some(({ waits }) => waits)) return;
  setTimeout(flush, patience);
  patience = Math.min(patience * 2, 300_000);
}

// Two pages of the same site must not send the same report at the same moment.
export function flush() {
  const work = async (lock) => {
    if (lock === null) return [];
    const outcomes = await sendAll();
    tell(outcomes);
    tryAgainLater(outcomes);
    return outcomes;
  };
  return navigator.locks ? navigator.locks.request(DATABASE, { ifAvailable: true }, work) : work();
}

if (localStorage.getItem(SIGN)) {
  window.addEventListener("online", flush);
  if (navigator.onLine) flush();
  else waiting().then((reports) => tell(reports.map((report) => ({ report, waits: true }))));
}
