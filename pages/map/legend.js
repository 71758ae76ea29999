// What the colours mean, under the map; a group's chip hides it and shows it again.

const scaleOf = (stops, [low, high]) => {
  const bar = element("span", "ramp");
  bar.style.background = `linear-gradient(90deg, ${stops.join(", ")})`;
  return [element("span", "", low), bar, element("span", "", high)];
};

const MOST_CHIPS = 14;

const drawLegend = (map, place) => {
  const { colour } = map;
  if (!colour) return place.replaceChildren();
  if (colour.kind === "scale") {
    return place.replaceChildren(...scaleOf(SCALES[colour.scale], colour.labels));
  }
  const used = [...colour.labels.keys()].filter((group) => colour.counts[group]);
  const isCut = used.length > MOST_CHIPS && !map.wantsAllChips;
  const chips = (isCut ? used.slice(0, MOST_CHIPS - 2) : used).map((group) => {
    const label = colour.labels[group];
    const chip = element("button", "chip");
    chip.type = "button";
    chip.setAttribute("aria-pressed", String(!map.hidden.has(group)));
    chip.title = `${map.data.words.hide}: ${label}`;
    const dot = element("span", "dot");
    dot.style.background = groupColour(colour, group);
    chip.append(dot, element("span", "label", label));
    chip.append(element("span", "count", colour.counts[group].toLocaleString("en")));
    chip.addEventListener("click", (event) => map.toggleGroup(group, event.shiftKey));
    return chip;
  });
  if (used.length > MOST_CHIPS) {
    const { words } = map.data;
    const text = isCut ? `${(used.length - chips.length).toLocaleString("en")} ${words.more}` : words.fewer;
    const more = element("button", "chip", text);
    more.type = "button";
    more.addEventListener("click", () => {
      map.wantsAllChips = !map.wantsAllChips;
      drawLegend(map, place);
    });
    chips.push(more);
  }
  place.replaceChildren(...chips);
};

// The card beside the pointer: the picture, the caption, and what else is known of the point.
const fillCard = (map, card, i, [x, y]) => {
  const picture = card.querySelector("canvas");
  const context = picture.getContext("2d");
  context.clearRect(0, 0, picture.width, picture.height);
  const photo = map.photos[i];
  const has = map.sheets && photo >= 0;
  picture.hidden = !has;
  if (has) map.sheets.draw(context, photo, 0, 0, picture.width);
  card.querySelector(".text").textContent = map.told?.[i] ?? "";
  card.querySelector(".facts").textContent = map.factsOf(i);
  card.hidden = false;
  const { width, height } = map.lens;
  const [w, h] = [card.offsetWidth, card.offsetHeight];
  card.style.left = `${x + 18 + w > width ? Math.max(x - 18 - w, 2) : x + 18}px`;
  card.style.top = `${Math.min(Math.max(y - h / 2, 2), Math.max(height - h - 2, 2))}px`;
};
