// Queries to click on; their words are set as text.

export default function ({ parentElement, data }) {
  const made = data.map(({ words, href }) => {
    const example = link("example", href);
    example.textContent = words;
    return example;
  });
  parentElement.querySelector("nav").replaceChildren(...made);
}
