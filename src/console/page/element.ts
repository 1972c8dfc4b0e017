/** What an element may hold; `undefined` and `false` are left out. */
export type Child = Node | string | number | undefined | false;

/** Attributes by name; those that are undefined are left out. */
export type Attributes = Record<string, string | number | undefined>;

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An HTML element. Text goes in as text and never as markup, and an `href` that is neither https nor within this page is
 * left out: names, messages and addresses come from requests and may be hostile.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  fill(node, attributes, children);
  return node;
}

/** An SVG element, under the same rules. */
export function svgElement<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[Tag] {
  const node = document.createElementNS(SVG, tag);
  fill(node, attributes, children);
  return node;
}

/** Changes a node's text if it is another: unchanged text keeps a reader's selection. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Sets an attribute, or takes it off when `value` is undefined. */
export function setAttribute(node: Element, name: string, value: string | undefined): void {
  if (value === undefined) node.removeAttribute(name);
  else if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

/** A link to another site, which learns nothing of this one. */
export function outsideLink(href: string, text: string): HTMLAnchorElement {
  return element('a', { href, target: '_blank', rel: 'noopener noreferrer', class: 'outside' }, text);
}

function fill(node: Element, attributes: Attributes, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || (name === 'href' && !isSafeAddress(String(value)))) continue;
    node.setAttribute(name, String(value));
  }
  node.append(...children.filter((child) => child !== undefined && child !== false).map(toNode));
}

function isSafeAddress(address: string): boolean {
  return /^(https:\/\/|\.\/|#)/.test(address);
}

function toNode(child: Node | string | number): Node | string {
  return typeof child === 'number' ? String(child) : child;
}
