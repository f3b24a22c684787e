/** What an element is made with: attributes as text, and what happens at events. */
export interface Made {
  readonly [name: string]: string | number | boolean | null | undefined | ((event: never) => void);
}

type Child = Node | string | null;

/** An HTML element. Text children stay text, whatever they hold. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  made: Made = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return dressed(document.createElement(tag), made, children);
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  made: Made = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return dressed(document.createElementNS('http://www.w3.org/2000/svg', tag), made, children);
}

function dressed<E extends Element>(element: E, made: Made, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(made)) {
    if (typeof value === 'function') {
      element.addEventListener(name, value as EventListener);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** The element of this id, which the page is known to have. */
export function byId(id: string): HTMLElement {
  return document.getElementById(id)!;
}

/** The JSON that stands in a script element; null where there is none. */
export function readJson<T>(id: string): T | null {
  const text = document.getElementById(id)?.textContent;
  return text ? (JSON.parse(text) as T) : null;
}
