/** What was decided: by whom, when, with which words, and exactly what ran or did not. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowUpRight, History } from "lucide-react";

import { api, type Approval } from "../api/client";
import { useWords } from "../i18n";
import { Code, Value } from "../ui/bidi";
import { Empty, Failed, Loading } from "../ui/states";
import { Badge } from "../ui/status";
import { Arguments } from "./Arguments";
import { changes, Difference } from "./Difference";

export function Decided() {
  const { t } = useWords();
  const found = useInfiniteQuery({
    queryKey: ["decided"],
    queryFn: ({ pageParam }) => api.decided(pageParam),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  if (found.isPending) return <Loading rows={6} />;
  if (found.isError && items.length === 0) return <Failed error={found.error} again={() => void found.refetch()} />;
  if (items.length === 0)
    return (
      <Empty icon={History} title={t("historyNone")}>
        {t("historyText")}
      </Empty>
    );
  return (
    <>
      <ul className="card divide-y divide-line overflow-hidden" aria-label={t("history")} data-decided>
        {items.map((approval) => (
          <Row key={approval.id} approval={approval} />
        ))}
      </ul>
      {found.hasNextPage && (
        <button type="button" className="btn self-center" disabled={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("loadMore")}
        </button>
      )}
    </>
  );
}

function Row({ approval }: { approval: Approval }) {
  const { t, date } = useWords();
  const edited = approval.edited != null ? changes(approval.args, approval.edited) : [];
  return (
    <li data-decision={approval.id}>
      <details>
        <summary className="flex cursor-pointer flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 hover:bg-hover">
          <Badge status={approval.status} />
          <span className="min-w-48 flex-1 font-medium">
            <Value text={approval.title} />
            {edited.length > 0 && <span className="ps-2 text-xs text-wait-f">{t("approvedEdited")}</span>}
          </span>
          {approval.tool && <Code text={approval.tool} className="text-fg-2" />}
          <span className="text-sm text-fg-2">{approval.decidedBy ? <Value text={approval.decidedBy} /> : t("byEngine")}</span>
          {approval.decidedAt && (
            <time dateTime={approval.decidedAt} className="text-xs text-fg-2">
              {date(approval.decidedAt)}
            </time>
          )}
        </summary>
        <div className="flex flex-col gap-3 px-4 pb-4 text-sm">
          {approval.note && (
            <p>
              <span className="eyebrow">{t("noteOf")}: </span>
              <Value text={approval.note} />
            </p>
          )}
          {approval.answer != null && (
            <p>
              <span className="eyebrow">{t("answer")}: </span>
              <Value text={told(approval)} />
            </p>
          )}
          {approval.args != null && <Arguments value={approval.edited ?? approval.args} label={approval.title} />}
          {edited.length > 0 && <Difference found={edited} />}
          <Link to="/$id" params={{ id: approval.executionId }} search={approval.stepId ? { step: approval.stepId } : {}} className="inline-flex items-center gap-1 self-start text-fg-2 hover:text-fg">
            {t("toExecution")}
            <ArrowUpRight size={14} aria-hidden className="flip" />
          </Link>
        </div>
      </details>
    </li>
  );
}

/** A choice by the words in which it was offered. */
function told(approval: Approval): string {
  const text = JSON.stringify(approval.answer);
  const option = approval.options?.find((one) => JSON.stringify(one.value) === text);
  return option?.label ?? (typeof approval.answer === "string" ? approval.answer : text);
}
