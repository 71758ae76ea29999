// Histograms beside a map. A bar is as long as its value is common; its strong part is what is
// left by the filters and chosen on the map. A pressed value filters the map.

const MOST_BARS = 6;

class Bars {
  constructor(root) {
    this.root = root;
    this.whole = new Set();
    this.opened = new Map();
    this.head = element("div", "head");
    this.list = element("div", "list");
    root.append(this.head, this.list);
    document.addEventListener(CHANGED, ({ detail }) => {
      if (detail === this.data?.map) this.due ??= requestAnimationFrame(() => this.draw());
    });
  }

  update(data, send) {
    this.data = data;
    this.send = send;
    this.root.setAttribute("aria-label", data.words.label);
    this.draw();
  }

  get map() {
    return maps.get(this.data.map);
  }

  draw() {
    this.due = undefined;
    if (!this.map?.columns.listed.length) return;
    this.drawHead();
    const focused = this.root.getRootNode().activeElement?.dataset?.name;
    const groups = this.map.columns.listed.map((each) => this.group(each));
    this.list.replaceChildren(...groups);
    if (focused) this.list.querySelector(`[data-name="${CSS.escape(focused)}"]`)?.focus();
  }

  drawHead() {
    const { map, data } = this;
    const { words } = data;
    const n = (number) => number.toLocaleString("en");
    const left = `${n(map.nVisible)} ${words.of} ${n(map.points.length / 2)} ${words.points}`;
    const parts = [element("strong", "", words.title), element("span", "left", left)];
    if (map.columns.filters.size) {
      const clear = element("button", "clear", words.clear);
      clear.type = "button";
      clear.addEventListener("click", () => map.clearFilters());
      parts.push(clear);
    }
    this.head.replaceChildren(...parts);
  }

  group({ key, title, open, part }) {
    const { map } = this;
    const column = map.columns.read.get(key);
    const box = element("details", "group");
    box.open = this.opened.get(key) ?? (open || map.columns.filters.has(key));
    const name = element("summary", "", title);
    name.dataset.name = `title ${key}`;
    box.append(name);
    box.addEventListener("toggle", () => {
      if (this.opened.get(key) === box.open) return;
      this.opened.set(key, box.open);
      if (box.open && !part) this.send("opened", { key });
    });
    if (column) box.append(this.bars(key, column));
    return box;
  }

  bars(key, { kind, labels, all }) {
    const { map, data } = this;
    const now = map.tally(key);
    const chosen = map.columns.filters.get(key);
    const most = all.reduce((a, b) => Math.max(a, b), 1);
    const order = [...labels.keys()].filter((place) => all[place]);
    const isWhole = kind === "ranges" || this.whole.has(key) || order.length <= MOST_BARS + 1;
    const shown = order.filter(
      (place, rank) => isWhole || rank < MOST_BARS || chosen?.has(labels[place]),
    );
    const box = element("div", `bars ${kind}`);
    box.append(...shown.map((place) => {
      const bar = element("button", "bar");
      bar.type = "button";
      bar.dataset.name = `${key} ${labels[place]}`;
      bar.setAttribute("aria-pressed", String(Boolean(chosen?.has(labels[place]))));
      const count = now[place] === all[place] ? "" : `${now[place].toLocaleString("en")} / `;
      const told = `${count}${all[place].toLocaleString("en")}`;
      bar.title = `${labels[place]}: ${told}`;
      bar.style.setProperty("--all", `${(100 * all[place]) / most}%`);
      bar.style.setProperty("--now", `${(100 * now[place]) / most}%`);
      if (map.colour?.key === key) bar.style.setProperty("--tint", groupColour(map.colour, place));
      bar.append(element("span", "label", labels[place]), element("span", "count", told));
      bar.addEventListener("click", () => map.toggleFilter(key, labels[place]));
      return bar;
    }));
    if (!isWhole || this.whole.has(key)) box.append(this.more(key, order.length - shown.length));
    return box;
  }

  more(key, n) {
    const { words } = this.data;
    const more = element("button", "clear", n > 0 ? `${n.toLocaleString("en")} ${words.more}` : words.fewer);
    more.type = "button";
    more.dataset.name = `more ${key}`;
    more.addEventListener("click", () => {
      if (!this.whole.delete(key)) this.whole.add(key);
      this.draw();
    });
    return more;
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".histograms");
  if (!root) {
    root = element("section", "histograms");
    parentElement.append(root);
    root.kindredBars = new Bars(root);
  }
  root.kindredBars.update(data, setTriggerValue);
}
