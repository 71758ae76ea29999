// What the server has sent, kept for the life of the page: big parts come once and are named by
// their content. Sheets of small pictures are asked for as they are needed, then all the others.

const parts = (globalThis.kindredParts ??= new Map());
const ARRIVED = "kindred-part";

const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const decoded = {
  float32: (text) => new Float32Array(bytesOf(text).buffer),
  int32: (text) => new Int32Array(bytesOf(text).buffer),
  int16: (text) => new Int16Array(bytesOf(text).buffer),
};

// A sheet of very many pictures takes a moment to draw: one at a time.
const atOnce = (cells) => (cells > 500 ? 1 : 4);
const MOST_DECODED = 24;
const MOST_FETCHED_AHEAD = 200;
const PATIENCE_MS = 10_000;

class Sheets {
  constructor({ id, n_cells, n_across, cell, n_sheets }, ask, redraw) {
    Object.assign(this, { id, n_cells, n_across, cell, n_sheets, ask, redraw });
    this.decoded = new Map();
    this.wanted = new Set();
    this.asked = new Map();
  }

  name = (number) => `${this.id}/${number}`;

  // Draw a photo's cell into a box; false while its sheet is on the way.
  draw(context, photo, x, y, side) {
    const number = Math.floor(photo / this.n_cells);
    const image = this.image(number);
    if (!image) return false;
    const place = photo % this.n_cells;
    const [left, top] = [place % this.n_across, Math.floor(place / this.n_across)];
    const { cell } = this;
    context.drawImage(image, left * cell, top * cell, cell, cell, x, y, side, side);
    return true;
  }

  image(number) {
    const found = this.decoded.get(number);
    if (found) {
      this.decoded.delete(number);
      this.decoded.set(number, found);
      return found.complete === false ? undefined : found.bitmap;
    }
    const picture = parts.get(this.name(number));
    if (picture) this.decode(number, picture);
    else this.want(number);
    return undefined;
  }

  decode(number, picture) {
    const entry = { complete: false };
    this.decoded.set(number, entry);
    for (const old of this.decoded.keys()) {
      if (this.decoded.size <= MOST_DECODED) break;
      this.decoded.get(old).bitmap?.close();
      this.decoded.delete(old);
    }
    createImageBitmap(new Blob([bytesOf(picture)], { type: "image/jpeg" })).then((bitmap) => {
      Object.assign(entry, { bitmap, complete: true });
      this.redraw();
    });
  }

  want(number) {
    if (number < this.n_sheets && !parts.has(this.name(number))) this.wanted.add(number);
    this.fetch();
  }

  // Ask for what is wanted now, else for the next sheet nobody has looked at yet.
  fetch() {
    const now = performance.now();
    for (const [number, since] of this.asked) {
      if (parts.has(this.name(number)) || now - since > PATIENCE_MS) this.asked.delete(number);
    }
    if (this.asked.size) return;
    let next = [...this.wanted].filter((number) => !parts.has(this.name(number)));
    this.wanted.clear();
    for (let i = 0; i < Math.min(this.n_sheets, MOST_FETCHED_AHEAD); i++) {
      if (next.length >= atOnce(this.n_cells)) break;
      if (!parts.has(this.name(i)) && !next.includes(i)) next.push(i);
    }
    next = next.slice(0, atOnce(this.n_cells));
    next.forEach((number) => this.asked.set(number, now));
    if (next.length) this.ask(next);
  }
}
