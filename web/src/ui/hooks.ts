import { useEffect, useState, useSyncExternalStore } from "react";

import { useWords } from "../i18n";

const narrow = matchMedia("(max-width: 900px)");
const subscribe = (listener: () => void): (() => void) => {
  narrow.addEventListener("change", listener);
  return () => narrow.removeEventListener("change", listener);
};

/** Whether the page is as narrow as a phone or a small tablet. */
export const useNarrow = (): boolean => useSyncExternalStore(subscribe, () => narrow.matches);

/** Seconds since 1970, anew every `every` milliseconds while `running`. */
export function useNow(running: boolean, every = 500): number {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    setNow(Date.now() / 1000);
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now() / 1000), every);
    return () => clearInterval(timer);
  }, [running, every]);
  return now;
}

export function useTitle(title: string): void {
  const { t } = useWords();
  useEffect(() => {
    document.title = title === "" ? t("title") : `${title} · ${t("title")}`;
  }, [title, t]);
}
