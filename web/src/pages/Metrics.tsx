/** How it goes over all executions: how much, how fast, how well, at what price. Reckoned on the server from the event log. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Activity as ActivityIcon, Check, Coins, Hand, ListTree, Sigma, Timer, Zap } from "lucide-react";
import { useState } from "react";

import type { Activity, Work } from "../api/client";
import { activityQuery } from "../api/queries";
import { Figure } from "../execution/Figures";
import { useWords } from "../i18n";
import type { Message } from "../i18n/words";
import { Header } from "../shell/Header";
import { Code, Num } from "../ui/bidi";
import { useTitle } from "../ui/hooks";
import { Empty, Failed, Loading } from "../ui/states";
import { duration, money } from "../ui/units";
import { STRETCHES } from "./search";

const NAMES: Record<number, Message> = { 24: "hours24", 168: "hours168", 720: "hours720" };

const time = (seconds: number | null | undefined): string => (seconds == null ? "–" : duration(seconds));
const percent = (part: number, whole: number): string => (whole === 0 ? "–" : `${Math.round((part / whole) * 1000) / 10}%`);

/** Of the calls that ended for good, how many succeeded. */
export const share = (work: Work): string => percent(work.succeeded, work.succeeded + work.failed);

export function Metrics() {
  const { t } = useWords();
  const { hours = 24 } = useSearch({ from: "/metrics" });
  const go = useNavigate({ from: "/metrics" });
  const activity = useQuery(activityQuery(hours));
  useTitle(t("metrics"));
  const found = activity.data;
  return (
    <>
      <Header>{t("metrics")}</Header>
      <main id="main" className="page">
        <h1 className="sr-only">{t("metrics")}</h1>
        <div role="group" aria-label={t("stretch")} className="flex gap-1.5">
          {STRETCHES.map((one) => (
            <button key={one} type="button" className="chip" aria-pressed={hours === one} onClick={() => void go({ search: { hours: one }, replace: true })}>
              {t(NAMES[one]!)}
            </button>
          ))}
        </div>
        {activity.isPending && <Loading rows={8} />}
        {activity.isError && !found && <Failed error={activity.error} again={() => void activity.refetch()} />}
        {found?.executions === 0 && (
          <Empty icon={ActivityIcon} title={t("nothingMeasured")}>
            {t("nothingMeasuredText")}
          </Empty>
        )}
        {found && found.executions > 0 && (
          <>
            <section aria-label={t("metrics")} className="card grid grid-cols-2 overflow-hidden sm:grid-cols-3" data-totals>
              <Figure icon={ListTree} name={t("begun")} value={String(found.executions)} />
              <Figure icon={Check} name={t("success")} value={percent(found.completed, found.completed + found.failed)} />
              <Figure icon={Timer} name={`${t("duration")}, ${t("p50")}`} value={time(found.p50)} />
              <Figure icon={Timer} name={`${t("duration")}, ${t("p95")}`} value={time(found.p95)} />
              <Figure icon={Hand} name={t("decisions")} value={String(found.approvals)} />
              <Figure icon={Hand} name={t("peopleTook")} value={time(found.approvalP50)} />
              <Figure icon={Coins} name={t("cost")} value={money(found.cost)} />
              <Figure icon={Sigma} name={t("tokens")} value={String(found.tokens)} />
              <Figure icon={Zap} name={t("fromCache")} value={percent(found.cached, found.tokens)} />
            </section>
            <Throughput activity={found} />
            {found.work.length > 0 && <ByCapability work={found.work} />}
          </>
        )}
      </main>
    </>
  );
}

const STATES = [
  ["completed", "var(--ok)"],
  ["failed", "var(--err)"],
  ["cancelled", "var(--idle)"],
  ["open", "var(--run)"],
] as const;

