/** All that waits for a person, in one place: a list, and beside it exactly what will run. No key decides. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowUpRight, CircleHelp, Hand, Inbox } from "lucide-react";
import { useState } from "react";

import { api, type Approval, Problem } from "../api/client";
import { inboxQuery } from "../api/queries";
import { ApprovalCard } from "../approvals/ApprovalCard";
import { Arguments } from "../approvals/Arguments";
import { Decided } from "../approvals/Decided";
import { useWords } from "../i18n";
import { Header } from "../shell/Header";
import { useKeys } from "../shell/keys";
import { Code, Value } from "../ui/bidi";
import { Dialog } from "../ui/Dialog";
import { useTitle } from "../ui/hooks";
import { Needs } from "../ui/Needs";
import { Empty, Failed, Loading, ProblemText } from "../ui/states";

type Verdict = "approve" | "reject";

export function Approvals() {
  const { t } = useWords();
  const inbox = useQuery(inboxQuery);
  const cache = useQueryClient();
  const { id, past } = useSearch({ from: "/approvals" });
  const go = useNavigate({ from: "/approvals" });
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  useTitle(t("approvals"));
  const items = inbox.data ?? [];
  const current = items.find((one) => one.id === id) ?? items[0];
  const show = (approval: Approval | undefined): void => {
    if (!approval) return;
    void go({ search: { id: approval.id }, replace: true });
    document.querySelector<HTMLElement>(`[data-item="${approval.id}"]`)?.focus();
  };
  const mark = (approval: Approval): void => {
    if (approval.purpose !== "approval") return;
    const next = new Set(marked);
    if (!next.delete(approval.id)) next.add(approval.id);
    setMarked(next);
  };
  const move = (step: number): void => show(items[Math.max(0, Math.min(items.length - 1, (current ? items.indexOf(current) : 0) + step))]);
  useKeys({ j: () => move(1), k: () => move(-1), x: () => current && mark(current) });
  const chosen = items.filter((one) => marked.has(one.id));
  const again = (): void => void cache.invalidateQueries({ queryKey: ["inbox"] });

  return (
    <>
      <Header>{t("approvals")}</Header>
      <main id="main" className="page">
        <h1 className="sr-only">{t("approvals")}</h1>
        <div role="group" aria-label={t("approvals")} className="flex gap-1.5">
          {([undefined, true] as const).map((which) => (
            <button key={String(which)} type="button" className="chip" aria-pressed={past === which} onClick={() => void go({ search: { past: which }, replace: true })}>
              {t(which ? "history" : "waitingNow")}
            </button>
          ))}
        </div>
        {past && <Decided />}
        {!past && inbox.isPending && <Loading rows={6} />}
        {!past && inbox.isError && !inbox.data && <Failed error={inbox.error} again={() => void inbox.refetch()} />}
        {!past && inbox.isSuccess && items.length === 0 && (
          <Empty icon={Inbox} title={t("inboxEmpty")}>
            {t("inboxEmptyText")}
          </Empty>
        )}
        {!past && current && (
          <div className="grid items-start gap-3.5 min-[901px]:grid-cols-[minmax(0,1fr)_minmax(0,1.7fr)]">
            <div className="flex flex-col gap-2">
              {chosen.length > 0 && (
                <div className="card flex flex-wrap items-center gap-2 p-2 ps-3" data-batch>
                  <span className="flex-1 text-sm">{t("marked", { count: chosen.length })}</span>
                  <Needs action="decide" silent>
                    <button type="button" className="btn primary" onClick={() => setVerdict("approve")}>
                      {t("approveMarked")}
                    </button>
                    <button type="button" className="btn danger" onClick={() => setVerdict("reject")}>
                      {t("rejectMarked")}
                    </button>
                  </Needs>
                </div>
              )}
              <ul className="card divide-y divide-line overflow-hidden" aria-label={t("approvals")} data-inbox>
                {items.map((approval) => (
                  <Row key={approval.id} approval={approval} current={approval === current} marked={marked.has(approval.id)} onShow={() => show(approval)} onMark={() => mark(approval)} />
                ))}
              </ul>
              <p className="text-xs text-fg-3 max-[900px]:hidden">{t("inboxHint")}</p>
            </div>
            <div className="flex min-w-0 flex-col gap-2 min-[901px]:sticky min-[901px]:top-17">
              <ApprovalCard key={current.id} approval={current} onDecided={again} />
              <Link to="/$id" params={{ id: current.executionId }} className="inline-flex items-center gap-1 self-start text-sm text-fg-2 hover:text-fg">
                {t("toExecution")}
                <ArrowUpRight size={14} aria-hidden className="flip" />
              </Link>
            </div>
          </div>
        )}
        {verdict && (
          <Batch
            verdict={verdict}
            approvals={chosen}
            onClose={() => {
              setVerdict(null);
              again();
            }}
            onDone={() => setMarked(new Set())}
          />
        )}
      </main>
    </>
  );
}

interface RowProps {
  approval: Approval;
  current: boolean;
  marked: boolean;
  onShow: () => void;
  onMark: () => void;
}

function Row({ approval, current, marked, onShow, onMark }: RowProps) {
  const { t, ago } = useWords();
  const asks = approval.purpose === "approval";
  return (
    <li className={`flex items-center gap-1 ps-3 ${current ? "bg-brand-tint" : "hover:bg-hover"}`}>
      {asks ? <input type="checkbox" className="size-4" checked={marked} onChange={onMark} aria-label={t("mark", { title: approval.title })} /> : <span className="w-4" />}
      <button type="button" data-item={approval.id} aria-current={current || undefined} className="flex min-w-0 flex-1 items-center gap-2.5 p-2.5 text-start" onClick={onShow}>
        <span className="shrink-0 text-wait-f">{asks ? <Hand size={15} aria-hidden /> : <CircleHelp size={15} aria-hidden />}</span>
        <span className="min-w-0 flex-1">
          <span className="block truncate text-sm font-medium">
            <Value text={approval.title} />
          </span>
          <span className="flex gap-2 text-2xs text-fg-2">
            {approval.tool && <Code text={approval.tool} className="text-[11px]!" />}
            <time dateTime={approval.createdAt}>{ago(approval.createdAt)}</time>
          </span>
        </span>
      </button>
    </li>
  );
}

/** Every call of a batch is shown in full before all are decided together; what fails stays, and says why. */
function Batch({ verdict, approvals, onClose, onDone }: { verdict: Verdict; approvals: readonly Approval[]; onClose: () => void; onDone: () => void }) {
  const { t } = useWords();
  const [shown] = useState(approvals);
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<ReadonlyMap<string, unknown> | null>(null);

  const decide = async (): Promise<void> => {
    setBusy(true);
    const failed = new Map<string, unknown>();
    for (const approval of shown) {
      try {
        await (verdict === "approve" ? api.approve(approval, { note: "" }) : api.reject(approval, ""));
      } catch (error) {
        if (!(error instanceof Problem && error.status === 409)) failed.set(approval.id, error);
      }
    }
    setBusy(false);
    onDone();
    if (failed.size === 0) onClose();
    else setProblems(failed);
  };

  const open = shown.filter((approval) => problems === null || problems.has(approval.id));
  return (
    <Dialog title={t(verdict === "approve" ? "batchApprove" : "batchReject")} onClose={onClose}>
      <p className="mb-3 text-sm text-fg-2">{t("batchText")}</p>
      <ul className="mb-4 flex flex-col gap-3">
        {open.map((approval) => (
          <li key={approval.id}>
            <p className="mb-1 text-sm font-semibold">
              <Value text={approval.title} /> <Code text={approval.tool ?? ""} className="text-fg-2" />
            </p>
            <Arguments value={approval.args} label={approval.title} />
            <ProblemText error={problems?.get(approval.id)} />
          </li>
        ))}
      </ul>
      <div className="flex gap-2">
        <button type="button" className={`btn ${verdict === "approve" ? "primary" : "danger"}`} disabled={busy || problems !== null} onClick={() => void decide()}>
          {t(verdict === "approve" ? "approveMarked" : "rejectMarked")}
        </button>
        <span className="flex-1" />
        <button type="button" className="btn" onClick={onClose}>
          {t("close")}
        </button>
      </div>
    </Dialog>
  );
}
