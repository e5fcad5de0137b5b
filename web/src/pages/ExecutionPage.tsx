/** One execution, seen and steered. What is selected stands in the address, so that a link shows the same. */

import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Ban, ChevronLeft, Copy, GitCompareArrows, GitFork, Link2, Music4, Pause, Play, RotateCcw, Undo2 } from "lucide-react";
import { lazy, Suspense, useCallback, useMemo, useRef, useState } from "react";

import { api, type Steering } from "../api/client";
import { ApprovalCard } from "../approvals/ApprovalCard";
import { Picker } from "../compare/Picker";
import { ForkButton } from "../execution/Fork";
import { Inspector } from "../execution/Inspector";
import { isOver, type Line, type Live, type Shown, useLive } from "../execution/live";
import { LogTail } from "../execution/LogTail";
import { Figures } from "../execution/Figures";
import { Shared } from "../execution/Shared";
import { Timeline } from "../execution/Timeline";
import { criticalPath, timing } from "../execution/timing";
import { useWords } from "../i18n";
import { Header } from "../shell/Header";
import { Code, Value, visible } from "../ui/bidi";
import { useNarrow, useNow, useTitle } from "../ui/hooks";
import { Markdown } from "../ui/Markdown";
import { Menu } from "../ui/Menu";
import { Failed, Loading, ProblemText } from "../ui/states";
import { Badge } from "../ui/status";
import { Sure } from "../ui/Sure";
import { Needs, useRefused } from "../ui/Needs";
import { type Tab, Tabs } from "../ui/Tabs";
import { Told } from "../ui/Told";
import { Connection } from "../shell/Connection";

const Graph = lazy(() => import("../graph/Graph"));

export function ExecutionPage() {
  const { id } = useParams({ from: "/$id" });
  const { live, shown } = useLive(id);
  const { t } = useWords();
  useTitle(shown?.execution?.request ?? "");
  if (!live || !shown) return null;
  if (!shown.execution)
    return (
      <>
        <Header crumb>{null}</Header>
        <main id="main" className="page">
          <h1 className="sr-only">{t("executions")}</h1>
          {shown.error ? <Failed error={shown.error} again={() => location.reload()} /> : <Loading rows={6} />}
        </main>
      </>
    );
  return <Running key={id} live={live} shown={shown} />;
}

function Running({ live, shown }: { live: Live; shown: Shown }) {
  const { t, status } = useWords();
  const execution = shown.execution!;
  const over = isOver(execution);
  const failed = shown.steps.find((step) => step.status === "failed" && !step.askedBy);
  const [problem, setProblem] = useState<unknown>(null);
  const done = execution.stepsTotal > 0 ? shown.steps.filter((step) => ["completed", "failed", "skipped", "cancelled"].includes(step.status)).length : 0;
  const total = Math.max(1, shown.steps.length, execution.stepsTotal);
  const tell = (what: Steering | "undo"): void => {
    setProblem(null);
    (what === "undo" ? api.undo(execution.id) : api.tell(execution.id, what)).then(live.refresh, setProblem);
  };
  return (
    <>
      <Header crumb action={<Actions shown={shown} tell={tell} />}>
        <ChevronLeft size={14} aria-hidden className="text-fg-3 ltr:rotate-180 max-[900px]:hidden" />
        <Code text={execution.id.slice(-12)} className="text-fg-2" />
        <Connection state={shown.connection} />
      </Header>
      <section aria-label={t("progress")} className="shrink-0">
        <div role="progressbar" aria-label={t("stepsDone")} aria-valuemin={0} aria-valuemax={total} aria-valuenow={done} className="h-[3px] shrink-0 bg-line">
          <div className="h-full origin-left transition-transform duration-300 rtl:origin-right" style={{ transform: `scaleX(${done / total})`, background: shown.approvals.length > 0 ? "var(--wait)" : "var(--run)" }} />
        </div>
      </section>
      <main id="main" className="page" data-execution={execution.id}>
        <p className="sr-only" role="status">
          {status(execution.status)}
        </p>
        <div className="flex items-start gap-3 max-[900px]:flex-col max-[900px]:gap-2">
          <h1 className="min-w-0 flex-1 text-balance text-xl font-bold max-[900px]:text-lg" lang={execution.language}>
            <bdi dir="auto">{visible(execution.request)}</bdi>
          </h1>
          <span data-head>
            <Badge status={execution.status} />
          </span>
        </div>
        {execution.forkedFrom && <Origin id={execution.id} source={execution.forkedFrom} step={shown.steps.find((step) => step.id === execution.forkedStep)?.title ?? execution.forkedStep ?? ""} />}
        <ProblemText error={problem} />
        {execution.error && (
          <div className="flex flex-wrap items-center gap-2">
            <p role="alert" className="problem min-w-64 flex-1">
              <Told detail={execution.error.detail} cure={execution.error.cure} />
            </p>
            {over && failed && <ForkButton name={t("forkRetry", { title: failed.title })} execution={execution.id} step={failed} steps={shown.steps} />}
          </div>
        )}
        {!over && shown.approvals.map((approval) => <ApprovalCard key={approval.id} approval={approval} onDecided={live.refresh} />)}
        {execution.answer && (
          <section className="answer card p-4" aria-label={t("answer")}>
            <h2 className="eyebrow mb-1">{t("answer")}</h2>
            <div className="max-h-[480px] overflow-auto" tabIndex={0} role="group" aria-label={t("answer")}>
              <Markdown text={execution.answer} />
            </div>
          </section>
        )}
        <Work live={live} shown={shown} over={over} />
      </main>
    </>
  );
}

