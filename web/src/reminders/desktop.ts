/** Whether reminders are told on the desktop too, beside the page. The choice stays in this browser; nothing but making it asks for the
 *  browser's permission, and none is told while the page itself is looked at. */

import { useSyncExternalStore } from "react";

import type { Reminder } from "../api/client";
import { visible } from "../ui/bidi";

export type Desktop = "off" | "on" | "blocked" | "unable";

const CHOICE = "desktop-reminders";
const TOLD = "told-reminders";
const listeners = new Set<() => void>();

function found(): Desktop {
  if (!("Notification" in window) || !isSecureContext) return "unable";
  if (Notification.permission === "denied") return "blocked";
  return localStorage.getItem(CHOICE) === "on" && Notification.permission === "granted" ? "on" : "off";
}

let desktop = found();

export async function setDesktop(to: boolean): Promise<void> {
  if (to) await Notification.requestPermission();
  if (to) localStorage.setItem(CHOICE, "on");
  else localStorage.removeItem(CHOICE);
  desktop = found();
  listeners.forEach((listener) => listener());
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const useDesktop = (): Desktop => useSyncExternalStore(subscribe, () => desktop);

/** Each once, whichever tab of this browser is first and however often the page is loaded; one that was put off, once more. */
export function tellDesktop(heading: string, due: readonly Reminder[]): void {
  const told = new Set((localStorage.getItem(TOLD) ?? "").split("\n"));
  localStorage.setItem(TOLD, due.map(mark).join("\n"));
  if (desktop !== "on" || document.hasFocus()) return;
  for (const one of due.filter((one) => !told.has(mark(one)))) {
    const notice = new Notification(heading, { body: visible(one.title), tag: mark(one), dir: "auto" });
    notice.onclick = () => window.focus();
  }
}

const mark = (one: Reminder): string => `${one.id} ${one.at}`;
