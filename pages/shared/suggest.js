// Completes the last words of a box from phrases that the collection contains. The browser draws the
// list itself (a datalist), so that keyboard and screen reader work as everywhere.

const MOST = 8;

function completions(typed, phrases) {
  const words = typed.split(/\s+/);
  const found = [];
  for (let n = Math.min(2, words.length); n > 0 && found.length < MOST; n--) {
    const last = words.slice(-n).join(" ").toLowerCase();
    const before = words.slice(0, -n).join(" ");
    if (last.length < 2) continue;
    for (const phrase of phrases) {
      if (found.length >= MOST) break;
      const whole = before ? `${before} ${phrase}` : phrase;
      if (phrase.startsWith(last) && phrase !== last && !found.includes(whole)) found.push(whole);
    }
  }
  return found;
}

export default function (component) {
  const { data, parentElement } = component;
  let list = document.getElementById("kindred-suggestions");
  if (!list) {
    list = element("datalist");
    list.id = "kindred-suggestions";
    document.body.append(list);
  }
  const attach = () => {
    const box = document.querySelector(`input[aria-label="${CSS.escape(data.label)}"]`);
    if (!box || box.getAttribute("list") === list.id) return;
    box.setAttribute("list", list.id);
    box.setAttribute("autocomplete", "off");
    box.addEventListener("input", () => {
      const found = completions(box.value, data.phrases);
      list.replaceChildren(...found.map((phrase) => new Option("", phrase)));
    });
  };
  attach();
  parentElement.attaching?.disconnect();
  parentElement.attaching = new MutationObserver(attach);
  parentElement.attaching.observe(document.body, { childList: true, subtree: true });
  return () => parentElement.attaching?.disconnect();
}
