// A photo pasted or dropped anywhere on the page goes into the page's own uploader, so that there
// is one way in: the same limits, the same list, the same button to remove it.

const INPUT = '[data-testid="stFileUploader"] input[type="file"]';

function hand(files) {
  const input = document.querySelector(INPUT);
  const photos = [...files].filter((file) => file.type.startsWith("image/"));
  if (!input || !photos.length) return false;
  const transfer = new DataTransfer();
  photos.forEach((photo) => transfer.items.add(photo));
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

export default function () {
  const paste = (event) => {
    if (event.clipboardData && hand(event.clipboardData.files)) event.preventDefault();
  };
  const over = (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  };
  const drop = (event) => {
    if (event.defaultPrevented || !event.dataTransfer) return;
    if (hand(event.dataTransfer.files)) event.preventDefault();
  };
  document.addEventListener("paste", paste);
  document.addEventListener("dragover", over);
  document.addEventListener("drop", drop);
  return () => {
    document.removeEventListener("paste", paste);
    document.removeEventListener("dragover", over);
    document.removeEventListener("drop", drop);
  };
}
