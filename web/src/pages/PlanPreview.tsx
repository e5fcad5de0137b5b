/** The plan before it runs: its graph, what it changes in the world, where it asks, what it may take. Nothing has been called. */

import { Coins, Hand, Layers, ListTree, Play, Timer, TriangleAlert, X } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";

import type { PlanStep, Preview } from "../api/client";
import { Figure } from "../execution/Figures";
import type { LiveStep } from "../execution/fold";
import { Inspector } from "../execution/Inspector";
import { useWords } from "../i18n";
import { Code, Value } from "../ui/bidi";
import { useNarrow } from "../ui/hooks";
import { duration, money } from "../ui/units";

const Graph = lazy(() => import("../graph/Graph"));

interface Effect {
  step: string;
  tool: string;
  effect: string;
  asks: boolean;
  later: boolean;
  reversible: boolean;
  resources: string[];
  integrity: string;
}

/** The steps whose outputs a value refers to: {"$from": "search.documents"}, at any depth. */
function referred(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(value)) value.forEach((inner) => referred(inner, found));
  else if (typeof value === "object" && value !== null)
    for (const [name, inner] of Object.entries(value)) {
      if (name === "$from" && typeof inner === "string") found.add(/^[a-z0-9_]+/.exec(inner)?.[0] ?? "");
      else referred(inner, found);
    }
  return found;
}

function drafted(step: PlanStep, ids: readonly string[], gates: ReadonlySet<string>): LiveStep {
  const before = referred([step.args, step.for_each]);
  step.after?.forEach((id) => before.add(id));
  for (const id of ids) if (new RegExp(`\\b${id}\\b`).test(step.when ?? "")) before.add(id);
  return {
    id: step.id,
    title: step.title || step.id,
    uses: step.tool ?? step.agent ?? "",
    kind: step.tool ? "tool" : "agent",
    effect: "none",
    status: gates.has(step.id) ? "gate" : "pending",
    dependsOn: [...before].filter((id) => id !== step.id && ids.includes(id)),
    attempt: 0,
    itemsDone: 0,
    tokens: 0,
    args: step.args,
  };
}

export function PlanPreview({ preview, busy, onRun, onCancel }: { preview: Preview; busy: boolean; onRun: () => void; onCancel: () => void }) {
  const { t } = useWords();
  const narrow = useNarrow();
  const [selected, setSelected] = useState<string>();
  const steps = useMemo(() => {
    const plan = preview.plan as { steps?: PlanStep[] } | null;
    const ids = plan?.steps?.map((step) => step.id) ?? [];
    const gates = new Set(preview.gates ?? []);
    return (plan?.steps ?? []).map((step) => drafted(step, ids, gates));
  }, [preview]);
  const path = useMemo(() => new Set(preview.criticalPath ?? []), [preview]);
  const act = (
    <div className="flex flex-wrap items-center gap-2">
      <button type="button" className="btn primary" disabled={busy} onClick={onRun}>
        <Play size={14} aria-hidden className="flip" />
        {t("runPlan")}
      </button>
      <span className="flex-1" />
      <button type="button" className="btn" onClick={onCancel}>
        <X size={14} aria-hidden />
        {t("editRequest")}
      </button>
    </div>
  );
  if (preview.question)
    return (
      <section className="card flex flex-col gap-3 p-4" data-preview aria-label={t("planBad")}>
        <h2 className="text-lg font-bold">{t("planQuestion")}</h2>
        <p>
          <Value text={preview.question} />
        </p>
        <p className="text-sm text-fg-2">{t("planAskedLater")}</p>
        <Understood understood={preview.understood ?? []} />
        {act}
      </section>
    );
  return (
    <section className="flex flex-col gap-3.5" data-preview aria-label={t("whatHappens")}>
      <h2 className="text-lg font-bold">{t("planTitle")}</h2>
      <div className="card flex divide-x divide-line overflow-hidden max-[900px]:grid max-[900px]:grid-cols-3">
        <Figure icon={ListTree} name={t("stepCount")} value={String(steps.length)} />
        <Figure icon={Layers} name={t("levels")} value={String(preview.levels?.length ?? 0)} />
        <Figure icon={Hand} name={t("willAsk")} value={String(preview.gates?.length ?? 0)} />
        <Figure icon={Timer} name={t("expectedTime")} value={`~${duration(preview.seconds)}`} more={span(duration, preview.secondsLow, preview.secondsHigh)} />
        <Figure icon={Coins} name={t("expectedCost")} value={money(preview.cost)} more={preview.costHigh ? span(money, preview.costLow, preview.costHigh) : ""} />
      </div>
      <p className="-mt-2 text-xs text-fg-3">{preview.earlierCalls ? t("knownFromCalls", { calls: preview.earlierCalls }) : t("knownFromTools")}</p>
      <div className={`card relative overflow-hidden ${narrow ? "h-96" : "h-64"}`}>
        <Suspense fallback={null}>
          <Graph steps={steps} selected={selected} onSelect={(id) => setSelected(id === selected ? undefined : id)} down={narrow} path={path} />
        </Suspense>
      </div>
      {selected && (
        <div className="card">
          <Inspector step={steps.find((step) => step.id === selected)} steps={steps} onSelect={setSelected} />
        </div>
      )}
      <Effects effects={(preview.effects ?? []) as unknown as Effect[]} titles={new Map(steps.map((step) => [step.id, step.title]))} />
      <Understood understood={preview.understood ?? []} />
      {act}
    </section>
  );
}

/** Between what it lies four times of five. */
const span = (shown: (value: number) => string, low = 0, high = 0): string => `${shown(low)}–${shown(high)}`;

function Understood({ understood }: { understood: readonly string[] }) {
  const { t } = useWords();
  if (understood.length === 0) return null;
  return (
    <div>
      <h3 className="eyebrow mb-1">{t("understood")}</h3>
      <ul className="list-disc ps-5 text-sm">
        {understood.map((line) => (
          <li key={line}>
            <Value text={line} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Effects({ effects, titles }: { effects: readonly Effect[]; titles: ReadonlyMap<string, string> }) {
  const { t, effect: name } = useWords();
  return (
    <section className="card p-4" data-effects>
      <h3 className="eyebrow mb-2">{t("effects")}</h3>
      {effects.length === 0 && <p className="text-sm text-fg-2">{t("noEffects")}</p>}
      <ul className="flex flex-col gap-2">
        {effects.map((effect) => (
          <li key={effect.step} className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
            <span className="font-medium">
              <Value text={titles.get(effect.step) ?? effect.step} />
            </span>
            <Code text={effect.tool} className="text-fg-2" />
            <span className="text-fg-2">
              {effect.later ? t("asksLater", { effect: name(effect.effect) }) : `${name(effect.effect)} · ${t(effect.reversible ? "reversible" : "irreversible")}`}
            </span>
            {effect.resources.length > 0 && <Code text={effect.resources.join(", ")} className="text-fg-3" />}
            {effect.asks && (
              <span className="st badge" data-s="gate">
                <Hand size={13} aria-hidden />
                {t("asksBefore")}
              </span>
            )}
            {effect.integrity === "untrusted" && (
              <span className="inline-flex items-center gap-1 text-wait-f">
                <TriangleAlert size={13} aria-hidden />
                {t("untrusted")}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
