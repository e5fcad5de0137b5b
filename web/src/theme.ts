/** Light, dark, or what the system says. The choice stays in this browser. */

import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

const chosen = (): Theme => {
  const stored = localStorage.getItem("theme");
  return stored === "light" || stored === "dark" ? stored : "system";
};

let theme = chosen();

function show(): void {
  const dark = theme === "dark" || (theme === "system" && system.matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  listeners.forEach((listener) => listener());
}

export function setTheme(to: Theme): void {
  theme = to;
  if (to === "system") localStorage.removeItem("theme");
  else localStorage.setItem("theme", to);
  show();
}

/** From what is shown to the other one. */
export const toggleTheme = (): void => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");

export function followSystemTheme(): void {
  system.addEventListener("change", show);
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useTheme = (): Theme => useSyncExternalStore(subscribe, () => theme);

/** Whether the page is dark now, whoever made it so. */
export const useDark = (): boolean => useSyncExternalStore(watchPage, () => document.documentElement.dataset.theme === "dark");

const watchPage = (listener: () => void): (() => void) => {
  const watch = new MutationObserver(listener);
  watch.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => watch.disconnect();
};
