// The map itself: one object per element on the page, kept over the runs of the script.

const SETTLE_MS = 700;
// While the map moves, drawing it anew may take one part in so many of the time.
const REST = 5;
const TOOLS = ["move", "lasso", "box"];
const LINE_MODES = ["none", "all", "worst10", "worst1", "best10"];

class KindredMap {
  constructor(root) {
    this.root = root;
    this.lens = new Lens();
    this.points = new Float32Array(0);
    this.grid = new Grid(this.points);
    this.chosen = this.shown = new Set();
    this.hidden = new Set();
    this.mode = "move";
    this.lineMode = "none";
    this.wantsPictures = this.wantsNames = true;
    this.wantsDensity = false;
    this.timings = {};
    this.density = 1;
    this.stale = true;
    this.build();
    this.watchTheme();
  }

  // --- the element -----------------------------------------------------------------------------

  build() {
    this.tools = made("div", "tools");
    this.stage = made("div", "stage");
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "application");
    const layers = ["back", "front", "over"].map((name) => made("canvas", name));
    [this.back, this.front, this.over] = layers;
    this.card = made("div", "card");
    this.card.hidden = true;
    const picture = made("canvas", "picture");
    picture.width = picture.height = 144;
    this.card.append(picture, made("div", "text"), made("div", "facts"));
    this.state = made("p", "state");
    this.stage.append(...layers, this.card, this.state);
    this.legend = made("div", "legend");
    this.spoken = made("p", "spoken");
    this.spoken.setAttribute("aria-live", "polite");
    this.described = made("p", "spoken");
    this.described.id = `described-${Math.random().toString(36).slice(2)}`;
    this.stage.setAttribute("aria-describedby", this.described.id);
    this.root.append(this.tools, this.stage, this.legend, this.described, this.spoken);
    this.painter = painterOn(this.front);
    this.hands = new Hands(this, this.stage);
    new ResizeObserver(() => this.resize()).observe(this.stage);
    document.addEventListener(ARRIVED, ({ detail }) => this.arrived(detail));
    this.front.addEventListener("webglcontextrestored", () => {
      this.painter = painterOn(this.front);
      this.repaint();
    });
    this.front.addEventListener("webglcontextlost", (event) => event.preventDefault());
  }

  watchTheme() {
    const style = getComputedStyle(this.root);
    const read = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
    const accent = read("--st-primary-color", "").toLowerCase();
    this.theme = {
      ink: read("--st-text-color", "#211c17"),
      paper: read("--st-background-color", "#fbf9f5"),
      accent: /^#[0-9a-f]{6}$/.test(accent) ? accent : "#9e3b2c",
      font: read("--st-font", "sans-serif"),
    };
  }

  // Built once, so that whoever walks over the tools by keyboard is not thrown out by a run.
  buildTools() {
    const { words } = this.data;
    this.pressed = [];
    const button = (label, work, isPressed) => {
      const each = made("button", "tool", label);
      each.type = "button";
      if (isPressed) this.pressed.push(() => each.setAttribute("aria-pressed", isPressed()));
      each.addEventListener("click", () => {
        work();
        this.showPressed();
      });
      return each;
    };
    const group = (...each) => {
      const box = made("div", "group");
      box.append(...each);
      return box;
    };
    const toggle = (label, name) => {
      const flip = () => {
        this[name] = !this[name];
        this.redraw();
      };
      return button(label, flip, () => this[name]);
    };
    const lines = made("select", "tool");
    lines.setAttribute("aria-label", words.lines);
    for (const mode of LINE_MODES) lines.append(new Option(words[mode], mode));
    lines.value = this.lineMode;
    lines.addEventListener("change", () => this.setLines(lines.value));
    this.tools.replaceChildren(
      group(...TOOLS.map((t) => button(words[t], () => this.setMode(t), () => this.mode === t))),
      group(
        button("+", () => this.look((lens) => lens.zoom(1.5))),
        button("−", () => this.look((lens) => lens.zoom(1 / 1.5))),
        button(words.fit, () => this.fit()),
        button(words.view, () => this.chooseInView()),
      ),
      group(
        toggle(words.pictures, "wantsPictures"),
        toggle(words.names, "wantsNames"),
        toggle(words.density, "wantsDensity"),
      ),
      ...(this.data.parts.pairs ? [lines] : []),
    );
    const [zoomIn, zoomOut] = this.tools.children[1].children;
    zoomIn.setAttribute("aria-label", words.zoomIn);
    zoomOut.setAttribute("aria-label", words.zoomOut);
    this.showPressed();
  }

  showPressed() {
    this.pressed?.forEach((show) => show());
  }

  // --- what the server sent --------------------------------------------------------------------

  update(data, send) {
    this.send = (name, told) => send(name, { ...told, has: [...parts.keys()] });
    this.data = data;
    this.watchTheme();
    this.root.style.setProperty("--map-height", `${data.height}px`);
    this.stage.setAttribute("aria-label", data.words.label);
    this.described.textContent = data.words.described;
    this.state.textContent = data.state ?? "";
    if (data.chosen && data.chosen.serial !== this.serial) {
      this.serial = data.chosen.serial;
      this.chosen = new Set(data.chosen.points);
    }
    this.shown = new Set(data.shown ?? []);
    const sheets = data.parts.sheets;
    if (sheets && sheets.id !== this.sheets?.id) {
      this.sheets = new Sheets(sheets, (numbers) => this.send("needs", { numbers }), () => {
        this.refreshCard();
        this.retouch();
      });
    }
    const hasPairs = Boolean(data.parts.pairs);
    if (this.hadPairs !== hasPairs) {
      this.hadPairs = hasPairs;
      this.buildTools();
    }
    this.take();
    this.showPlace();
  }

  arrived(name) {
    const wanted = Object.values(this.data?.parts ?? {});
    if (wanted.includes(name)) this.take();
    else if (this.sheets && name.startsWith(`${this.sheets.id}/`)) {
      this.refreshCard();
      this.retouch();
      this.sheets.fetch();
    }
  }

  // Use every part that has arrived and was not here yet.
  take() {
    if (!this.data) return;
    const wanted = this.data.parts;
    const body = parts.get(wanted.points);
    if (body && this.pointsId !== wanted.points) this.placePoints(body, wanted.points);
    if (!this.grid.points.length && this.pointsId !== wanted.points) return;
    this.told = parts.get(wanted.told);
    this.facts = parts.get(wanted.facts);
    const colour = parts.get(wanted.colour);
    if (colour && (this.colourId !== wanted.colour || this.coloured !== this.pointsId)) {
      if (this.colourId !== wanted.colour) this.hidden = new Set();
      this.colourId = wanted.colour;
      this.coloured = this.pointsId;
      this.colour = {
        ...colour,
        codes: colour.codes && decoded.int16(colour.codes),
        values: colour.values && decoded.float32(colour.values),
      };
    }
    if (!wanted.colour) this.colour = this.colourId = undefined;
    const pairs = parts.get(wanted.pairs);
    if (this.pairsId !== (pairs && wanted.pairs)) {
      this.pairsId = pairs && wanted.pairs;
      this.pairs = pairs && {
        photos: decoded.int32(pairs.photos),
        captions: decoded.int32(pairs.captions),
        ranks: decoded.float32(pairs.ranks),
      };
    }
    this.repaintIfNew();
    this.sheets?.fetch();
  }

  // Every run of the page's script comes by here, and most bring nothing new.
  repaintIfNew() {
    const { pointsId, colourId, pairsId, serial, shown, theme } = this;
    const painted = JSON.stringify([pointsId, colourId, pairsId, serial, [...shown], theme]);
    if (painted === this.painted) return this.retouch();
    this.painted = painted;
    this.repaint();
    drawLegend(this, this.legend);
  }

  placePoints(body, id) {
    const began = performance.now();
    const before = this.points;
    this.points = decoded.float32(body.xy);
    this.photos = decoded.int32(body.photos);
    this.nPhotos = body.n_photos;
    this.from = before.length === this.points.length ? before : this.points;
    this.settled = this.from === this.points ? 1 : 0;
    this.settling = performance.now();
    this.grid = new Grid(this.points);
    this.pointsId = id;
    this.began = began;
    if (!this.hasLooked) this.lens.fit(this.grid.box);
  }

  // --- drawing ---------------------------------------------------------------------------------

  isVisible = (i) => !this.hidden.size || !this.hidden.has(this.colour?.codes?.[i]);

  colourOf(i) {
    if (this.colour?.kind === "scale") {
      return `rgb(${onScale(SCALES[this.colour.scale].map(rgb), this.colour.values[i])})`;
    }
    return this.colour ? groupColour(this.colour, this.colour.codes[i]) : QUIET;
  }

  factsOf(i) {
    const { colour } = this;
    const label = colour?.kind === "groups" ? colour.labels[colour.codes[i]] : undefined;
    return [label, this.facts?.[i]].filter(Boolean).join(" · ");
  }

  repaint() {
    this.cloud = undefined;
    const n = this.points.length / 2;
    const paint = paintOf(this.colour, n, this);
    this.painter.place(this.from ?? this.points, this.points);
    this.painter.colour(paint.colours, paint.weights, paint.order);
    const lines = linesOf(this.points, this.pairs, this.lineMode, this.isVisible);
    this.painter.join(lines.at, lines.colours);
    this.nLines = lines.n;
    this.redraw();
  }

  // Draw everything anew in the next frame.
  redraw = () => {
    this.stale = true;
    this.retouch();
  };

  // Draw what lies over the points; they themselves only move with the lens.
  retouch = () => {
    this.due ??= requestAnimationFrame(() => {
      this.due = undefined;
      const rest = this.drawnAt + REST * this.cost - performance.now();
      const hasMoved = !this.stale && this.lens.moved(this.seen);
      if (this.stale || (hasMoved && rest <= 0)) this.draw();
      else if (hasMoved) this.slide(rest);
      drawOverlay(this, this.over.getContext("2d"), this.density);
    });
  };

  // Move the picture that is there; after a rest it is drawn again, and sharp.
  slide(rest) {
    const { seen, lens } = this;
    const grown = lens.scale / seen.scale;
    const moved = [lens.left - grown * seen.left, lens.top - grown * seen.top];
    this.shift(`translate(${moved[0]}px, ${moved[1]}px) scale(${grown})`);
    clearTimeout(this.rested);
    this.rested = setTimeout(this.retouch, rest);
  }

  shift(transform) {
    for (const canvas of [this.back, this.front]) canvas.style.transform = transform;
  }

  draw() {
    const began = performance.now();
    const { density } = this;
    this.stale = false;
    if (this.settled < 1) {
      this.settled = Math.min((performance.now() - this.settling) / SETTLE_MS, 1);
      this.redraw();
    }
    const eased = 1 - (1 - (this.settled ?? 1)) ** 3;
    const n = this.points.length / 2;
    const grown = Math.min(2.2, Math.sqrt(this.lens.scale / (this.lens.fitted || 1)));
    const pixels = (n > 20_000 ? 3 : n > 3_000 ? 4.5 : 7) * Math.max(grown, 0.7);
    drawDensity(this, this.back.getContext("2d"), density);
    this.painter.paint(this.lens, pixels, eased, density);
    this.shift("");
    if (this.began) {
      this.painter.finish();
      this.timings.drawn = performance.now() - this.began;
      this.began = undefined;
    }
    this.seen = this.lens.place();
    this.drawnAt = performance.now();
    this.cost = this.drawnAt - began;
  }

  resize() {
    const [width, height] = [this.stage.clientWidth, this.stage.clientHeight];
    if (!width || !height) return;
    const density = Math.min(window.devicePixelRatio || 1, 2);
    this.density = density;
    for (const canvas of [this.back, this.front, this.over]) {
      canvas.width = Math.round(width * density);
      canvas.height = Math.round(height * density);
    }
    this.lens.resize(width, height);
    if (!this.hasLooked) this.lens.fit(this.grid.box);
    this.showPlace();
    this.draw();
    drawOverlay(this, this.over.getContext("2d"), density);
  }

  // --- looking and choosing --------------------------------------------------------------------

  look(change) {
    this.hasLooked = true;
    change(this.lens);
    this.card.hidden = true;
    this.retouch();
  }

  fit() {
    this.hasLooked = false;
    this.lens.fit(this.grid.box);
    this.retouch();
  }

  // Go to what the page was opened for: a photo shown on the map.
  showPlace() {
    const [first] = this.shown;
    if (first === undefined || !this.points.length || this.went === first) return;
    if (this.lens.width < 2) return;
    this.went = first;
    this.look((lens) => {
      lens.fit(this.grid.box);
      lens.zoom(4);
      lens.centreOn(this.points[2 * first], this.points[2 * first + 1]);
    });
  }

  under(px, py, reach = REACH_PX) {
    const { lens } = this;
    return this.grid.nearest(lens.mapX(px), lens.mapY(py), reach / lens.scale, this.isVisible);
  }

  setMode(mode) {
    this.mode = mode;
    this.stage.dataset.mode = mode;
    this.showPressed();
  }

  setLines(mode) {
    this.lineMode = mode;
    this.repaint();
    drawLegend(this, this.legend);
  }

  toggleGroup(group, alone) {
    const others = this.colour.labels.map((_, g) => g).filter((g) => g !== group);
    if (alone) this.hidden = new Set(this.hidden.size === others.length ? [] : others);
    else if (!this.hidden.delete(group)) this.hidden.add(group);
    drawLegend(this, this.legend);
    this.repaint();
  }

  chooseInside(loop, added) {
    const { lens } = this;
    const corners = loop.map(([px, py]) => [lens.mapX(px), lens.mapY(py)]);
    this.choose(insideOf(this.grid, corners, this.isVisible), added);
  }

  chooseInView() {
    const { width, height } = this.lens;
    this.chooseInside([[0, 0], [width, 0], [width, height], [0, height]], false);
  }

  choose(found, added) {
    if (!found.length && !this.chosen.size) return;
    this.chosen = new Set(added ? [...this.chosen, ...found] : found);
    this.serial = `${Date.now()}-${Math.random()}`;
    const points = [...this.chosen].sort((a, b) => a - b);
    this.spoken.textContent = `${points.length.toLocaleString("en")} ${this.data.words.chosen}`;
    this.repaint();
    this.send?.("chosen", { serial: this.serial, map: this.data.map, points });
  }

  // Tell of the point under the pointer, or of none.
  point(i, place) {
    if (i === this.pointed && i < 0) return;
    this.pointed = i;
    this.place = place;
    if (i < 0) {
      this.card.hidden = true;
      return;
    }
    fillCard(this, this.card, i, place);
    if (this.hasKeys) this.spoken.textContent = this.told?.[i] ?? "";
  }

  refreshCard() {
    if (this.pointed >= 0 && !this.card.hidden) fillCard(this, this.card, this.pointed, this.place);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".map");
  if (!root) {
    root = made("div", "map");
    parentElement.append(root);
    root.kindredMap = new KindredMap(root);
  }
  root.kindredMap.update(data, setTriggerValue);
}
