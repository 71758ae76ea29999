// What lies over and under the points: small pictures, lines above them, names, a query and its
// nearest, the loop being drawn; and below them all how dense the map is.

const MOST_PICTURES = 420;
const DENSITY_CELLS = 110;

const haloed = (context, text, x, y, ink, paper) => {
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = paper;
  context.strokeText(text, x, y);
  context.fillStyle = ink;
  context.fillText(text, x, y);
};

// Photos in sight, or none where they are too many to be seen.
const photosInSight = (map) => {
  const { lens, grid } = map;
  const found = [];
  const [left, right] = [lens.mapX(0), lens.mapX(lens.width)];
  const [low, high] = [lens.mapY(lens.height), lens.mapY(0)];
  grid.within(left, right, low, high, (i) => {
    if (i < map.nPhotos && map.isVisible(i)) found.push(i);
    return found.length <= MOST_PICTURES;
  });
  return found.length > MOST_PICTURES ? [] : found;
};

const drawPictures = (map, context) => {
  const inSight = map.wantsPictures && map.sheets ? photosInSight(map) : [];
  if (!inSight.length) return;
  const { lens, points } = map;
  const room = Math.sqrt((lens.width * lens.height) / inSight.length);
  const side = Math.round(Math.min(Math.max(room * 0.42, 18), 72));
  const emphasised = map.chosen.size ? map.chosen : map.shown;
  for (const i of inSight) {
    const [x, y] = [lens.screenX(points[2 * i]), lens.screenY(points[2 * i + 1])];
    context.globalAlpha = emphasised.size && !emphasised.has(i) ? 0.25 : 1;
    if (map.sheets.draw(context, map.photos[i], x - side / 2, y - side / 2, side)) {
      context.strokeStyle = map.colourOf(i);
      context.lineWidth = emphasised.has(i) ? 3 : 1.5;
      context.strokeRect(x - side / 2, y - side / 2, side, side);
    }
  }
  context.globalAlpha = 1;
};

// Where a query's star and words lie, as boxes [left, right, top, bottom]; names stay off them.
const boxOfQuery = ({ data, lens, theme }, context) => {
  if (!data.query) return [];
  const [x, y] = [lens.screenX(data.query.x), lens.screenY(data.query.y)];
  context.font = `600 14px ${theme.font}`;
  return [[x - 14, x + 20 + context.measureText(data.query.text).width, y - 14, y + 14]];
};

const drawNames = (map, context) => {
  if (!map.wantsNames) return;
  const { lens, theme } = map;
  const taken = boxOfQuery(map, context);
  context.font = `600 13px ${theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const { text, x, y } of map.data.names ?? []) {
    const half = context.measureText(text).width / 2;
    const px = Math.min(Math.max(lens.screenX(x), half + 4), lens.width - half - 4);
    const py = lens.screenY(y);
    const box = [px - half - 4, px + half + 4, py - 10, py + 10];
    const overlaps = ([l, r, t, b]) => box[0] < r && box[1] > l && box[2] < b && box[3] > t;
    if (py < 8 || py > lens.height - 8 || taken.some(overlaps)) continue;
    taken.push(box);
    haloed(context, text, px, py, theme.ink, theme.paper);
  }
};

const drawQuery = (map, context) => {
  const { query } = map.data;
  if (!query) return;
  const { lens, points, theme } = map;
  const [x, y] = [lens.screenX(query.x), lens.screenY(query.y)];
  context.strokeStyle = theme.accent;
  context.lineWidth = 1.5;
  for (const i of query.nearest) {
    const [px, py] = [lens.screenX(points[2 * i]), lens.screenY(points[2 * i + 1])];
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(px, py);
    context.stroke();
    context.beginPath();
    context.arc(px, py, 6, 0, 2 * Math.PI);
    context.stroke();
  }
  context.fillStyle = theme.accent;
  context.beginPath();
  for (let corner = 0; corner < 10; corner++) {
    const [radius, turn] = [corner % 2 ? 5 : 12, (corner * Math.PI) / 5];
    context.lineTo(x + radius * Math.sin(turn), y - radius * Math.cos(turn));
  }
  context.fill();
  context.font = `600 14px ${theme.font}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  haloed(context, query.text, x + 16, y, theme.ink, theme.paper);
};

const drawRings = (map, context) => {
  const { lens, points, theme } = map;
  context.strokeStyle = theme.accent;
  context.lineWidth = 2.5;
  for (const i of map.shown) {
    context.beginPath();
    context.arc(lens.screenX(points[2 * i]), lens.screenY(points[2 * i + 1]), 11, 0, 2 * Math.PI);
    context.stroke();
  }
};

