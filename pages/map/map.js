// The map itself: one object per element on the page, kept over the runs of the script.

const SETTLE_MS = 700;
// While the map moves, drawing it anew may take one part in so many of the time.
const REST = 5;
const HINT_MS = 2500;
const NARROW_PX = 640;
const TOOLS = ["move", "lasso", "box"];
const LINE_MODES = ["none", "all", "worst10", "worst1", "best10"];

class KindredMap {
  constructor(root) {
    this.root = root;
    this.lens = new Lens();
    this.points = new Float32Array(0);
    this.grid = new Grid(this.points);
    this.columns = new Columns();
    this.picked = this.chosen = this.shown = new Set();
    this.choice = new Agreed();
    this.filtering = new Agreed();
    this.unheard = {};
    this.failing = { fails: new Uint8Array(0), failed: new Uint8Array(0) };
    this.hidden = new Set();
    this.mode = "move";
    this.isHeld = false;
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
    this.tools = element("div", "tools");
    this.stage = element("div", "stage");
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "application");
    const names = ["back", "front", "mid", "links", "over"];
    this.layers = names.map((name) => element("canvas", name));
    [this.back, this.front, this.mid, this.links, this.over] = this.layers;
    this.card = element("div", "card");
    this.card.hidden = true;
    const picture = element("canvas", "picture");
    picture.width = picture.height = 144;
    this.card.append(picture, element("div", "text"), element("div", "facts"));
    this.state = element("p", "state");
    this.lineKey = element("p", "line-key");
    this.lost = element("button", "lost");
    this.lost.type = "button";
    this.lost.hidden = true;
    this.lost.addEventListener("click", () => this.comeBack());
    for (const name of ["pointerdown", "dblclick"]) {
      this.lost.addEventListener(name, (event) => event.stopPropagation());
    }
    this.stage.append(...this.layers, this.card, this.state, this.lineKey, this.lost);
    this.legend = element("div", "legend");
    this.spoken = element("p", "spoken");
    this.spoken.setAttribute("aria-live", "polite");
    this.described = element("p", "spoken");
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
    const tool = (label, work, isPressed) => {
      const each = button("tool", label, () => {
        work();
        this.showPressed();
      });
      if (isPressed) this.pressed.push(() => each.setAttribute("aria-pressed", isPressed()));
      return each;
    };
    const group = (...each) => {
      const box = element("div", "group");
      box.append(...each);
      return box;
    };
    const toggle = (label, name) => {
      const flip = () => {
        this[name] = !this[name];
        this.redraw();
      };
      return tool(label, flip, () => this[name]);
    };
    const lines = element("select", "tool");
    lines.setAttribute("aria-label", words.lines);
    for (const mode of LINE_MODES) lines.append(new Option(words[mode], mode));
    lines.value = this.lineMode;
    lines.addEventListener("change", () => this.setLines(lines.value));
    this.tools.replaceChildren(
      group(...TOOLS.map((t) => tool(words[t], () => this.takeUp(t), () => this.isTaken(t)))),
      group(
        tool("+", () => this.look((lens) => lens.zoom(1.5))),
        tool("−", () => this.look((lens) => lens.zoom(1 / 1.5))),
        tool(words.fit, () => this.fit()),
        tool(words.view, () => this.chooseInView()),
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
    // Of two messages that wait for the server only the newer arrives: it carries what is unheard.
    this.send = (name, told) => {
      if (name !== "needs") this.unheard[name] = told;
      send(name, { ...told, has: [...parts.keys()], unheard: this.unheard });
    };
    this.data = data;
    this.watchTheme();
    this.root.style.setProperty("--map-height", `${data.height}px`);
    this.stage.setAttribute("aria-label", data.words.label);
    this.described.textContent = data.words.described;
    this.state.textContent = data.state ?? "";
    maps.set(data.key, this);
    if (data.chosen && this.choice.isNews(`${data.map} ${data.chosen.serial}`)) {
      this.picked = new Set(data.chosen.points);
      this.chosen = this.picked;
      this.serial = data.chosen.serial;
      this.isStale = true;
    }
    if (data.filters && this.filtering.isNews(serialOf(data.filters))) {
      this.columns.set(data.filters);
      this.isStale = true;
    }
    if (!this.choice.isWaiting) delete this.unheard.chosen;
    if (!this.filtering.isWaiting) delete this.unheard.filters;
    if (data.ask !== this.unheard.look?.ask) delete this.unheard.look;
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
    this.takeLook();
    if (data.ask && data.ask !== this.answered) {
      this.answered = data.ask;
      this.send("look", { ask: data.ask, look: this.lookText() });
    }
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
    const isNew = this.columns.take(this.data.columns ?? [], this.points.length / 2);
    if (isNew || this.isStale) this.filter();
    if (isNew) this.tellChanged();
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
    const { pointsId, colourId, pairsId, serial, shown, theme, nFiltered } = this;
    const about = [pointsId, colourId, pairsId, serial, [...shown], theme, nFiltered];
    const painted = JSON.stringify(about);
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
    this.columns.forget();
    this.isStale = true;
    this.pointsId = id;
    this.began = began;
    if (!this.hasLooked) this.lens.fit(this.grid.box);
  }

  // --- drawing ---------------------------------------------------------------------------------

  isUnhidden = (i) => !this.hidden.size || !this.hidden.has(this.colour?.codes?.[i]);
  isVisible = (i) => !this.failing.fails[i] && this.isUnhidden(i);
  isGhost = (i) => this.failing.fails[i] > 0 && this.isUnhidden(i);

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
    this.lines = linesOf(this.pairs, this.lineMode, this.isVisible);
    const ends = this.lines.n ? scaleOf([...SCALES.trust].reverse(), this.data.words.ranks) : [];
    this.lineKey.replaceChildren(...ends);
    this.redraw();
    this.tellChanged();
  }