/** From where it goes on. */
function Origin({ id, source, step }: { id: string; source: string; step: string }) {
  const { t } = useWords();
  return (
    <p className="flex flex-wrap items-center gap-x-1.5 gap-y-1 text-sm text-fg-2" data-origin={source}>
      <GitFork size={14} aria-hidden className="shrink-0" />
      {t("forkedFrom")}
      <Link to="/$id" params={{ id: source }} search={{}} className="underline decoration-line-2 underline-offset-2 hover:text-fg">
        <Code text={source.slice(-12)} />
      </Link>
      {t("forkedAt")}
      <Value text={step} />
      ·
      <Link to="/compare/$one/$other" params={{ one: source, other: id }} search={{}} className="underline decoration-line-2 underline-offset-2 hover:text-fg">
        {t("compareSource")}
      </Link>
    </p>
  );
}

const NO_PATH: ReadonlySet<string> = new Set();

/** Figures, graph, timeline, and what is known of the selected step. */
function Work({ live, shown, over }: { live: Live; shown: Shown; over: boolean }) {
  const { t } = useWords();
  const narrow = useNarrow();
  const { step: selected, tab } = useSearch({ from: "/$id" });
  const go = useNavigate({ from: "/$id" });
  const { steps } = shown;
  const busy = steps.some((step) => step.status === "running" || step.status === "retrying");
  const now = useNow(!over && busy);
  const told = useTold(shown.lines);
  const times = useMemo(() => timing(steps, now, told), [steps, now, told]);
  const path = useMemo(() => (over ? criticalPath(steps) : NO_PATH), [steps, over]);
  const step = steps.find((one) => one.id === selected);
  const select = useCallback(
    (id: string | undefined): void => void go({ search: (old) => ({ ...old, step: id, tab: id && !narrow && old.tab !== "log" && old.tab !== "shared" ? "step" : old.tab }), replace: true }),
    [go, narrow],
  );
  const pick = useCallback((id: string): void => select(id === selected ? undefined : id), [select, selected]);
  if (steps.length === 0)
    return over ? null : (
      <div className="card flex items-center gap-3 p-5 text-fg-2" role="status">
        <Music4 size={18} aria-hidden className="pulse text-brand" />
        {t("planning")}
      </div>
    );
  const graph = () => (
    <div className="relative h-full">
      <Suspense fallback={null}>
        <Graph steps={steps} selected={selected} onSelect={pick} down={narrow} path={path} spans={times.spans} />
      </Suspense>
    </div>
  );
  const timeline = () => <Timeline steps={steps} timing={times} path={path} growing={!over} selected={selected} onSelect={pick} />;
  const details: Tab[] = [
    { id: "log", name: <>{t("log")} {step && <span className="max-w-40 truncate text-2xs text-fg-3"><Value text={step.title} /></span>}</>, content: () => <LogTail lines={shown.lines} step={step?.id} onEarlier={live.earlier} /> },
    { id: "step", name: t("details"), content: () => <Inspector step={step} steps={steps} lines={shown.lines} onSelect={select} action={over && step && !step.askedBy && <ForkButton name={t("fork")} execution={shown.execution!.id} step={step} steps={steps} />} /> },
  ];
  if (shown.lines.some((line) => line.kind === "shared.written" || line.kind === "message.sent") || tab === "shared")
    details.push({ id: "shared", name: t("shared"), content: () => <Shared id={shown.execution!.id} steps={steps} lines={shown.lines} step={step?.id} onSelect={select} /> });
  const all: Tab[] = [{ id: "timeline", name: t("timeline"), content: timeline }, { id: "graph", name: t("graph"), content: graph }, ...details];
  const change = (id: string): void => void go({ search: (old) => ({ ...old, tab: id }), replace: true });
  return (
    <>
      <Figures shown={shown} timing={times} />
      {narrow ? (
        <section className="card h-[70dvh] overflow-hidden">
          <Tabs tabs={all} current={tab ?? "timeline"} onChange={change} label={t("steps")} />
        </section>
      ) : (
        <>
          <section aria-label={t("graph")} className="card relative h-[262px] shrink-0 overflow-hidden">
            {graph()}
          </section>
          <div className="grid h-[420px] shrink-0 grid-cols-[minmax(0,1.55fr)_minmax(0,1fr)] gap-3.5">
            <section aria-label={t("timeline")} className="card overflow-hidden">
              {timeline()}
            </section>
            <section aria-label={t("details")} className="card overflow-hidden">
              <Tabs tabs={details} current={details.find((one) => one.id === tab)?.id ?? "log"} onChange={change} label={t("details")} />
            </section>
          </div>
        </>
      )}
    </>
  );
}

