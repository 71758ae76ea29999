// Ways on from here: whole cards are links; their words are set as text.

export default function ({ parentElement, data }) {
  const made = data.map(({ label, told, href }) => {
    const way = link("way", href);
    way.append(element("span", "label", label), element("span", "told", told));
    return way;
  });
  parentElement.querySelector("nav").replaceChildren(...made);
}
