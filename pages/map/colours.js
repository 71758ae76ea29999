// What a point looks like: its group or its place on a scale, dimmed where it is not chosen.

const PALETTE = [
  "#b5452f", "#3f77a8", "#4f8a5b", "#d1992b", "#84609a", "#3b9a9c",
  "#c4708f", "#7c8a2c", "#5c6bc0", "#a86f45", "#5f7d8c", "#d46f4d",
];
const QUIET = "#98938b";
const SCALES = {
  glow: ["#8f8a84", "#c79a4a", "#d8642f", "#b3122b"],
  trust: ["#b3402f", "#cf9a52", "#7d9aa8", "#2d6c95"],
};

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

const onScale = (stops, share) => {
  const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const low = Math.min(Math.floor(place), stops.length - 2);
  return stops[low].map((c, k) => Math.round(c + (stops[low + 1][k] - c) * (place - low)));
};

// The thirteenth group and those after it walk round the colour wheel, lighter and darker in turn.
const spun = (group) => {
  const [hue, light] = [(group * 137.508) % 360, [0.42, 0.58, 0.34][group % 3]];
  const tint = 0.52 * Math.min(light, 1 - light);
  const channel = (k) => {
    const at = (k + hue / 30) % 12;
    return Math.round(255 * (light - tint * Math.max(-1, Math.min(at - 3, 9 - at, 1))));
  };
  return `#${[0, 8, 4].map((k) => channel(k).toString(16).padStart(2, "0")).join("")}`;
};

const groupColour = (colour, group) => {
  const label = colour.labels[group];
  if (group < 0 || colour.quiet?.includes(label)) return QUIET;
  return PALETTE[group] ?? spun(group);
};

// RGBA of every point, its size, and the order to draw in: what matters comes last, on top.
const GHOST = 14;
const paintOf = (colour, n, { isVisible, isGhost, chosen, shown }) => {
  const colours = new Uint8Array(4 * n);
  const weights = new Float32Array(n).fill(1);
  const isScale = colour?.kind === "scale";
  const stops = isScale ? SCALES[colour.scale].map(rgb) : [];
  const table = isScale
    ? Array.from({ length: 256 }, (_, i) => onScale(stops, i / 255))
    : [...(colour?.labels ?? []).keys()].map((group) => rgb(groupColour(colour, group)));
  const quiet = rgb(QUIET);
  const crowded = n > 20_000 ? 150 : 215;
  const emphasised = chosen.size ? chosen : shown;
  const plain = emphasised.size ? 45 : crowded;
  for (let i = 0; i < n; i++) {
    if (!isVisible(i)) {
      if (isGhost(i)) colours.set([...quiet, GHOST], 4 * i);
      continue;
    }
    const place = isScale ? Math.round(colour.values[i] * 255) : colour?.codes?.[i] ?? -1;
    const tint = table[place] ?? quiet;
    for (let k = 0; k < 3; k++) colours[4 * i + k] = tint[k];
    colours[4 * i + 3] = plain;
    if (isScale && colour.scale === "glow") weights[i] = 0.8 + colour.values[i];
    if (emphasised.has(i)) {
      colours[4 * i + 3] = 255;
      weights[i] = 1.6;
    }
  }
  const last = emphasised.size ? (i) => (emphasised.has(i) ? 256 : 0) : () => 0;
  const level = isScale ? (i) => Math.round(colour.values[i] * 255) : () => 0;
  return { colours, weights, order: ordered(n, (i) => level(i) + last(i)) };
};

// Points by their rising level, 0 to 511; those of one level as they come.
const ordered = (n, levelOf) => {
  const levels = new Uint16Array(n);
  const starts = new Uint32Array(513);
  for (let i = 0; i < n; i++) {
    levels[i] = levelOf(i);
    starts[levels[i] + 1]++;
  }
  for (let level = 0; level < 512; level++) starts[level + 1] += starts[level];
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[starts[levels[i]]++] = i;
  return order;
};

// Lines between pairs, from each pair's true rank: blue where the photo is found first, red where
// it is lost. Lines of one tint are drawn in one go, the lost ones on top.
const LINE_TINTS = 12;
const linesOf = (pairs, mode, isVisible) => {
  const n = pairs?.ranks.length ?? 0;
  if (!n || mode === "none") return { n: 0, tints: [] };
  const byRank = [...Array(n).keys()].sort((a, b) => pairs.ranks[a] - pairs.ranks[b]);
  const share = { all: 1, best10: 0.1, worst10: 0.1, worst1: 0.01 }[mode];
  const wanted = Math.max(1, Math.ceil(n * share));
  const kept = (mode === "best10" || mode === "all" ? byRank.slice(0, wanted) : byRank.slice(-wanted))
    .filter((p) => isVisible(pairs.photos[p]) && isVisible(pairs.captions[p]));
  const most = Math.log(Math.max(pairs.ranks[byRank[n - 1]], 2));
  const stops = [...SCALES.trust].reverse().map(rgb);
  const tints = Array.from({ length: LINE_TINTS }, (_, k) => ({
    colour: `rgb(${onScale(stops, k / (LINE_TINTS - 1))})`,
    ends: [],
  }));
  for (const p of kept) {
    const place = Math.round((Math.log(pairs.ranks[p]) / most) * (LINE_TINTS - 1));
    tints[place].ends.push(pairs.photos[p], pairs.captions[p]);
  }
  return { n: kept.length, tints };
};
