// Shrinks photos on the phone before they are sent (a photo of 6 MB becomes about 300 KB) and shows them.
// The server turns, checks and cleans every file again: this only saves the resident's data.

const LONGEST_SIDE = 1600;
const QUALITY = 0.82;
const SMALL_ENOUGH = 400 * 1024;

async function shrink(file) {
  // createImageBitmap turns the photo the way it was held.
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  if (file.size <= SMALL_ENOUGH) return { file, canvas };
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  const name = file.name.replace(/\.\w+$/, "") + ".jpg";
  return { file: blob && blob.size < file.size ? new File([blob], name, { type: "image/jpeg" }) : file, canvas };
}

function sizeWords(bytes) {
  const formatter = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  return bytes < 1e6 ? `${Math.ceil(bytes / 1024)} KB` : `${formatter.format(bytes / 1e6)} MB`;
}

for (const box of document.querySelectorAll("[data-photos]")) {
  const input = box.querySelector("input[type=file]");
  const status = box.querySelector("[data-photos-status]");
  const previews = box.querySelector("[data-photos-previews]");
  const most = Number(box.dataset.most);
  if (!input || !window.createImageBitmap || !window.DataTransfer) continue;

  input.addEventListener("change", async () => {
    const chosen = [...input.files];
    const carrier = new DataTransfer();
    previews?.replaceChildren();
    for (const file of chosen.slice(0, most)) {
      try {
        const shrunk = await shrink(file);
        carrier.items.add(shrunk.file);
        const item = document.createElement("li");
        item.append(shrunk.canvas);
        previews?.append(item);
      } catch {
        carrier.items.add(file); // Not a picture this browser can read: the server says what it thinks of it.
      }
    }
    input.files = carrier.files;
    if (!status) return;
    const bytes = [...carrier.files].reduce((sum, file) => sum + file.size, 0);
    const words = [];
    if (bytes) words.push(box.dataset.wordShrunk.replace("{size}", sizeWords(bytes)));
    if (chosen.length > most) words.push(box.dataset.wordMany);
    status.textContent = words.join(" ");
  });
}
