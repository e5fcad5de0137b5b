/** All executions: filtered and searched; what is looked for stands in the address. */

import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ListTree, Search } from "lucide-react";
import { useDeferredValue, useState } from "react";

import { api, Problem } from "../api/client";
import { FINAL } from "../execution/fold";
import { useWords } from "../i18n";
import { Header } from "../shell/Header";
import { Value } from "../ui/bidi";
import { Dialog } from "../ui/Dialog";
import { useTitle } from "../ui/hooks";
import { Empty, Failed, Loading, ProblemText } from "../ui/states";
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
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [sure, setSure] = useState(false);
  const chosen = items.filter((execution) => marked.has(execution.id) && !FINAL.has(execution.status));
  const toggle = (id: string): void => {
    const next = new Set(marked);
    if (!next.delete(id)) next.add(id);
    setMarked(next);
  };
  const cancel = useMutation({
    // One that ended meanwhile needs no cancelling.
    mutationFn: () => Promise.all(chosen.map((execution) => api.tell(execution.id, "cancel").catch((error: unknown) => error instanceof Problem && error.status === 409 ? null : Promise.reject(error)))),
    onSuccess: () => {
      setSure(false);
      setMarked(new Set());
      void found.refetch();
    },
  });
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
        {chosen.length > 0 && (
          <div className="card flex flex-wrap items-center gap-2 p-2 ps-3" data-batch>
            <span className="flex-1 text-sm">{t("marked", { count: chosen.length })}</span>
            <button type="button" className="btn danger" onClick={() => setSure(true)}>
              {t("cancelMarked")}
            </button>
          </div>
        )}
        {sure && (
          <Dialog title={t("cancelMarkedSure")} onClose={() => setSure(false)}>
            <p className="mb-3 text-sm text-fg-2">{t("cancelText")}</p>
            <ul className="mb-5 list-disc ps-5 text-sm">
              {chosen.map((execution) => (
                <li key={execution.id}>
                  <Value text={execution.request} />
                </li>
              ))}
            </ul>
            <ProblemText error={cancel.error} />
            <div className="flex gap-2">
              <button type="button" className="btn" onClick={() => setSure(false)}>
                {t("keepRunning")}
              </button>
              <span className="flex-1" />
              <button type="button" className="btn danger" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
                {t("cancelMarked")}
              </button>
            </div>
          </Dialog>
        )}
        {items.length > 0 && (
          <ul className="card divide-y divide-line overflow-hidden" data-executions>
            {items.map((execution) => (
              <ExecutionRow
                key={execution.id}
                execution={execution}
                mark={FINAL.has(execution.status) ? undefined : { on: marked.has(execution.id), toggle: () => toggle(execution.id) }}
              />
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
