// A heat map over a photo: what each place gave to the similarity, one chip at a time.
// Warm places speak for the chip, cool ones against it.

const WARM = [214, 69, 42];
const COOL = [42, 104, 163];
const STRONGEST = 190;

function paint(canvas, places) {
  const [height, width] = [places.length, places[0].length];
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  const pixels = pen.createImageData(width, height);
  const most = Math.max(...places.flat().map(Math.abs), 1e-6);
  places.flat().forEach((value, place) => {
    const tone = value < 0 ? COOL : WARM;
    pixels.data.set([...tone, (Math.abs(value) / most) * STRONGEST], place * 4);
  });
  pen.putImageData(pixels, 0, 0);
}

export default function (component) {
  const { data, parentElement } = component;
  let root = parentElement.querySelector(".heat");
  if (!root) {
    root = element("div", "heat");
    parentElement.append(root);
  }
  if (isDrawn(root, data)) return;
  const frame = element("div", "frame");
  const image = element("img");
  image.src = data.image;
  image.alt = "";
  const canvas = element("canvas");
  canvas.setAttribute("role", "img");
  ["left", "top", "width", "height"].forEach((side, i) => {
    canvas.style[side] = `${data.box[i] * 100}%`;
  });
  frame.append(image, canvas);
  const buttons = element("div", "choices");
  buttons.setAttribute("role", "group");
  buttons.setAttribute("aria-label", data.label);
  const choose = (map, chosen) => {
    paint(canvas, map.places);
    canvas.setAttribute("aria-label", `${data.label}: ${map.label}, ${spoken(map.places)}`);
    [...buttons.children].forEach((each) => each.setAttribute("aria-pressed", String(each === chosen)));
  };
  data.maps.forEach((map) => {
    const choice = button("", map.label, () => choose(map, choice));
    buttons.append(choice);
  });
  root.replaceChildren(frame, buttons);
  if (data.maps.length) choose(data.maps[0], buttons.firstChild);
}

// Where the strongest place is, in words.
function spoken(places) {
  const flat = places.flat();
  const place = flat.indexOf(Math.max(...flat));
  const [rows, columns] = [places.length, places[0].length];
  const third = (at, of, names) => names[Math.min(2, Math.floor((at / of) * 3))];
  const down = third(Math.floor(place / columns), rows, ["top", "middle", "bottom"]);
  const across = third(place % columns, columns, ["left", "centre", "right"]);
  return `strongest at the ${down} ${across}`;
}
