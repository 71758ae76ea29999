// A photo pasted or dropped anywhere on the page goes into the page's own uploader, so that there
// is one way in: the same limits, the same list, the same button to remove it.

const UPLOADER = '[data-testid="stFileUploader"]';
const PATIENCE_MS = 3000;
const PAUSE_MS = 50;

// While a page runs again its uploader may be away for a moment: what was brought waits for it.
function hand(photos, until = Date.now() + PATIENCE_MS) {
  const input = document.querySelector(`${UPLOADER} input[type="file"]:not([disabled])`);
  if (!input) {
    if (Date.now() < until) setTimeout(() => hand(photos, until), PAUSE_MS);
    return;
  }
  const transfer = new DataTransfer();
  photos.forEach((photo) => transfer.items.add(photo));
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

// Any file is let in: a HEIC photo often comes without a type, and the engine says what is none.
async function take(event, transfer) {
  if (!transfer?.files.length || !wanted()) return;
  event.preventDefault();
  hand(await filesOf(transfer));
}

// A folder that is dropped brings every file below it.
async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files];
  const found = [];
  for (const entry of entries) await gather(entry, found);
  return found;
}

async function gather(entry, found) {
  if (entry.isFile) {
    found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    return;
  }
  const reader = entry.createReader();
  const next = () => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  for (let some = await next(); some.length; some = await next()) {
    for (const each of some) await gather(each, found);
  }
}

const wanted = () => /\/(image_search|collections)$/.test(location.pathname);

function listen() {
  document.addEventListener("paste", (event) => take(event, event.clipboardData));
  document.addEventListener("drop", (event) => {
    // The uploader takes what falls on itself; elsewhere it only keeps the browser from opening it.
    const on = event.target instanceof Element ? event.target : document.body;
    if (!on.closest(UPLOADER)) take(event, event.dataTransfer);
  });
  document.addEventListener("dragover", (event) => {
    if (wanted() && event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
}

// Streamlit calls this at every run. The document listens once and for good: taken away and put
// back each time, the listeners would miss what comes in between.
export default function () {
  if (document.kindredListens) return;
  document.kindredListens = true;
  listen();
}
