// What the server has sent, kept for the life of the page: big parts come once and are named by
// their content. Sheets of small pictures are asked for as they are needed, then all the others.

const parts = (globalThis.kindredParts ??= new Map());
const ARRIVED = "kindred-part";

const bytesOf = (text) => {
  const told = atob(text);
  const bytes = new Uint8Array(told.length);
  for (let i = 0; i < told.length; i++) bytes[i] = told.charCodeAt(i);
  return bytes;
};
const decoded = {
  float32: (text) => new Float32Array(bytesOf(text).buffer),
  int32: (text) => new Int32Array(bytesOf(text).buffer),
  int16: (text) => new Int16Array(bytesOf(text).buffer),
};

// A sheet of very many pictures takes a moment to draw: one at a time.
const atOnce = (cells) => (cells > 500 ? 1 : 4);
// A decoded sheet takes 4 MiB, so few stay; the pictures in use lie cut out in one canvas.
const MOST_DECODED = 8;
const DECODED_AT_ONCE = 2;
const CUT_PX = 2048;
const MOST_FETCHED_AHEAD = 200;
const PATIENCE_MS = 10_000;

class Sheets {
  constructor({ id, n_cells, n_across, cell, n_sheets }, ask, ready) {
    Object.assign(this, { id, n_cells, n_across, cell, n_sheets, ask, ready });
    this.cut = new OffscreenCanvas(CUT_PX, CUT_PX);
    this.places = new Map();
    this.decoded = new Map();
    this.waiting = new Set();
    this.nDecoding = 0;
    this.wanted = new Set();
    this.asked = new Map();
  }

  name = (number) => `${this.id}/${number}`;

  // Draw a photo's cell into a box; false while its sheet is on the way.
  draw(context, photo, x, y, side) {
    const place = this.placeOf(photo);
    if (place === undefined) return false;
    const { cell } = this;
    context.drawImage(this.cut, ...this.corner(place, CUT_PX / cell), cell, cell, x, y, side, side);
    return true;
  }

  corner = (place, nAcross) => [
    (place % nAcross) * this.cell,
    Math.floor(place / nAcross) * this.cell,
  ];

  // Where a photo lies cut out; the picture unused for longest makes room for a new one.
  placeOf(photo) {
    let place = this.places.get(photo);
    if (place === undefined) {
      const image = this.image(Math.floor(photo / this.n_cells));
      if (!image) return undefined;
      const { cell, n_across } = this;
      const nAcross = CUT_PX / cell;
      const oldest = this.places.size < nAcross ** 2 ? undefined : this.places.keys().next().value;
      place = this.places.get(oldest) ?? this.places.size;
      const [from, to] = [this.corner(photo % this.n_cells, n_across), this.corner(place, nAcross)];
      this.cut.getContext("2d").drawImage(image, ...from, cell, cell, ...to, cell, cell);
      this.places.delete(oldest);
    }
    this.places.delete(photo);
    this.places.set(photo, place);
    return place;
  }

  image(number) {
    const found = this.decoded.get(number);
    if (found) {
      this.decoded.delete(number);
      this.decoded.set(number, found);
    } else if (parts.has(this.name(number))) {
      this.waiting.delete(number);
      this.waiting.add(number);
      this.decode();
    } else this.want(number);
    return found;
  }

  // The sheet asked for last comes first: a pointer on its way passes many that nobody looks at.
  decode() {
    const number = [...this.waiting].at(-1);
    if (number === undefined || this.nDecoding >= DECODED_AT_ONCE) return;
    this.waiting.delete(number);
    this.nDecoding += 1;
    const picture = new Blob([bytesOf(parts.get(this.name(number)))], { type: "image/jpeg" });
    createImageBitmap(picture).then((bitmap) => {
      this.nDecoding -= 1;
      this.keep(number, bitmap);
      this.ready();
      this.decode();
    });
  }

  keep(number, bitmap) {
    this.decoded.get(number)?.close();
    this.decoded.set(number, bitmap);
    for (const old of this.decoded.keys()) {
      if (this.decoded.size <= MOST_DECODED) break;
      this.decoded.get(old).close();
      this.decoded.delete(old);
    }
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
