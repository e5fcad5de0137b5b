/** One reminder that is due. "Done" ticks its task off by an execution of its own, so that this too stands in the list and can be undone. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { BellRing, Check, Clock, X } from "lucide-react";

import { api, Problem, type Reminder } from "../api/client";
import { type Language, useWords } from "../i18n";
import { Value } from "../ui/bidi";
import { Needs } from "../ui/Needs";
import { ProblemText } from "../ui/states";

const LATER = 10; // minutes

/** What has been dismissed elsewhere, or whose task is done, is gone already. */
const unlessGone = (error: unknown): void => {
  if (!(error instanceof Problem && error.status === 404)) throw error;
};

/** Put off and not dismissed: it goes at once, and comes back where its task was not done after all, or is taken up again. */
async function tickOff(reminder: Reminder, request: string, language: Language): Promise<void> {
  await api.run(request, { request, language, goal: request, steps: [{ id: "done", tool: "tasks.complete", args: { task: reminder.task } }] });
  await api.reminders.snooze(reminder.id, LATER).catch(unlessGone);
}

export function ReminderCard({ reminder, onAnswered }: { reminder: Reminder; onAnswered: () => void }) {
  const { t, language, date, day } = useWords();
  const cache = useQueryClient();
  const act = useMutation({
    mutationFn: (what: () => Promise<void>) => what(),
    onSuccess: () => {
      onAnswered();
      return cache.invalidateQueries({ queryKey: ["reminders"] });
    },
  });
  const named = (action: string): string => `${action}: ${reminder.title}`;
  return (
    <article className="card flex flex-col gap-2 p-3.5" aria-label={named(t("reminder"))} data-reminder={reminder.id}>
      <p className="flex items-center gap-2 text-xs text-fg-2">
        <BellRing size={14} aria-hidden className="shrink-0 text-brand" />
        <span className="font-semibold">{t("reminder")}</span>
        <time dateTime={reminder.remindAt}>{date(reminder.remindAt)}</time>
        <span className="flex-1" />
        <button type="button" className="btn ghost icon -m-2" aria-label={named(t("reminderClose"))} title={t("reminderClose")} disabled={act.isPending} onClick={() => act.mutate(() => api.reminders.dismiss(reminder.id).catch(unlessGone))}>
          <X size={15} aria-hidden />
        </button>
      </p>
      <p className="font-semibold wrap-anywhere">
        <Value text={reminder.title} />
      </p>
      {reminder.deadline && <p className="text-xs text-fg-2">{t("reminderBy", { day: day(reminder.deadline) })}</p>}
      {reminder.note && (
        <details className="text-sm">
          <summary className="cursor-pointer text-fg-2">{t("reminderNote")}</summary>
          <p className="mt-1 max-h-40 overflow-auto whitespace-pre-wrap wrap-anywhere">
            <Value text={reminder.note} />
          </p>
        </details>
      )}
      <ProblemText error={act.error} />
      <div className="flex flex-wrap gap-2">
        <Needs action="submit" silent>
          <button type="button" className="btn" aria-label={named(t("reminderDone"))} disabled={act.isPending} onClick={() => act.mutate(() => tickOff(reminder, named(t("reminderDone")), language))}>
            <Check size={14} aria-hidden />
            {t("reminderDone")}
          </button>
        </Needs>
        <button type="button" className="btn" aria-label={named(t("reminderLater", { n: LATER }))} disabled={act.isPending} onClick={() => act.mutate(() => api.reminders.snooze(reminder.id, LATER).catch(unlessGone))}>
          <Clock size={14} aria-hidden />
          {t("reminderLater", { n: LATER })}
        </button>
      </div>
    </article>
  );
}
