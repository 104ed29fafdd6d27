/** An element with attributes, and `text` as its plain text. */
export function made(name, { text = "", ...attributes }, ...children) {
  const own = document.createElement(name);
  own.textContent = text;
  for (const [key, value] of Object.entries(attributes)) own.setAttribute(key, value);
  own.append(...children);
  return own;
}
