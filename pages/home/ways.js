// Ways on from here: whole cards are links; their words are set as text.

export default function ({ parentElement, data }) {
  const made = data.map(({ label, told, href }) => {
    const way = link("way", href);
    const title = document.createElement("span");
    title.className = "label";
    title.textContent = label;
    const line = document.createElement("span");
    line.className = "told";
    line.textContent = told;
    way.append(title, line);
    return way;
  });
  parentElement.querySelector("nav").replaceChildren(...made);
}
