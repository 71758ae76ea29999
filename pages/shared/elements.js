// What every script of ours may use. Text is set as text, never as markup.

const element = (tag, className = "", text) => {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

// A button that acts; `label` is what a sign alone does not say.
const button = (className, text, act, label) => {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", act);
  if (label) {
    made.title = label;
    made.setAttribute("aria-label", label);
  }
  return made;
};

// Whether a node shows these data already: drawn anew, it would lose the focus.
const isDrawn = (node, data) => {
  const before = node.drawn;
  node.drawn = JSON.stringify(data);
  return node.drawn === before;
};

// A link inside the app: a plain click moves within the session, as the Back button does, and
// leaves one entry in the history; a modified click stays the browser's own.

const navigate = (href) => {
  history.pushState({}, "", href);
  window.dispatchEvent(new PopStateEvent("popstate"));
};

const link = (className, href, onPlainClick = () => navigate(href)) => {
  const made = element("a", className);
  made.href = href;
  made.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    onPlainClick();
  });
  return made;
};
