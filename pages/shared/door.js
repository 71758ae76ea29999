// On a narrow screen the filters lie behind the closed sidebar; this button opens it.

export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  button.textContent = data.label;
  button.onclick = () => document.querySelector('[data-testid="stExpandSidebarButton"]')?.click();
}
