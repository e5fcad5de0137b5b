/** Requests that are submitted by the clock: when each is due, what its last run was, and a form for a new one. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowUpRight, CalendarClock, Pause, Play, Trash2 } from "lucide-react";
import { useState } from "react";

import { api, type Schedule } from "../api/client";
import { schedulesQuery } from "../api/queries";
import { useWords } from "../i18n";
import { Header } from "../shell/Header";
import { Code, Value } from "../ui/bidi";
import { useTitle } from "../ui/hooks";
import { Empty, Failed, Loading, ProblemText } from "../ui/states";
import { Needs } from "../ui/Needs";
import { Sure } from "../ui/Sure";
import { ScheduleForm } from "./ScheduleForm";

export function Schedules() {
  const { t } = useWords();
  const schedules = useQuery(schedulesQuery);
  useTitle(t("schedules"));
  return (
    <>
      <Header>{t("schedules")}</Header>
      <main id="main" className="page">
        <h1 className="text-xl font-bold">{t("schedules")}</h1>
        <p className="text-sm text-fg-2">{t("schedulesText")}</p>
        <div className="grid items-start gap-3.5 min-[1100px]:grid-cols-[minmax(0,1.5fr)_minmax(0,1fr)]">
          <div className="flex min-w-0 flex-col gap-3.5">
            {schedules.isPending && <Loading />}
            {schedules.isError && !schedules.data && <Failed error={schedules.error} again={() => void schedules.refetch()} />}
            {schedules.data?.length === 0 && (
              <Empty icon={CalendarClock} title={t("scheduleNone")}>
                {t("scheduleNoneText")}
              </Empty>
            )}
            {schedules.data && schedules.data.length > 0 && (
              <ul className="card divide-y divide-line overflow-hidden" data-schedules>
                {schedules.data.map((schedule) => (
                  <Row key={schedule.id} schedule={schedule} />
                ))}
              </ul>
            )}
          </div>
          <Needs action="plan-ahead">
            <ScheduleForm />
          </Needs>
        </div>
      </main>
    </>
  );
}

function Row({ schedule }: { schedule: Schedule }) {
  const { t, date, status } = useWords();
  const cache = useQueryClient();
  const [sure, setSure] = useState(false);
  const again = () => cache.invalidateQueries({ queryKey: ["schedules"] });
  const turn = useMutation({ mutationFn: () => api.schedules.turn(schedule.id, schedule.paused ? "resume" : "pause"), onSuccess: again });
  const remove = useMutation({ mutationFn: () => api.schedules.remove(schedule.id), onSuccess: again });
  const named = (action: string): string => `${action}: ${schedule.request}`;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3" data-schedule={schedule.id}>
      <div className="min-w-48 flex-1">
        <p className="font-medium">
          <Value text={schedule.request} />
        </p>
        <p className="flex flex-wrap gap-x-3 gap-y-1 text-xs text-fg-2">
          <Code text={schedule.cron} />
          <Code text={schedule.timezone} />
          {schedule.paused ? (
            <span className="st badge" data-s="paused">
              {status("paused")}
            </span>
          ) : (
            schedule.nextAt && (
              <span>
                {t("nextRun")} <time dateTime={schedule.nextAt}>{date(schedule.nextAt)}</time>
              </span>
            )
          )}
          {schedule.lastExecution && schedule.lastAt && (
            <Link to="/$id" params={{ id: schedule.lastExecution }} className="inline-flex items-center gap-0.5 underline decoration-line-2 underline-offset-2 hover:text-fg">
              {t("lastRun")} <time dateTime={schedule.lastAt}>{date(schedule.lastAt)}</time>
              <ArrowUpRight size={12} aria-hidden className="flip" />
            </Link>
          )}
          {schedule.skippedAt && (
            <span>
              {t("leftOut")} <time dateTime={schedule.skippedAt}>{date(schedule.skippedAt)}</time>
            </span>
          )}
        </p>
        <ProblemText error={turn.error} />
      </div>
      <Needs action="plan-ahead" silent>
        <button type="button" className="btn" disabled={turn.isPending} onClick={() => turn.mutate()} aria-label={named(t(schedule.paused ? "resume" : "pause"))}>
          {schedule.paused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
          {t(schedule.paused ? "resume" : "pause")}
        </button>
        <button type="button" className="btn icon danger" onClick={() => setSure(true)} aria-label={named(t("removeSchedule"))} title={t("removeSchedule")}>
          <Trash2 size={14} aria-hidden />
        </button>
      </Needs>
      {sure && (
        <Sure title={t("removeScheduleSure")} no={t("keepIt")} yes={t("remove")} busy={remove.isPending} error={remove.error} onNo={() => setSure(false)} onYes={() => remove.mutate()}>
          <p className="mb-1 font-medium text-fg">
            <Value text={schedule.request} />
          </p>
          {t("removeScheduleText")}
        </Sure>
      )}
    </li>
  );
}
