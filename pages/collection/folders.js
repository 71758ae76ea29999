// The folders inside one, and the way down to it; names are set as text.

const item = (child) => {
  const made = element("li");
  made.append(child);
  return made;
};

export default function ({ parentElement, data, setTriggerValue }) {
  if (isDrawn(parentElement, data)) return;
  const open = (what) => setTriggerValue("opened", what);
  const path = element("ol", "path");
  path.setAttribute("aria-label", data.labels.path);
  data.crumbs.forEach((name, crumb) => {
    const step = button("crumb", name, () => open({ crumb }));
    if (crumb === data.crumbs.length - 1) step.setAttribute("aria-current", "true");
    path.append(item(step));
  });
  const list = element("ul", "folders");
  list.setAttribute("aria-label", data.labels.folders);
  list.append(
    ...data.folders.map((folder) => item(button("folder", folder, () => open({ folder })))),
  );
  const folders = data.folders.length ? list : element("p", "none", data.labels.none);
  parentElement.querySelectorAll(".path, .folders, .none").forEach((old) => old.remove());
  parentElement.append(path, folders);
}
