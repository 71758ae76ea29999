// Brings one part of a map into the page's store; it shows nothing.

export default function ({ data }) {
  for (const [name, body] of Object.entries(data)) {
    if (parts.has(name)) continue;
    parts.set(name, body);
    document.dispatchEvent(new CustomEvent(ARRIVED, { detail: name }));
  }
}
