/** All executions: filtered and searched; what is looked for stands in the address. */

import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { GitCompareArrows, ListTree } from "lucide-react";
import { useDeferredValue, useState } from "react";

import { unlessLive } from "../api/changes";
import { api, Problem } from "../api/client";
import { FINAL } from "../execution/fold";
import { useWords } from "../i18n";
import { Header } from "../shell/Header";
import { Value } from "../ui/bidi";
import { FilterBar } from "../ui/FilterBar";
import { useTitle } from "../ui/hooks";
import { Empty, Failed, Loading } from "../ui/states";
import { Sure } from "../ui/Sure";
import { ExecutionRow } from "./ExecutionRow";
import { asked, type Narrowed } from "./filter";
import { Narrow, Saved } from "./Filters";
import { STATES } from "./search";

export function Executions() {
  const { t, status: name } = useWords();
  const search = useSearch({ from: "/executions" });
  const { status, q } = search;
  const go = useNavigate({ from: "/executions" });
  const wanted = useDeferredValue(search);
  const set = (change: Partial<Narrowed>): void => void go({ search: (old) => ({ ...old, ...change }), replace: true });
  const found = useInfiniteQuery({
    queryKey: ["executions", "all", wanted],
    queryFn: ({ pageParam }) => api.list({ ...asked(wanted), cursor: pageParam, limit: 50 }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: unlessLive(3000),
    placeholderData: (before) => before,
  });
  useTitle(t("executions"));
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [sure, setSure] = useState(false);
  const chosen = items.filter((execution) => marked.has(execution.id));
  const open = chosen.filter((execution) => !FINAL.has(execution.status));
  const toggle = (id: string): void => {
    const next = new Set(marked);
    if (!next.delete(id)) next.add(id);
    setMarked(next);
  };
  const cancel = useMutation({
    // One that ended meanwhile needs no cancelling.
    mutationFn: () => Promise.all(open.map((execution) => api.tell(execution.id, "cancel").catch((error: unknown) => error instanceof Problem && error.status === 409 ? null : Promise.reject(error)))),
    onSuccess: () => {
      setSure(false);
      setMarked(new Set());
      void found.refetch();
    },
  });
  const filtered = Object.values(search).some((value) => value !== undefined);
  return (
    <>
      <Header>{t("executions")}</Header>
      <main id="main" className="page">
        <h1 className="sr-only">{t("executions")}</h1>
        <FilterBar
          q={q}
          onSearch={(word) => set({ q: word })}
          placeholder={t("searchExecutions")}
          label={t("filterStatus")}
          choices={STATES.map((state) => [state, state === "open" ? t("open") : name(state)] as const)}
          chosen={status}
          onChoose={(state) => set({ status: state })}
        />
        <Narrow now={search} set={set} />
        <Saved now={search} go={(to) => void go({ search: to, replace: true })} filtered={filtered} />
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
            {chosen.length === 2 && (
              <Link to="/compare/$one/$other" params={{ one: chosen[1]!.id, other: chosen[0]!.id }} search={{}} className="btn">
                <GitCompareArrows size={14} aria-hidden />
                {t("compareMarked")}
              </Link>
            )}
            {open.length > 0 && (
              <button type="button" className="btn danger" onClick={() => setSure(true)}>
                {t("cancelMarked")}
              </button>
            )}
          </div>
        )}
        {sure && (
          <Sure title={t("cancelMarkedSure")} no={t("keepRunning")} yes={t("cancelMarked")} busy={cancel.isPending} error={cancel.error} onNo={() => setSure(false)} onYes={() => cancel.mutate()}>
            <p className="mb-3">{t("cancelText")}</p>
            <ul className="list-disc ps-5 text-fg">
              {open.map((execution) => (
                <li key={execution.id}>
                  <Value text={execution.request} />
                </li>
              ))}
            </ul>
          </Sure>
        )}
        {items.length > 0 && (
          <ul className="card divide-y divide-line overflow-hidden" data-executions>
            {items.map((execution) => (
              <ExecutionRow
                key={execution.id}
                execution={execution}
                mark={{ on: marked.has(execution.id), toggle: () => toggle(execution.id) }}
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