  // The histograms beside the map count anew.
  tellChanged() {
    let n = 0;
    for (let i = 0; i < this.points.length / 2; i++) n += this.isVisible(i);
    this.nVisible = n;
    document.dispatchEvent(new CustomEvent(CHANGED, { detail: this.data.key }));
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
      this.drawOver();
    });
  };

  // What is drawn in every frame: it is little, and its size does not grow with the map.
  drawOver() {
    drawUnder(this, this.mid.getContext("2d"), this.density);
    drawOverlay(this, this.over.getContext("2d"), this.density);
    this.showLost();
  }

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
    for (const canvas of [this.back, this.front, this.links]) canvas.style.transform = transform;
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
    drawLines(this, this.links.getContext("2d"), density);
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
    for (const canvas of this.layers) {
      canvas.width = Math.round(width * density);
      canvas.height = Math.round(height * density);
    }
    this.lens.resize(width, height);
    if (!this.hasLooked) this.lens.fit(this.grid.box);
    this.showPlace();
    this.takeLook();
    this.draw();
    this.drawOver();
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
    this.isHeld = true;
    this.showMode();
  }

  // A finger lets go of the tool Move when it is pressed again: it scrolls the page then.
  takeUp(mode) {
    this.setMode(mode);
    if (mode === "move" && this.isTouched && this.wasMoving) this.isHeld = false;
    this.wasMoving = mode === "move" && this.isHeld;
    this.showMode();
  }

  isTaken = (mode) => this.mode === mode && (mode !== "move" || this.isHeld || !this.isTouched);

  get isTouched() {
    return matchMedia("(pointer: coarse)").matches;
  }

  showMode() {
    this.stage.dataset.mode = this.mode;
    this.stage.dataset.held = this.isHeld;
    this.showPressed();
  }

  // A finger that moves over the map scrolls the page, and is told what moves the map.
  tellTwoFingers() {
    this.state.textContent = this.data.words.twoFingers;
    clearTimeout(this.hinted);
    this.hinted = setTimeout(() => (this.state.textContent = this.data.state ?? ""), HINT_MS);
  }

  setLines(mode) {
    this.lineMode = mode;
    this.repaint();
  }

  toggleGroup(group, alone) {
    const others = this.colour.labels.map((_, g) => g).filter((g) => g !== group);
    if (alone) this.hidden = new Set(this.hidden.size === others.length ? [] : others);
    else if (!this.hidden.delete(group)) this.hidden.add(group);
    drawLegend(this, this.legend);
    this.settleChoice();
    this.repaint();
  }

  toggleFilter(key, label) {
    this.columns.toggle(key, label);
    this.tellFilters();
  }

  clearFilters() {
    this.columns.set({});
    this.tellFilters();
  }

  tellFilters() {
    const filters = this.columns.told();
    this.filtering.tell(serialOf(filters));
    this.filter();
    this.repaint();
    this.send?.("filters", { filters });
  }

  // Find out which points pass the filters; what does not pass is not chosen either.
  filter() {
    this.isStale = false;
    this.failing = this.columns.fails(this.points.length / 2);
    this.nFiltered = this.failing.fails.reduce((n, fails) => n + (fails > 0), 0);
    this.settleChoice();
  }

  // Of each value of an attribute, the points left by the other filters and by what is chosen.
  tally(key) {
    const { picked } = this;
    const isPicked = picked.size ? (i) => picked.has(i) : () => true;
    return this.columns.tally(key, this.failing, (i) => isPicked(i) && this.isUnhidden(i));
  }

  // Where nothing is in sight, offer the way back.
  showLost() {
    const { lens, data } = this;
    let isEmpty = this.points.length > 0 && lens.width > 1;
    const [left, right] = [lens.mapX(0), lens.mapX(lens.width)];
    const [low, high] = [lens.mapY(lens.height), lens.mapY(0)];
    this.grid.within(left, right, low, high, (i) => (isEmpty = isEmpty && !this.isVisible(i)));
    this.lost.hidden = !isEmpty;
    const text = this.nVisible ? data.words.lost : data.words.nothingLeft;
    if (isEmpty && this.lost.textContent !== text) this.lost.textContent = text;
  }

  comeBack() {
    if (this.nVisible) return this.fit();
    this.hidden = new Set();
    drawLegend(this, this.legend);
    this.clearFilters();
  }

  // On a phone the photos chosen lie below the map: bring their heading into sight.
  showPanel(triesLeft = 100) {
    if (window.innerWidth > NARROW_PX) return;
    const head = this.choice.isWaiting ? null : document.querySelector(".st-key-choice-head");
    if (head) head.scrollIntoView({ block: "nearest", behavior: "smooth" });
    else if (triesLeft) setTimeout(() => this.showPanel(triesLeft - 1), 100);
  }

  // Look where a saved view looked.
  takeLook() {
    const { at = "", serial = "" } = this.data?.look ?? {};
    if (`${at} ${serial}` === (this.looked ?? " ")) return;
    if (!this.points.length || this.lens.width < 2) return;
    this.looked = `${at} ${serial}`;
    if (!at) return this.fit();
    const [x, y, zoom] = at.split(",").map(Number);
    this.look((lens) => {
      lens.fit(this.grid.box);
      lens.zoom(zoom);
      lens.centreOn(x, y);
    });
  }

  // Where one looks: the middle, and how many times larger than the whole; "" for the whole.
  lookText() {
    if (!this.hasLooked) return "";
    const { lens } = this;
    const middle = [lens.mapX(lens.width / 2), lens.mapY(lens.height / 2)];
    return [...middle, lens.scale / lens.fitted].map((v) => Number(v.toPrecision(6))).join(",");
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
    if (!found.length && !this.picked.size) return;
    this.picked = new Set(added ? [...this.picked, ...found] : found);
    this.settleChoice();
    this.repaint();
  }

  // What is picked and visible is chosen; the server learns of it when it has changed.
  settleChoice() {
    const chosen = new Set([...this.picked].filter(this.isVisible));
    if (chosen.size === this.chosen.size && [...chosen].every((i) => this.chosen.has(i))) return;
    this.chosen = chosen;
    this.serial = `${Date.now()}-${Math.random()}`;
    this.choice.tell(`${this.data.map} ${this.serial}`);
    const points = [...chosen].sort((a, b) => a - b);
    this.spoken.textContent = `${points.length.toLocaleString("en")} ${this.data.words.chosen}`;
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

// Filters as a text that is the same for the same filters.
const serialOf = (filters) =>
  JSON.stringify(Object.entries(filters).map(([key, values]) => [key, [...values].sort()]).sort());

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".map");
  if (!root) {
    root = element("div", "map");
    parentElement.append(root);
    root.kindredMap = new KindredMap(root);
  }
  root.kindredMap.update(data, setTriggerValue);
}
