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

function take(event, files) {
  const photos = [...(files ?? [])]; // a HEIC photo often comes without a type: the engine looks
  if (!photos.length || !wanted()) return;
  event.preventDefault();
  hand(photos);
}

const wanted = () => location.pathname.endsWith("/image_search");

function listen() {
  document.addEventListener("paste", (event) => take(event, event.clipboardData?.files));
  document.addEventListener("drop", (event) => {
    // The uploader takes what falls on itself; elsewhere it only keeps the browser from opening it.
    const on = event.target instanceof Element ? event.target : document.body;
    if (!on.closest(UPLOADER)) take(event, event.dataTransfer?.files);
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
