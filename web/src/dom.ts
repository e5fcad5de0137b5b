/** Building the page. Values only ever become text nodes, so nothing a tool returned can become markup. */

type Child = Node | string | false | null | undefined;
type Attributes = Record<string, string | boolean | ((event: Event) => void)>;

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

// Characters that turn the direction of what follows, or hide: a person must see that they are there.
const CONTROLS = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

export function visible(text: string): string {
  return text.replace(CONTROLS, (c) => `⟪U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}⟫`);
}

/** A value in a run of text: its direction is its own and turns nothing around it. */
export function value(text: string): HTMLElement {
  return h("bdi", {}, visible(text));
}

/** Ids, names of tools, durations: always left to right. */
export function code(text: string): HTMLElement {
  return h("bdi", { dir: "ltr", class: "code" }, visible(text));
}
