// A gallery of photos in the page itself: no frame, no library, no markup from data.
// Captions and names are set as text. Every photo is a link; in an answer it opens its details.

// Beyond this a small thumbnail shows its pixels; it then lies smaller on its mat.
const MOST_ENLARGED = 2.75;
const MOST_ROWS = { mosaic: 4, strip: 6, row: 1 };

const element = (tag, className, text) => {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

function photoLink(card, labels, send) {
  const frame = link("photo", card.href, send && (() => send("opened", card.id)));
  frame.title = labels.open;
  const image = element("img", "");
  image.alt = card.alt;
  image.loading = "lazy";
  image.decoding = "async";
  image.width = card.width;
  image.height = card.height;
  image.draggable = true;
  image.addEventListener("load", () => {
    image.style.maxWidth = `${image.naturalWidth * MOST_ENLARGED}px`;
    image.style.maxHeight = `${image.naturalHeight * MOST_ENLARGED}px`;
  });
  if (card.image) image.src = card.image;
  else frame.classList.add("missing");
  frame.append(image);
  return frame;
}

function measure(card, labels) {
  const line = element("div", "measure");
  const number = element("span", "similarity", card.similarity.toFixed(2));
  number.title = labels.similarity;
  number.prepend(element("span", "spoken", `${labels.similarity} `));
  const bar = element("span", "bar");
  const fill = element("span", "fill");
  fill.style.width = `${Math.max(0, Math.min(1, card.similarity)) * 100}%`;
  bar.append(fill);
  line.append(element("span", "rank", card.rank), bar, number);
  return line;
}

function cardOf(card, labels, send) {
  const article = element("article", card.featured ? "card featured" : "card");
  article.append(photoLink(card, labels, send));
  if (card.similarity === undefined) return article;
  article.append(measure(card, labels));
  const caption = element("p", "caption", card.caption);
  caption.title = card.caption;
  article.append(caption);
  if (card.facts) article.append(element("p", "facts", card.facts));
  const more = link("more", card.more_href);
  more.textContent = labels.more;
  more.setAttribute("aria-label", `${labels.more}: ${card.caption}`);
  article.append(more);
  return article;
}

// Arrow keys step from photo to photo; Tab still reaches everything in order.
function step(event, root) {
  const forward = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const photos = [...root.querySelectorAll("a.photo")];
  const here = photos.indexOf(event.target);
  if (!forward || here < 0) return;
  event.preventDefault();
  photos[here + forward]?.focus();
}

// A wall of photos ends with a whole row, and on a phone it is not longer than a glance.
function trim(grid, mostRows) {
  const columns = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
  const cards = [...grid.children];
  const rows = Math.min(Math.max(Math.floor(cards.length / columns), 1), mostRows);
  const shown = rows * columns;
  cards.forEach((card, place) => (card.hidden = place >= shown));
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let root = parentElement.querySelector(".gallery");
  if (!root) {
    root = element("div", "gallery");
    root.addEventListener("keydown", (event) => step(event, root));
    parentElement.append(root);
  }
  const drawn = JSON.stringify(data);
  if (root.drawn === drawn) return;
  root.drawn = drawn;
  root.className = `gallery ${data.layout}`;
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", data.labels.gallery);
  const grid = element("div", "grid");
  const send = data.layout === "answer" ? setTriggerValue : undefined;
  grid.append(...data.cards.map((card) => cardOf(card, data.labels, send)));
  root.replaceChildren(grid);
  root.watch?.disconnect();
  const mostRows = MOST_ROWS[data.layout];
  if (!mostRows) return;
  root.watch = new ResizeObserver(() => trim(grid, mostRows));
  root.watch.observe(grid);
}
