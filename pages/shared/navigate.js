// A link inside the app: a plain click moves within the session, as the Back button does, and
// leaves one entry in the history; a modified click stays the browser's own.

const navigate = (href) => {
  history.pushState({}, "", href);
  window.dispatchEvent(new PopStateEvent("popstate"));
};

const link = (className, href, onPlainClick = () => navigate(href)) => {
  const made = document.createElement("a");
  made.className = className;
  made.href = href;
  made.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    onPlainClick();
  });
  return made;
};
