/** A new schedule. The usual times stand ready; whoever knows cron writes their own. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CalendarPlus } from "lucide-react";
import { useId, useState } from "react";

import { api, type NewSchedule } from "../api/client";
import { useWords } from "../i18n";
import type { Message } from "../i18n/words";
import { Line } from "../ui/Line";
import { ProblemText } from "../ui/states";

const TIMES: readonly (readonly [Message, string])[] = [
  ["everyDay", "0 8 * * *"],
  ["everyWorkday", "0 8 * * 0-4"],
  ["everyHour", "0 * * * *"],
  ["everyMonth", "0 9 1 * *"],
];
const MISSED = [["once", "missedOnce"], ["skip", "missedSkip"], ["all", "missedAll"]] as const;
const OVERLAP = [["skip", "overlapSkip"], ["allow", "overlapAllow"]] as const;

// A schedule speaks of the clock of whoever writes it, wherever the server stands.
const fresh = (): Required<NewSchedule> => ({ query: "", cron: TIMES[0]![1], timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, missed: "once", overlap: "skip", priority: 0 });

export function ScheduleForm() {
  const { t } = useWords();
  const cache = useQueryClient();
  const heading = useId();
  const [made, setMade] = useState(fresh);
  const set = (change: Partial<NewSchedule>): void => setMade((old) => ({ ...old, ...change }));
  const add = useMutation({
    mutationFn: () => api.schedules.add({ ...made, timezone: made.timezone || null }),
    onSuccess: () => {
      setMade(fresh());
      void cache.invalidateQueries({ queryKey: ["schedules"] });
    },
  });
  return (
    <form
      className="card flex flex-col gap-3.5 p-4"
      aria-labelledby={heading}
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <h2 id={heading} className="font-semibold">
        {t("scheduleNew")}
      </h2>
      <Line name={t("request")}>
        {(id) => <textarea id={id} className="field" rows={2} required maxLength={20_000} dir={made.query === "" ? undefined : "auto"} placeholder={t("placeholder")} value={made.query} onChange={(event) => set({ query: event.target.value })} />}
      </Line>
      <div role="group" aria-label={t("scheduleWhen")} className="flex flex-wrap gap-1.5">
        {TIMES.map(([name, cron]) => (
          <button key={cron} type="button" className="chip" aria-pressed={made.cron === cron} onClick={() => set({ cron })}>
            {t(name)}
          </button>
        ))}
      </div>
      <Line name={t("scheduleWhen")}>{(id) => <input id={id} className="field font-mono" type="text" dir="ltr" required value={made.cron} onChange={(event) => set({ cron: event.target.value })} />}</Line>
      <Line name={t("scheduleZone")}>{(id) => <input id={id} className="field font-mono" type="text" dir="ltr" value={made.timezone ?? ""} onChange={(event) => set({ timezone: event.target.value })} />}</Line>
      <Line name={t("scheduleMissed")}>
        {(id) => (
          <select id={id} className="field" value={made.missed} onChange={(event) => set({ missed: event.target.value as NewSchedule["missed"] })}>
            {MISSED.map(([value, name]) => (
              <option key={value} value={value}>
                {t(name)}
              </option>
            ))}
          </select>
        )}
      </Line>
      <Line name={t("scheduleOverlap")}>
        {(id) => (
          <select id={id} className="field" value={made.overlap} onChange={(event) => set({ overlap: event.target.value as NewSchedule["overlap"] })}>
            {OVERLAP.map(([value, name]) => (
              <option key={value} value={value}>
                {t(name)}
              </option>
            ))}
          </select>
        )}
      </Line>
      <ProblemText error={add.error} />
      <button type="submit" className="btn primary self-start" disabled={add.isPending}>
        <CalendarPlus size={14} aria-hidden />
        {t("scheduleAdd")}
      </button>
    </form>
  );
}
