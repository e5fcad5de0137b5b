/** Keys that act on the page. They sleep while a person types, and while a dialog is open. Two letters in turn are written "g a". */

import { useEffect, useRef } from "react";

const PATIENCE = 1000; // milliseconds for the second of two letters

const typing = (target: EventTarget | null): boolean => target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName)) && (target as HTMLInputElement).type !== "checkbox";

/** The Latin letter of the key, whatever layout is active: with a Hebrew one, the key of `j` writes another letter. */
const letter = (event: KeyboardEvent): string => {
  const found = /^Key([A-Z])$/.exec(event.code);
  return found ? found[1]!.toLowerCase() : event.key;
};

export function useKeys(keys: Record<string, () => void>): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    let first = "";
    let at = 0;
    const press = (event: KeyboardEvent): void => {
      const mod = event.metaKey || event.ctrlKey;
      const key = letter(event);
      if (mod && current.current[`mod ${key}`]) {
        event.preventDefault();
        current.current[`mod ${key}`]!();
        return;
      }
      if (mod || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
      const pair = Date.now() - at < PATIENCE ? `${first} ${key}` : "";
      const act = current.current[pair] ?? current.current[key];
      first = key;
      at = Date.now();
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}
