// The chips of a query. Labels are set as text; every change is sent as a place and a new weight,
// 0 to remove. Arrow keys step along, + and - weigh, Delete removes.

const STEPS = [0.5, 1, 1.5, 2, 3, 4];

function step(weight, by) {
  const size = Math.abs(weight);
  const near = STEPS.findIndex((each) => each >= size);
  const next = STEPS[Math.max(0, Math.min(STEPS.length - 1, near + by))];
  return Math.sign(weight) * next;
}

function chipOf(chip, place, labels, send) {
  const item = element("li", chip.weight < 0 ? "chip minus" : "chip");
  const edit = (weight) => send({ place, weight });
  const told = `${chip.label}${chip.note ? ", " + chip.note : ""}`;
  if (chip.kind !== "thumbs") {
    const turn = chip.weight < 0 ? labels.like : labels.unlike;
    const sign = chip.weight < 0 ? "−" : "+";
    item.append(button("sign", sign, () => edit(-chip.weight), `${turn}: ${told}`));
  }
  if (chip.image) {
    const image = element("img");
    image.src = chip.image;
    image.alt = "";
    item.append(image);
  }
  const label = element("span", "label", chip.label);
  if (chip.note) {
    label.append(element("span", "note", chip.note));
    item.title = chip.note;
  }
  item.append(label);
  if (chip.kind !== "thumbs") {
    const size = Math.abs(chip.weight);
    item.append(
      button("weigh", "‹", () => edit(step(chip.weight, -1)), `${labels.less}: ${chip.label}`),
      element("span", size === 1 ? "weight one" : "weight", `×${size}`),
      button("weigh", "›", () => edit(step(chip.weight, 1)), `${labels.more}: ${chip.label}`),
    );
  }
  item.append(button("remove", "×", () => edit(0), `${labels.remove}: ${chip.label}`));
  item.addEventListener("keydown", (event) => {
    const act = {
      "+": () => edit(step(chip.weight, 1)),
      "-": () => edit(step(chip.weight, -1)),
      Delete: () => edit(0),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  return item;
}

function walk(event, list) {
  const forward = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!forward) return;
  const buttons = [...list.querySelectorAll("button")];
  const here = buttons.indexOf(event.target.getRootNode().activeElement);
  event.preventDefault();
  buttons[here + forward]?.focus();
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let list = parentElement.querySelector("ul");
  if (!list) {
    list = element("ul", "chips");
    list.addEventListener("keydown", (event) => walk(event, list));
    parentElement.append(list);
  }
  if (isDrawn(list, data)) return;
  list.setAttribute("aria-label", data.labels.chips);
  const send = (edit) => setTriggerValue("edit", edit);
  list.replaceChildren(...data.chips.map((chip, place) => chipOf(chip, place, data.labels, send)));
}
