// A photo in its square: a rectangle dragged over it is the part to search with. Sides are sent in
// shares of the photo itself, without the white margins of the square; [] is the whole photo.
// With the keyboard, digits choose: 1-9 is that ninth of the photo, 0 the whole.

const SMALLEST = 0.08;

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let box = parentElement.querySelector(".region");
  if (!box) {
    box = element("div", "region");
    box.tabIndex = 0;
    box.append(element("img"), element("span"));
    parentElement.append(box, button("", "", () => box.send([])));
    listen(box);
  }
  box.send = (sides) => setTriggerValue("chosen", sides);
  box.sides = photoIn(data.width, data.height);
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", data.label);
  const image = box.querySelector("img");
  image.alt = "";
  image.draggable = false;
  if (image.src !== data.image) image.src = data.image;
  const whole = parentElement.querySelector("button");
  whole.textContent = data.whole;
  whole.hidden = !data.region;
  show(box, data.region ? data.region.split(",").map(Number) : null);
}

// Where the photo lies in its square: left, top, width and height in shares of the square.
function photoIn(width, height) {
  const longest = Math.max(width, height);
  const [w, h] = [width / longest, height / longest];
  return [(1 - w) / 2, (1 - h) / 2, w, h];
}

function show(box, region) {
  const mark = box.querySelector("span");
  mark.hidden = !region;
  if (!region) return;
  const [left, top, width, height] = box.sides;
  const inSquare = [left + region[0] * width, top + region[1] * height, region[2] * width, region[3] * height];
  ["left", "top", "width", "height"].forEach((side, place) => {
    mark.style[side] = `${inSquare[place] * 100}%`;
  });
}

function listen(box) {
  let start = null;
  const at = (event) => {
    const frame = box.getBoundingClientRect();
    const [left, top, width, height] = box.sides;
    const x = ((event.clientX - frame.left) / frame.width - left) / width;
    const y = ((event.clientY - frame.top) / frame.height - top) / height;
    return [Math.max(0, Math.min(1, x)), Math.max(0, Math.min(1, y))];
  };
  const region = (end) => [
    Math.min(start[0], end[0]),
    Math.min(start[1], end[1]),
    Math.abs(start[0] - end[0]),
    Math.abs(start[1] - end[1]),
  ];
  box.addEventListener("pointerdown", (event) => {
    start = at(event);
    box.setPointerCapture(event.pointerId);
  });
  box.addEventListener("pointermove", (event) => start && show(box, region(at(event))));
  box.addEventListener("pointerup", (event) => {
    if (!start) return;
    const chosen = region(at(event));
    start = null;
    if (chosen[2] >= SMALLEST && chosen[3] >= SMALLEST) box.send(chosen);
  });
  box.addEventListener("keydown", (event) => {
    if (!/^[0-9]$/.test(event.key)) return;
    const ninth = Number(event.key) - 1;
    box.send(ninth < 0 ? [] : [(ninth % 3) / 3, Math.floor(ninth / 3) / 3, 1 / 3, 1 / 3]);
  });
}
