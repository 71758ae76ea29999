// Links of the app's own: icon and label; both are set as text. `link` keeps the address.

export default function ({ parentElement, data }) {
  const nav = parentElement.querySelector("nav");
  if (isDrawn(nav, data)) return;
  nav.className = data.layout;
  if (data.label) nav.setAttribute("aria-label", data.label);
  else nav.setAttribute("role", "presentation");
  const made = data.links.map(({ label, icon, href, told, current }) => {
    const way = link("way", href, () => {
      navigate(href);
      const place = nav.getRootNode().host ?? nav; // an element of ours has a tree of its own
      if (place.closest('[data-testid="stSidebar"]')) leaveSidebar();
    });
    if (icon) way.append(element("span", "icon", icon));
    way.append(element("span", "label", label));
    if (icon) way.firstChild.setAttribute("aria-hidden", "true");
    if (told) way.title = told;
    if (current) way.setAttribute("aria-current", "page");
    return way;
  });
  nav.replaceChildren(...made);
}

// On a phone the open sidebar covers the page that was asked for.
const leaveSidebar = () => {
  if (!matchMedia("(max-width: 768px)").matches) return;
  document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
};
