// Geometry of a map: where its points lie on the screen, which lies under a place, what a loop
// holds. Points are (x, y) pairs in one array; the map's y axis points up, the screen's down.

class Lens {
  width = 1;
  height = 1;
  scale = 1;
  left = 0;
  top = 0;

  screenX = (x) => x * this.scale + this.left;
  screenY = (y) => this.top - y * this.scale;
  mapX = (px) => (px - this.left) / this.scale;
  mapY = (py) => (this.top - py) / this.scale;

  // Show a box whole, with a margin. A box without extent is shown in the middle.
  fit({ minX, maxX, minY, maxY }, margin = 28) {
    const room = [this.width - 2 * margin, this.height - 2 * margin].map((r) => Math.max(r, 20));
    const extent = [Math.max(maxX - minX, 1e-6), Math.max(maxY - minY, 1e-6)];
    this.scale = Math.min(room[0] / extent[0], room[1] / extent[1], 1e6);
    this.centreOn((minX + maxX) / 2, (minY + maxY) / 2);
    this.fitted = this.scale;
  }

  centreOn(x, y) {
    this.left = this.width / 2 - x * this.scale;
    this.top = this.height / 2 + y * this.scale;
  }

  place = () => ({ left: this.left, top: this.top, scale: this.scale });
  moved = ({ left, top, scale }) =>
    left !== this.left || top !== this.top || scale !== this.scale;

  move(dx, dy) {
    this.left += dx;
    this.top += dy;
  }

  // The place under (px, py) stays where it is.
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const [x, y] = [this.mapX(px), this.mapY(py)];
    const fitted = this.fitted || this.scale;
    this.scale = Math.min(Math.max(this.scale * factor, fitted * 0.3), fitted * 2000);
    this.left = px - x * this.scale;
    this.top = py + y * this.scale;
  }

  resize(width, height) {
    const [x, y] = [this.mapX(this.width / 2), this.mapY(this.height / 2)];
    const ratio = Math.min(width / this.width, height / this.height);
    Object.assign(this, { width, height });
    if (this.fitted) {
      this.scale *= ratio;
      this.fitted *= ratio;
    }
    this.centreOn(x, y);
  }
}

const boundsOf = (points) => {
  const box = { minX: Infinity, maxX: -Infinity, minY: Infinity, maxY: -Infinity };
  for (let i = 0; i < points.length; i += 2) {
    box.minX = Math.min(box.minX, points[i]);
    box.maxX = Math.max(box.maxX, points[i]);
    box.minY = Math.min(box.minY, points[i + 1]);
    box.maxY = Math.max(box.maxY, points[i + 1]);
  }
  return points.length ? box : { minX: -1, maxX: 1, minY: -1, maxY: 1 };
};

// A grid over the map, so that a place asks only the points about it.
class Grid {
  constructor(points) {
    this.points = points;
    const n = points.length / 2;
    this.box = boundsOf(points);
    const { minX, maxX, minY, maxY } = this.box;
    this.side = Math.max(1, Math.ceil(Math.sqrt(n / 3)));
    this.cellX = Math.max(maxX - minX, 1e-9) / this.side;
    this.cellY = Math.max(maxY - minY, 1e-9) / this.side;
    this.starts = new Uint32Array(this.side * this.side + 1);
    const cells = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      cells[i] = this.column(points[2 * i]) + this.side * this.row(points[2 * i + 1]);
      this.starts[cells[i] + 1]++;
    }
    for (let c = 0; c < this.side * this.side; c++) this.starts[c + 1] += this.starts[c];
    const next = this.starts.slice();
    this.members = new Uint32Array(n);
    for (let i = 0; i < n; i++) this.members[next[cells[i]]++] = i;
  }

  clamp = (v) => Math.min(Math.max(Math.floor(v), 0), this.side - 1);
  column = (x) => this.clamp((x - this.box.minX) / this.cellX);
  row = (y) => this.clamp((y - this.box.minY) / this.cellY);

  // Call `visit` with every point in a box of the map, until it answers false.
  within(minX, maxX, minY, maxY, visit) {
    const { points, members, starts, side } = this;
    for (let r = this.row(minY); r <= this.row(maxY); r++) {
      const [from, to] = [side * r + this.column(minX), side * r + this.column(maxX)];
      for (let m = starts[from]; m < starts[to + 1]; m++) {
        const i = members[m];
        const [x, y] = [points[2 * i], points[2 * i + 1]];
        if (x < minX || x > maxX || y < minY || y > maxY) continue;
        if (visit(i, x, y) === false) return;
      }
    }
  }

  // The point nearest to a place, no farther than `reach`, among those that `admits` lets in.
  nearest(x, y, reach, admits) {
    let [found, least] = [-1, reach * reach];
    this.within(x - reach, x + reach, y - reach, y + reach, (i, px, py) => {
      const squared = (px - x) ** 2 + (py - y) ** 2;
      if (squared <= least && admits(i)) [found, least] = [i, squared];
    });
    return found;
  }
}

// Whether a loop of corners (x, y, x, y, …) holds a place: a ray to the right crosses its edges an
// odd number of times.
const holds = (loop, x, y) => {
  let inside = false;
  for (let i = 0, j = loop.length - 2; i < loop.length; j = i, i += 2) {
    const yi = loop[i + 1];
    const yj = loop[j + 1];
    if (yi > y === yj > y) continue;
    if (x < ((loop[j] - loop[i]) * (y - yi)) / (yj - yi) + loop[i]) inside = !inside;
  }
  return inside;
};

// The points inside a loop of [x, y] corners, ascending.
const insideOf = (grid, corners, admits) => {
  const loop = Float64Array.from(corners.flat());
  const box = boundsOf(loop);
  const found = [];
  grid.within(box.minX, box.maxX, box.minY, box.maxY, (i, x, y) => {
    if (admits(i) && holds(loop, x, y)) found.push(i);
  });
  return found.sort((a, b) => a - b);
};
