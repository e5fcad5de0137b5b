/** What a person wanted to be reminded of and whose time has come: over the corner of every page, until they say something to it. */

import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { remindersQuery } from "../api/queries";
import { useWords } from "../i18n";
import { useNarrow } from "../ui/hooks";
import { tellDesktop, useDesktop } from "./desktop";
import { ReminderCard } from "./ReminderCard";

const AT_ONCE = { wide: 3, narrow: 1 }; // more would cover the page

export const focusReminders = (): void => document.getElementById("reminders")?.focus();

export function Reminders() {
  const { t } = useWords();
  const all = useQuery({ ...remindersQuery, refetchIntervalInBackground: useDesktop() === "on" }).data;
  const [whole, setWhole] = useState(false);
  const section = useRef<HTMLElement>(null);
  const answered = useRef(false); // by the button that had the focus, which goes with its card
  const due = (all ?? []).filter((one) => one.due).reverse();
  useEffect(() => {
    if (all) tellDesktop(t("reminder"), due);
    if (answered.current && document.activeElement === document.body) {
      answered.current = false;
      section.current?.querySelector("button")?.focus();
    }
  }, [all]);
  const fit = AT_ONCE[useNarrow() ? "narrow" : "wide"];
  const more = due.length - fit;
  return (
    <section ref={section} id="reminders" className="reminders" aria-label={t("remindersDue")} tabIndex={-1} data-reminders={due.length}>
      <div role="status" aria-atomic="false" aria-relevant="additions" className="flex flex-col gap-2">
        {(whole ? due : due.slice(0, fit)).map((one) => (
          <ReminderCard key={`${one.id} ${one.at}`} reminder={one} onAnswered={() => (answered.current = true)} />
        ))}
      </div>
      {more > 0 && (
        <button type="button" className="btn self-center" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? t("remindersFewer") : t("remindersMore", { n: more })}
        </button>
      )}
    </section>
  );
}
