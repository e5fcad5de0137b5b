/** All executions: filtered and searched; what is looked for stands in the address. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ListTree, Search } from "lucide-react";
import { useDeferredValue } from "react";

import { api } from "../api/client";
import { useWords } from "../i18n";
import { Header } from "../shell/Header";
import { useTitle } from "../ui/hooks";
import { Empty, Failed, Loading } from "../ui/states";
import { ExecutionRow } from "./ExecutionRow";
import { STATES } from "./search";

export function Executions() {
  const { t, status: name } = useWords();
  const { status, q } = useSearch({ from: "/executions" });
  const go = useNavigate({ from: "/executions" });
  const query = useDeferredValue(q);
  const found = useInfiniteQuery({
    queryKey: ["executions", "all", status, query],
    queryFn: ({ pageParam }) => api.list({ status: status ?? "", query: query ?? "", cursor: pageParam, limit: 50 }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: 3000,
    placeholderData: (before) => before,
  });
  useTitle(t("executions"));
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = status !== undefined || (q ?? "") !== "";
  return (
    <>
      <Header>{t("executions")}</Header>
      <main id="main" className="page">
        <h1 className="sr-only">{t("executions")}</h1>
        <div className="flex flex-wrap items-center gap-2">
          <label className="flex h-9 min-w-56 flex-1 items-center gap-2 rounded-md border border-line-2 bg-surface px-3 text-fg-3 outline-(--ring) focus-within:outline-2">
            <Search size={15} aria-hidden />
            <input
              type="search"
              dir={q ? "auto" : undefined}
              value={q ?? ""}
              onChange={(event) => void go({ search: (old) => ({ ...old, q: event.target.value || undefined }), replace: true })}
              placeholder={t("searchExecutions")}
              aria-label={t("searchExecutions")}
              className="min-w-0 flex-1 bg-transparent text-sm text-fg outline-none"
            />
          </label>
          <div role="group" aria-label={t("filterStatus")} className="flex flex-wrap gap-1.5">
            {[undefined, ...STATES].map((state) => (
              <button key={state ?? "all"} type="button" className="chip" aria-pressed={status === state} onClick={() => void go({ search: (old) => ({ ...old, status: state }), replace: true })}>
                {state === undefined ? t("all") : state === "open" ? t("open") : name(state)}
              </button>
            ))}
          </div>
        </div>
        {found.isPending && <Loading rows={8} />}
        {found.isError && items.length === 0 && <Failed error={found.error} again={() => void found.refetch()} />}
        {found.isSuccess && items.length === 0 && (
          <Empty icon={ListTree} title={t(filtered ? "noMatch" : "none")}>
            {filtered && (
              <button type="button" className="btn" onClick={() => void go({ search: {}, replace: true })}>
                {t("clearFilter")}
              </button>
            )}
          </Empty>
        )}
        {items.length > 0 && (
          <ul className="card divide-y divide-line overflow-hidden" data-executions>
            {items.map((execution) => (
              <ExecutionRow key={execution.id} execution={execution} />
            ))}
          </ul>
        )}
        {found.hasNextPage && (
          <button type="button" className="btn self-center" disabled={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            {t("loadMore")}
          </button>
        )}
      </main>
    </>
  );
}
