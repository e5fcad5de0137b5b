/** Going on from a step of an execution that has ended: which results are kept, what runs anew, and a form for what should be different. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Pencil, RotateCcw } from "lucide-react";
import { useMemo, useState } from "react";

import { api } from "../api/client";
import { catalogQuery } from "../api/queries";
import { changes, Difference } from "../approvals/Difference";
import { type Schema, SchemaForm } from "../approvals/SchemaForm";
import { useWords } from "../i18n";
import { Value } from "../ui/bidi";
import { Dialog } from "../ui/Dialog";
import { useRefused } from "../ui/Needs";
import { ProblemText } from "../ui/states";
import type { LiveStep } from "./fold";

/** The step and all that follow it. */
export function following(steps: readonly LiveStep[], id: string): Set<string> {
  const found = new Set([id]);
  const after = new Map<string, string[]>();
  for (const step of steps) for (const before of step.dependsOn) after.set(before, [...(after.get(before) ?? []), step.id]);
  for (const one of found) after.get(one)?.forEach((next) => found.add(next));
  return found;
}

type Args = Record<string, unknown>;

/** The arguments that differ, null for one that goes: those that are as they were stay bound to the steps that they came from. */
const changed = (before: Args, now: Args): Args =>
  Object.fromEntries([...new Set([...Object.keys(before), ...Object.keys(now)])].filter((name) => JSON.stringify(now[name]) !== JSON.stringify(before[name])).map((name) => [name, now[name] ?? null]));

export function Fork({ execution, step, steps, onClose }: { execution: string; step: LiveStep; steps: readonly LiveStep[]; onClose: () => void }) {
  const { t } = useWords();
  const go = useNavigate();
  const again = useMemo(() => following(steps, step.id), [steps, step.id]);
  const planned = steps.filter((one) => !one.askedBy); // what calls asked for while they ran is asked for anew, or not
  const kept = planned.filter((one) => !again.has(one.id) && one.status === "completed");
  const anew = planned.filter((one) => again.has(one.id) || one.status !== "completed");
  const before = typeof step.args === "object" && step.args !== null && !Array.isArray(step.args) && step.items == null ? (step.args as Args) : null;
  const schema = useQuery(catalogQuery).data?.find((entry) => entry.name === step.uses)?.arguments as Schema | undefined;
  const [edited, setEdited] = useState<Args | null>(null);
  const run = useMutation({
    mutationFn: () => api.fork(execution, step.id, before && edited ? changed(before, edited) : null),
    onSuccess: (made) => {
      onClose();
      void go({ to: "/$id", params: { id: made.id }, search: {} });
    },
  });
  return (
    <Dialog title={t("forkTitle")} onClose={onClose}>
      <div className="flex flex-col gap-4" data-fork={step.id}>
        <p className="text-sm text-fg-2">{t("forkText")}</p>
        <p className="text-sm">{t("forkKept", { count: kept.length })}</p>
        <div>
          <h3 className="eyebrow mb-1">{t("forkAgain")}</h3>
          <ul className="max-h-40 list-disc overflow-auto ps-5 text-sm" tabIndex={0} aria-label={t("forkAgain")}>
            {anew.map((one) => (
              <li key={one.id} className={one.id === step.id ? "font-semibold" : ""}>
                <Value text={one.title} />
              </li>
            ))}
          </ul>
        </div>
        {anew.some((one) => one.effect !== "none") && <p className="rounded-md bg-wait-t px-3 py-2 text-sm text-wait-f">{t("forkAsks")}</p>}
        {before && schema && !edited && (
          <button type="button" className="btn self-start" onClick={() => setEdited(structuredClone(before))}>
            <Pencil size={14} aria-hidden />
            {t("forkEdit")}
          </button>
        )}
        {before && schema && edited && (
          <>
            <SchemaForm schema={schema} value={edited} onChange={(value) => setEdited(value as Args)} />
            <Difference found={changes(before, edited)} />
          </>
        )}
        <ProblemText error={run.error} />
        <div className="flex gap-2">
          <button type="button" className="btn primary" disabled={run.isPending} onClick={() => run.mutate()}>
            <RotateCcw size={14} aria-hidden />
            {t("forkGo")}
          </button>
          <span className="flex-1" />
          <button type="button" className="btn" onClick={onClose}>
            {t("close")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

/** A button that opens the question. */
export function ForkButton({ name, ...rest }: { name: string; execution: string; step: LiveStep; steps: readonly LiveStep[] }) {
  const [open, setOpen] = useState(false);
  if (useRefused("submit")) return null;
  return (
    <>
      <button type="button" className="btn" onClick={() => setOpen(true)} data-fork-from={rest.step.id}>
        <RotateCcw size={14} aria-hidden />
        {name}
      </button>
      {open && <Fork {...rest} onClose={() => setOpen(false)} />}
    </>
  );
}