/** Bars from old to new in the reading direction; the same numbers stand in a table for those who do not see bars. */
function Throughput({ activity }: { activity: Activity }) {
  const { t, status, date } = useWords();
  const name = (state: (typeof STATES)[number][0]): string => (state === "open" ? t("open") : status(state));
  const sum = (bucket: Activity["buckets"][number]): number => STATES.reduce((total, [state]) => total + bucket[state], 0);
  const most = Math.max(1, ...activity.buckets.map(sum));
  return (
    <section className="card p-4" aria-labelledby="throughput">
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-1">
        <h2 id="throughput" className="flex-1 font-semibold">
          {t("throughput")}
        </h2>
        <ul className="flex flex-wrap gap-3 text-xs text-fg-2" aria-hidden>
          {STATES.map(([state, color]) => (
            <li key={state} className="flex items-center gap-1.5">
              <i className="size-2.5 rounded-sm" style={{ background: color }} />
              {name(state)}
            </li>
          ))}
        </ul>
      </div>
      <div aria-hidden className="flex h-36 items-end gap-1" data-bars>
        {activity.buckets.map((bucket) => (
          <div key={bucket.at} className="flex h-full min-w-0 flex-1 flex-col justify-end rounded-sm bg-sunken" title={`${date(bucket.at)}: ${sum(bucket)}`}>
            {STATES.map(([state, color]) => bucket[state] > 0 && <i key={state} style={{ blockSize: `${(bucket[state] / most) * 100}%`, background: color }} />)}
          </div>
        ))}
      </div>
      <div aria-hidden className="mt-1 flex justify-between text-2xs text-fg-3">
        <span>{date(activity.since)}</span>
        <span>{date(activity.buckets.at(-1)?.at ?? activity.since)}</span>
      </div>
      <div className="sr-only">
        <table>
          <caption>{t("throughput")}</caption>
          <thead>
            <tr>
              <th>{t("startedAt")}</th>
              {STATES.map(([state]) => (
                <th key={state}>{name(state)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {activity.buckets.map((bucket) => (
              <tr key={bucket.at}>
                <th>{date(bucket.at)}</th>
                {STATES.map(([state]) => (
                  <td key={state}>{bucket[state]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

type Column = "calls" | "succeeded" | "failed" | "retried" | "p50" | "p95" | "tokens" | "cached" | "cost";
const COLUMNS: readonly (readonly [Column, Message, (work: Work) => string])[] = [
  ["calls", "calls", (work) => String(work.calls)],
  ["succeeded", "success", share],
  ["failed", "failedCalls", (work) => String(work.failed)],
  ["retried", "retried", (work) => String(work.retried)],
  ["p50", "p50", (work) => time(work.p50)],
  ["p95", "p95", (work) => time(work.p95)],
  ["tokens", "tokens", (work) => String(work.tokens)],
  ["cached", "fromCache", (work) => percent(work.cached ?? 0, work.tokens ?? 0)],
  ["cost", "cost", (work) => money(work.cost)],
];

const weight = (work: Work, column: Column): number => (column === "succeeded" ? work.succeeded / Math.max(1, work.succeeded + work.failed) : (work[column] ?? -1));

function ByCapability({ work }: { work: readonly Work[] }) {
  const { t } = useWords();
  const [by, setBy] = useState<Column>("calls");
  const rows = [...work].sort((a, b) => weight(b, by) - weight(a, by));
  return (
    <section className="card overflow-hidden" aria-labelledby="by-capability">
      <h2 id="by-capability" className="px-4 pb-2 pt-3 font-semibold">
        {t("perCapability")}
      </h2>
      <div className="overflow-x-auto" tabIndex={0} role="group" aria-labelledby="by-capability">
        <table className="w-full text-sm" data-work>
          <thead className="text-2xs text-fg-2">
            <tr>
              <th scope="col" className="px-4 py-1.5 text-start font-medium">
                {t("name")}
              </th>
              {COLUMNS.map(([column, name]) => (
                <th key={column} scope="col" aria-sort={by === column ? "descending" : undefined} className="px-3 py-1.5 text-end font-medium">
                  <button type="button" className={`whitespace-nowrap ${by === column ? "font-bold text-fg" : ""}`} title={t("sortBy", { name: t(name) })} onClick={() => setBy(column)}>
                    {t(name)}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-t">
            {rows.map((one) => (
              <tr key={one.name} className="hover:bg-hover">
                <th scope="row" className="px-4 py-2 text-start font-normal">
                  <Link to="/catalog/$name" params={{ name: one.name }}>
                    <Code text={one.name} />
                  </Link>
                </th>
                {COLUMNS.map(([column, , text]) => (
                  <td key={column} className="px-3 py-2 text-end">
                    <Num text={text(one)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
