/** The language of the page: switched in place, everything that is shown follows. */

import { useSyncExternalStore } from "react";

import { EFFECTS, EVENTS, POLICIES, REASONS, RECOVERIES, ROLES, STATUSES } from "./names";
import { type Language, type Message, MESSAGES } from "./words";

export type { Language } from "./words";

const isolated = (value: string | number): string => `\u2068${value}\u2069`;

/** All that is written in one language: texts, names of states, dates, numbers. */
function words(language: Language) {
  const place = language === "he" ? 0 : 1;
  const named = (names: Record<string, readonly [string, string]>) => (name: string) => names[name]?.[place] ?? name;
  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const day = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "short", hourCycle: "h23" });
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" });
  const number = new Intl.NumberFormat(language);
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  return {
    language,
    rtl: language === "he",
    dir: language === "he" ? ("rtl" as const) : ("ltr" as const),
    t: (key: Message, values: Record<string, string | number> = {}): string =>
      MESSAGES[key][place].replace(/\{(\w+)\}/g, (_, name: string) => isolated(values[name] ?? "")),
    status: named(STATUSES),
    effect: named(EFFECTS),
    reason: named(REASONS),
    recovery: named(RECOVERIES),
    policy: named(POLICIES),
    event: named(EVENTS),
    role: named(ROLES),
    time: (iso: string) => clock.format(new Date(iso)),
    date: (iso: string) => day.format(new Date(iso)),
    day: (iso: string) => date.format(new Date(iso)), // of a date without a time
    number: (value: number) => number.format(value),
    ago: (iso: string) => {
      const seconds = (Date.parse(iso) - Date.now()) / 1000;
      const size = Math.abs(seconds);
      if (size < 60) return relative.format(Math.round(seconds), "second");
      if (size < 3600) return relative.format(Math.round(seconds / 60), "minute");
      if (size < 86_400) return relative.format(Math.round(seconds / 3600), "hour");
      return day.format(new Date(iso));
    },
  };
}

export type Words = ReturnType<typeof words>;

const both: Record<Language, Words> = { he: words("he"), en: words("en") };
const listeners = new Set<() => void>();
let current = both[localStorage.getItem("language") === "en" ? "en" : "he"];

export function setLanguage(to: Language): void {
  current = both[to];
  localStorage.setItem("language", to);
  document.documentElement.lang = to;
  document.documentElement.dir = current.dir;
  listeners.forEach((listener) => listener());
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useWords = (): Words => useSyncExternalStore(subscribe, () => current);