/** The lines that say when a step waited and how long it took; the same array while there is none more. */
function useTold(lines: readonly Line[]): readonly Line[] {
  const told = lines.filter((line) => line.seconds !== undefined || line.kind.startsWith("gate."));
  const kept = useRef(told);
  if (kept.current.length !== told.length || kept.current.at(-1) !== told.at(-1)) kept.current = told;
  return kept.current;
}

function Actions({ shown, tell }: { shown: Shown; tell: (what: Steering | "undo") => void }) {
  const { t } = useWords();
  const go = useNavigate();
  const [sure, setSure] = useState<"cancel" | "undo" | null>(null);
  const [picking, setPicking] = useState(false);
  const acted = shown.steps.some((step) => step.effect !== "none" && step.status === "completed");
  const execution = shown.execution!;
  const over = isOver(execution);
  const paused = execution.status === "paused";
  const useless = { undo: useRefused("steer"), ask: useRefused("submit") };
  return (
    <>
      {!over && (
        <Needs action="steer" silent>
          <button type="button" className="btn" onClick={() => tell(paused ? "resume" : "pause")}>
            {paused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
            <span className="max-[600px]:sr-only">{t(paused ? "resume" : "pause")}</span>
          </button>
          <button type="button" className="btn danger" onClick={() => setSure("cancel")}>
            <Ban size={14} aria-hidden />
            <span className="max-[600px]:sr-only">{t("cancel")}</span>
          </button>
        </Needs>
      )}
      <Menu
        items={[
          ...(over && acted && !useless.undo ? [{ name: t("undoIt"), icon: Undo2, act: () => setSure("undo") }] : []),
          ...(useless.ask ? [] : [{ name: t("askAgain"), icon: RotateCcw, act: () => void go({ to: "/", search: { q: execution.request } }) }]),
          { name: t("compareWith"), icon: GitCompareArrows, act: () => setPicking(true) },
          { name: t("copyId"), icon: Copy, act: () => void navigator.clipboard.writeText(execution.id) },
          { name: t("copyLink"), icon: Link2, act: () => void navigator.clipboard.writeText(location.href) },
        ]}
      />
      {picking && <Picker execution={execution} onClose={() => setPicking(false)} />}
      {sure && (
        <Sure
          title={t(sure === "undo" ? "undoSure" : "cancelSure")}
          no={t(sure === "undo" ? "close" : "keepRunning")}
          yes={t(sure === "undo" ? "undoIt" : "cancelIt")}
          onNo={() => setSure(null)}
          onYes={() => {
            setSure(null);
            tell(sure);
          }}
        >
          {t(sure === "undo" ? "undoText" : "cancelText")}
        </Sure>
      )}
    </>
  );
}
