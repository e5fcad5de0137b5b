/** What running calls have to themselves, over all executions, and who waits for whom. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Hourglass, Lock, LockOpen } from "lucide-react";

import type { LockView } from "../api/client";
import { locksQuery } from "../api/queries";
import { useWords } from "../i18n";
import { Header } from "../shell/Header";
import { Code, Num } from "../ui/bidi";
import { useTitle } from "../ui/hooks";
import { Empty, Failed, Loading } from "../ui/states";

export function Locks() {
  const { t } = useWords();
  const locks = useQuery(locksQuery);
  useTitle(t("locksNow"));
  const groups = Map.groupBy(locks.data ?? [], (lock) => lock.resource);
  return (
    <>
      <Header>{t("locksNow")}</Header>
      <main id="main" className="page">
        <h1 className="text-xl font-bold">{t("locksNow")}</h1>
        <p className="text-sm text-fg-2">{t("locksText")}</p>
        {locks.isPending && <Loading />}
        {locks.isError && !locks.data && <Failed error={locks.error} again={() => void locks.refetch()} />}
        {locks.data?.length === 0 && (
          <Empty icon={LockOpen} title={t("locksNone")}>
            {t("locksNoneText")}
          </Empty>
        )}
        <div className="flex flex-col gap-3.5" data-locks>
          {[...groups].map(([resource, found]) => (
            <section key={resource} className="card overflow-hidden" aria-label={resource} data-resource={resource}>
              <h2 className="flex items-center gap-2 px-4 pb-1 pt-3">
                <Lock size={15} aria-hidden className="shrink-0 text-fg-3" />
                <Code text={resource} className="min-w-0 font-semibold wrap-anywhere" />
              </h2>
              <ul className="divide-y divide-line">
                {found.map((lock) => (
                  <Place key={`${lock.executionId} ${lock.stepId} ${lock.item}`} lock={lock} />
                ))}
              </ul>
            </section>
          ))}
        </div>
      </main>
    </>
  );
}

function Place({ lock }: { lock: LockView }) {
  const { t, ago } = useWords();
  const ahead = lock.waitsFor ?? [];
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm" data-held={lock.held}>
      <Call execution={lock.executionId} step={lock.stepId} />
      {lock.item != null && <Num text={`[${lock.item}]`} className="text-fg-2" />}
      <span className="st badge" data-s={lock.held ? "running" : "waiting"}>
        {lock.held ? <Lock size={13} aria-hidden /> : <Hourglass size={13} aria-hidden />}
        {lock.held ? t(lock.exclusive ? "holds" : "sharesIt") : t("waitsFor")}
      </span>
      {ahead.map((holder) => (
        <Call key={`${holder.executionId} ${holder.stepId}`} execution={holder.executionId} step={holder.stepId} />
      ))}
      <span className="flex-1" />
      <span className="text-xs text-fg-2">
        {t("since")} <time dateTime={lock.since}>{ago(lock.since)}</time>
      </span>
    </li>
  );
}

function Call({ execution, step }: { execution: string; step: string }) {
  return (
    <Link to="/$id" params={{ id: execution }} search={{ step }} className="underline decoration-line-2 underline-offset-2 hover:text-brand">
      <Code text={`${execution.slice(-12)} / ${step}`} />
    </Link>
  );
}
