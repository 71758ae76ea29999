// Mouse, touch and keys: moving about the map, and choosing points of it.

const REACH_PX = 14;
const STEP_PX = 60;
const CLICK_PX = 5;
const HELD = { passive: false };
const KEY_MOVES = {
  ArrowLeft: [STEP_PX, 0],
  ArrowRight: [-STEP_PX, 0],
  ArrowUp: [0, STEP_PX],
  ArrowDown: [0, -STEP_PX],
};

class Hands {
  constructor(map, stage) {
    this.map = map;
    this.stage = stage;
    this.pointers = new Map();
    const on = (name, work, options) => stage.addEventListener(name, work.bind(this), options);
    on("pointerdown", this.down);
    on("pointermove", this.move);
    on("pointerup", this.up);
    on("pointercancel", this.cancel);
    on("pointerleave", (event) => event.pointerType === "mouse" && map.point(-1));
    on("touchstart", (event) => event.touches.length > 1 && event.preventDefault(), HELD);
    on("wheel", this.wheel, HELD);
    on("dblclick", this.twice);
    on("keydown", this.key);
    on("focus", () => this.show(stage.matches(":focus-visible")));
    on("blur", () => this.show(false));
  }

  show(hasKeys) {
    this.map.hasKeys = hasKeys;
    this.map.retouch();
  }

  at(event) {
    const box = this.stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  down(event) {
    if (event.button) return;
    // A finger that scrolls the page must not be captured.
    if (!this.scrolls(event)) this.stage.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.at(event));
    if (this.pointers.size > 1) {
      this.map.loop = this.begun = null;
      return;
    }
    this.begun = this.last = this.at(event);
    this.gone = 0;
    this.map.loop = this.map.mode === "move" ? null : [this.begun];
  }

  move(event) {
    const place = this.at(event);
    if (!this.pointers.has(event.pointerId)) {
      this.map.point(this.map.under(...place), place);
      return;
    }
    const before = this.pointers.get(event.pointerId);
    this.pointers.set(event.pointerId, place);
    if (this.begun) this.gone = Math.max(this.gone, distance(place, this.begun));
    if (this.pointers.size > 1) this.pinch(event.pointerId, before, place);
    else if (this.scrolls(event)) return;
    else if (this.map.mode === "move") this.map.look((lens) => lens.move(...minus(place, before)));
    else whole(event).forEach((each) => this.draw(this.at(each)));
  }

  draw(place) {
    const [x, y] = this.begun;
    if (this.map.mode === "box") this.map.loop = [[x, y], [place[0], y], place, [x, place[1]]];
    else if (distance(this.last, place) > 2) {
      this.map.loop?.push(place);
      this.last = place;
    }
    this.map.retouch();
  }

  pinch(moved, before, place) {
    const [other] = [...this.pointers].filter(([id]) => id !== moved).map(([, at]) => at);
    const factor = distance(place, other) / Math.max(distance(before, other), 1);
    this.map.look((lens) => {
      lens.zoom(factor, (place[0] + other[0]) / 2, (place[1] + other[1]) / 2);
      lens.move((place[0] - before[0]) / 2, (place[1] - before[1]) / 2);
    });
  }

  up(event) {
    if (!this.pointers.delete(event.pointerId) || this.pointers.size) return;
    const place = this.at(event);
    const { loop } = this.map;
    this.map.loop = null;
    // A loop may end where it began: what makes a click is that the pointer never left the place.
    const isClick = this.begun && this.gone < CLICK_PX;
    const isLoop = this.begun && !isClick && loop?.length > 2;
    if (isClick) this.click(event, place);
    if (isLoop) this.map.chooseInside(loop, event.shiftKey);
    const isTouch = event.pointerType === "touch";
    if ((isClick || isLoop) && isTouch && this.map.chosen.size) this.map.showPanel();
    this.begun = null;
    this.map.retouch();
  }

  // One finger scrolls the page over the map, until a tool is taken up.
  scrolls = (event) => event.pointerType === "touch" && !this.map.isHeld;

  cancel(event) {
    if (this.pointers.delete(event.pointerId) && this.scrolls(event)) this.map.tellTwoFingers();
    this.begun = null;
    this.map.loop = null;
    this.map.retouch();
  }

  click(event, place) {
    const found = this.map.under(...place);
    this.map.point(found, place);
    this.map.choose(found < 0 ? [] : [found], event.shiftKey);
  }

  wheel(event) {
    event.preventDefault();
    const factor = Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) * 0.006);
    this.map.look((lens) => lens.zoom(factor, ...this.at(event)));
  }

  twice(event) {
    this.map.look((lens) => lens.zoom(2.2, ...this.at(event)));
  }

  key(event) {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const { map } = this;
    const middle = [map.lens.width / 2, map.lens.height / 2];
    const tell = () => map.point(map.under(...middle, 60), middle);
    const works = {
      "+": () => map.look((lens) => lens.zoom(1.4)),
      "=": () => map.look((lens) => lens.zoom(1.4)),
      "-": () => map.look((lens) => lens.zoom(1 / 1.4)),
      0: () => map.fit(),
      m: () => map.setMode("move"),
      l: () => map.setMode("lasso"),
      b: () => map.setMode("box"),
      v: () => map.chooseInView(),
      Escape: () => map.choose([], false),
      Enter: () => map.choose([map.under(...middle, 60)].filter((i) => i >= 0), event.shiftKey),
    };
    const move = KEY_MOVES[event.key];
    const work = move ? () => map.look((lens) => lens.move(...move)) : works[event.key];
    if (!work) return;
    event.preventDefault();
    work();
    this.show(true);
    if (move || event.key === "Enter") tell();
  }
}

// A busy browser tells of several moves as one; a loop must not lose its corners by that.
const whole = (event) => {
  const each = event.getCoalescedEvents?.() ?? [];
  return each.length ? each : [event];
};
const minus = (a, b) => [a[0] - b[0], a[1] - b[1]];
const distance = (a, b) => Math.hypot(...minus(a, b));
