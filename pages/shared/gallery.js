// A gallery of photos in the page itself: no frame, no library, no markup from data.
// Captions and names are set as text. Every photo is a link; in an answer it opens its details.

// Beyond this a small thumbnail shows its pixels; it then lies smaller on its mat.
const MOST_ENLARGED = 2.75;
const MOST_ROWS = { mosaic: 4, strip: 6, row: 1, likes: 1 };

function photoLink(card, labels, send) {
  const frame = link("photo", card.href, send && (() => send("opened", card.id)));
  frame.title = labels.open;
  if (!card.image) {
    frame.classList.add("missing");
    frame.append(element("span", "gone", labels.gone), element("span", "spoken", `: ${card.alt}`));
    return frame;
  }
  const image = element("img");
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
  image.src = card.image;
  frame.append(image);
  return frame;
}

function measure(card, labels) {
  const line = element("div", "measure");
  const number = element("span", "similarity", card.score.toFixed(2));
  const name = card.ways.length ? labels.score : labels.similarity;
  const more = card.ways.length ? [`${labels.similarity} ${card.similarity.toFixed(2)}`] : [];
  number.title = [name, ...more, card.strength].filter(Boolean).join(" · ");
  number.prepend(element("span", "spoken", `${name} `));
  line.append(element("span", "rank", card.rank), barOf(card), number);
  if (card.strength) line.append(element("span", "spoken", `, ${card.strength}`));
  return line;
}

// The bar is as long as the number beside it, so both fall with rank. It is divided by what spoke
// for the photo: ways of searching, or else the parts of the query; its title has all of them.
function barOf(card) {
  const bar = element("span", "bar");
  const told = card.ways.length ? card.ways : card.parts;
  const parts = told.length ? told : [{ value: card.score, label: "" }];
  bar.title = told.map((part) => `${part.label} ${signed(part.value)}`).join(" · ");
  const whole = parts.reduce((sum, part) => sum + Math.max(0, part.value), 0) || 1;
  parts.forEach((part, place) => {
    if (part.value <= 0) return;
    const fill = element("span", "fill");
    fill.style.width = `${(part.value / whole) * card.score * 100}%`;
    fill.style.setProperty("--tone", `var(--tone-${place % 5})`);
    bar.append(fill);
  });
  if (bar.title) bar.append(element("span", "spoken", bar.title));
  return bar;
}

const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;

function votes(card, labels, send) {
  const group = element("span", "votes");
  [
    [1, "▲", labels.up],
    [-1, "▼", labels.down],
  ].forEach(([vote, sign, label]) => {
    const told = { id: card.id, vote: card.vote === vote ? 0 : vote };
    const thumb = button("vote", sign, () => send("voted", told), label);
    thumb.setAttribute("aria-label", `${label}: ${card.caption}`);
    thumb.setAttribute("aria-pressed", String(card.vote === vote));
    group.append(thumb);
  });
  return group;
}

// The foot of a card: links on, in the order they come, and the thumbs.
function footOf(card, labels, send) {
  const foot = element("div", "foot");
  card.links.forEach(({ label, href }) => {
    const more = link("more", href);
    more.textContent = label;
    more.setAttribute("aria-label", `${label}: ${card.caption}`);
    foot.append(more);
  });
  if (send) foot.append(votes(card, labels, send));
  return foot;
}

function cardOf(card, labels, send) {
  const article = element("article", card.featured ? "card featured" : "card");
  if (card.doubtful) article.classList.add("doubtful");
  article.append(photoLink(card, labels, send));
  if (card.similarity === undefined) return article;
  article.append(measure(card, labels));
  const caption = element("p", "caption", card.caption);
  caption.title = card.caption;
  article.append(caption);
  if (card.facts) article.append(element("p", "facts", card.facts));
  if (card.words) {
    const words = element("p", "marks", card.words);
    words.title = labels.words;
    words.prepend(element("span", "spoken", `${labels.words}: `));
    article.append(words);
  }
  if (card.marks.length) article.append(element("p", "marks told", card.marks.join(" · ")));
  article.append(footOf(card, labels, send));
  return article;
}

function withLine(cards, data) {
  if (data.line === null || data.line === undefined) return cards;
  const line = element("p", "line", data.labels.line);
  line.setAttribute("role", "note");
  return [...cards.slice(0, data.line), line, ...cards.slice(data.line)];
}

// Arrow keys, Home and End step from photo to photo.
function step(event, root) {
  if (event.key === "/") return toTheBox(event);
  const photos = [...root.querySelectorAll(".card:not([hidden]) > a.photo")];
  const here = photos.indexOf(event.target);
  const columns = getComputedStyle(root.firstChild).gridTemplateColumns.split(" ").length;
  const next = {
    ArrowRight: here + 1,
    ArrowLeft: here - 1,
    ArrowDown: here + columns,
    ArrowUp: here - columns,
    Home: 0,
    End: photos.length - 1,
  }[event.key];
  if (here < 0 || next === undefined || !photos[next]) return;
  event.preventDefault();
  photos[next].focus();
}

// A wall of photos is one stop of the Tab key, at the photo that had the focus last; arrows go on
// from there. In an answer each card has more to reach, so Tab goes through them all.
function oneStop(root) {
  const photos = [...root.querySelectorAll("a.photo")];
  const stopAt = (stop) => photos.forEach((photo) => (photo.tabIndex = photo === stop ? 0 : -1));
  photos.forEach((photo) => photo.addEventListener("focus", () => stopAt(photo)));
  stopAt(photos[0]);
}

// A slash leads back to the box, for the next query.
function toTheBox(event) {
  const box = document.querySelector('input[type="search"]');
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
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
  if (isDrawn(root, data)) return;
  root.className = `gallery ${data.layout}`;
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", data.labels.gallery);
  const grid = element("div", "grid");
  const send = data.layout === "answer" ? setTriggerValue : undefined;
  const cards = data.cards.map((card) => cardOf(card, data.labels, send));
  grid.append(...withLine(cards, data));
  root.replaceChildren(grid);
  if (!send) oneStop(root);
  root.watch?.disconnect();
  const mostRows = MOST_ROWS[data.layout];
  if (!mostRows) return;
  root.watch = new ResizeObserver(() => trim(grid, mostRows));
  root.watch.observe(grid);
}
