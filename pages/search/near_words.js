// Near words with bars as long as their similarity; a word leads on, the plus adds it to the sum.

export default function ({ parentElement, data }) {
  const { rows, labels } = data;
  const made = rows.map(({ word, similarity, href, more }) => {
    const row = element("li");
    const share = Math.max(0, Math.min(similarity, 1));
    const name = link("near", href);
    name.setAttribute("aria-label", `${word}, ${labels.similarity} ${similarity.toFixed(2)}`);
    const bar = element("span", "bar");
    const fill = element("span", "fill");
    fill.style.width = `${100 * share}%`;
    bar.append(fill);
    name.append(element("span", "word", word), bar, element("span", "number", similarity.toFixed(2)));
    const plus = link("plus", more);
    plus.textContent = "+";
    plus.setAttribute("aria-label", `${labels.add} ${word}`);
    plus.title = `${labels.add} ${word}`;
    row.append(name, plus);
    return row;
  });
  parentElement.querySelector("ol").replaceChildren(...made);
}