const drawLoop = (map, context) => {
  const { loop, theme } = map;
  if (!loop?.length) return;
  context.beginPath();
  loop.forEach(([x, y]) => context.lineTo(x, y));
  context.closePath();
  context.fillStyle = `${theme.accent}22`;
  context.fill();
  context.strokeStyle = theme.accent;
  context.lineWidth = 1.5;
  context.stroke();
};

const drawCross = (map, context) => {
  if (!map.hasKeys) return;
  const { lens, theme } = map;
  context.strokeStyle = theme.ink;
  context.lineWidth = 1;
  context.strokeRect(lens.width / 2 - 8, lens.height / 2 - 8, 16, 16);
};

// Lines lie above the pictures, on paper, so that they are seen over any of them.
const drawLines = (map, context, density) => {
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, map.lens.width, map.lens.height);
  const { lens, points, lines } = map;
  if (!lines?.n) return;
  const crowd = Math.min(Math.max((lines.n - 60) / 1500, 0), 1);
  context.lineCap = "round";
  for (const { colour, ends } of lines.tints) {
    context.beginPath();
    for (let k = 0; k < ends.length; k += 2) {
      const [from, to] = [2 * ends[k], 2 * ends[k + 1]];
      context.moveTo(lens.screenX(points[from]), lens.screenY(points[from + 1]));
      context.lineTo(lens.screenX(points[to]), lens.screenY(points[to + 1]));
    }
    context.strokeStyle = colour;
    context.globalAlpha = 0.9 - 0.45 * crowd;
    context.lineWidth = 2.5 - crowd;
    context.stroke();
  }
  context.globalAlpha = 1;
};

const drawUnder = (map, context, density) => {
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, map.lens.width, map.lens.height);
  drawPictures(map, context);
};

const drawOverlay = (map, context, density) => {
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, map.lens.width, map.lens.height);
  drawRings(map, context);
  drawNames(map, context);
  drawQuery(map, context);
  drawLoop(map, context);
  drawCross(map, context);
};

// Counts of the visible points on a coarse grid, blurred, as a picture in the map's own box.
const densityPicture = (map) => {
  const { points, grid, theme } = map;
  const [cells, { box }] = [DENSITY_CELLS, grid];
  const counts = new Float32Array(cells * cells);
  const pad = 0.06;
  const size = [box.maxX - box.minX, box.maxY - box.minY].map((s) => Math.max(s, 1e-6));
  const origin = [box.minX - pad * size[0], box.minY - pad * size[1]];
  const step = size.map((s) => (s * (1 + 2 * pad)) / cells);
  for (let i = 0; i < points.length / 2; i++) {
    if (!map.isVisible(i)) continue;
    const cx = Math.min(Math.floor((points[2 * i] - origin[0]) / step[0]), cells - 1);
    const cy = Math.min(Math.floor((points[2 * i + 1] - origin[1]) / step[1]), cells - 1);
    counts[cx + cells * (cells - 1 - cy)]++;
  }
  const smooth = blurred(blurred(counts, cells), cells);
  const most = smooth.reduce((a, b) => Math.max(a, b), 1e-9);
  const picture = new ImageData(cells, cells);
  const tint = rgb(theme.accent);
  smooth.forEach((value, k) => {
    picture.data.set([...tint, 190 * Math.sqrt(value / most)], 4 * k);
  });
  const canvas = new OffscreenCanvas(cells, cells);
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return { canvas, x: origin[0], y: origin[1] + step[1] * cells, width: step[0] * cells,
    height: step[1] * cells };
};

const blurred = (counts, cells) => {
  const pass = (from, stride, across) => {
    const to = new Float32Array(from.length);
    for (let a = 0; a < cells; a++) {
      for (let b = 0; b < cells; b++) {
        let sum = 0;
        for (let k = -2; k <= 2; k++) {
          const at = b + k;
          if (at >= 0 && at < cells) sum += from[a * across + at * stride] * (3 - Math.abs(k));
        }
        to[a * across + b * stride] = sum / 9;
      }
    }
    return to;
  };
  return pass(pass(counts, 1, cells), cells, 1);
};

const drawDensity = (map, context, density) => {
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, map.lens.width, map.lens.height);
  if (!map.wantsDensity) return;
  const cloud = (map.cloud ??= densityPicture(map));
  const { lens } = map;
  const [x, y] = [lens.screenX(cloud.x), lens.screenY(cloud.y)];
  context.drawImage(cloud.canvas, x, y, cloud.width * lens.scale, cloud.height * lens.scale);
};
