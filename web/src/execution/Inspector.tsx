/** One step from the inside: what went in, what came out, how often it was tried, what it cost. */

import type { ReactNode } from "react";

import { useWords } from "../i18n";
import { Code, Num, Value, visible } from "../ui/bidi";
import { Badge } from "../ui/status";
import { between, duration, money } from "../ui/units";
import { Told } from "../ui/Told";
import type { LiveStep } from "./fold";
import type { Line } from "./live";

export function Json({ value }: { value: unknown }) {
  return (
    <pre dir="ltr" tabIndex={0} className="json">
      {visible(typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? ""))}
    </pre>
  );
}

interface Props {
  step: LiveStep | undefined;
  steps: readonly LiveStep[];
  lines?: readonly Line[];
  onSelect: (id: string) => void;
  action?: ReactNode; // what can be done with the step
}

export function Inspector({ step, steps, lines = [], onSelect, action }: Props) {
  const { t, effect, reason, time } = useWords();
  if (!step) return <p className="p-4 text-sm text-fg-3">{t("selectStep")}</p>;
  const title = new Map(steps.map((one) => [one.id, one.title]));
  const facts: [string, ReactNode][] = [
    [t(step.kind), <Code text={step.uses} key="uses" />],
    [t("effect"), effect(step.effect)],
  ];
  if (step.attempt > 1) facts.push([t("attempt", { number: "" }), <Num text={String(step.attempt)} key="attempt" />]);
  if (step.startedAt) facts.push([t("startedAt"), <Num text={time(step.startedAt)} key="at" />]);
  if (step.startedAt && step.finishedAt) facts.push([t("duration"), <Num text={duration(between(step.startedAt, step.finishedAt))} key="took" />]);
  if (step.items != null) facts.push([t("progress"), <Num text={`${step.itemsDone}/${step.items}`} key="items" />]);
  if (step.tokens) facts.push([t("tokens"), <Num text={String(step.tokens)} key="tokens" />]);
  if (step.cost != null) facts.push([t("cost"), <Num text={money(step.cost)} key="cost" />]);
  const label = step.label as { integrity?: string; secrecy?: string } | null | undefined;
  if (label?.integrity) facts.push([t("origin"), <Code text={label.integrity} key="origin" />]);
  if (label?.secrecy) facts.push([t("secrecy"), <Code text={label.secrecy} key="secrecy" />]);
  return (
    <div className="flex h-full flex-col gap-3 overflow-auto p-4 text-sm" data-inspector={step.id} tabIndex={0} role="group" aria-label={t("details")}>
      <div className="flex flex-wrap items-center gap-2">
        <Badge status={step.status} />
        {step.reason && <span className="text-fg-2">{step.reason === "kept" ? t("keptText") : t("skippedBecause", { reason: reason(step.reason) })}</span>}
        {step.progress && step.status === "running" && <Value text={step.progress} />}
        {action && (
          <>
            <span className="flex-1" />
            {action}
          </>
        )}
      </div>
      {step.error && (
        <p className="problem">
          <Told detail={step.error.detail} cure={step.error.cure} />
        </p>
      )}
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Attempts failed={lines.filter((line) => line.step === step.id && line.kind === "step.failed")} />
      {step.askedBy && (
        <div className="flex flex-wrap items-center gap-1.5" data-asked-by={step.askedBy}>
          <span className="eyebrow">{t("askedBy")}</span>
          <button type="button" className="chip min-h-7! px-2! text-xs!" onClick={() => onSelect(step.askedBy!)}>
            <Value text={title.get(step.askedBy) ?? step.askedBy} />
          </button>
        </div>
      )}
      {step.dependsOn.length > 0 && (
        <div className="flex flex-wrap items-center gap-1.5">
          <span className="eyebrow">{t("dependsOn")}</span>
          {step.dependsOn.map((id) => (
            <button key={id} type="button" className="chip min-h-7! px-2! text-xs!" onClick={() => onSelect(id)}>
              <Value text={title.get(id) ?? id} />
            </button>
          ))}
        </div>
      )}
      <section>
        <h3 className="eyebrow mb-1">{t("input")}</h3>
        {step.args == null ? <p className="text-fg-3">{t("noInputYet")}</p> : <Json value={step.args} />}
      </section>
      <section>
        <h3 className="eyebrow mb-1">{t("output")}</h3>
        {step.output == null ? <p className="text-fg-3">{t("noOutputYet")}</p> : <Json value={step.output} />}
      </section>
    </div>
  );
}

/** The attempts that failed, and when the next one came. */
function Attempts({ failed }: { failed: readonly Line[] }) {
  const { t, time } = useWords();
  if (failed.length === 0) return null;
  return (
    <section>
      <h3 className="eyebrow mb-1">{t("attempts")}</h3>
      <ol className="flex flex-col gap-1" data-attempts>
        {failed.map((line) => (
          <li key={line.seq} className="rounded-md bg-sunken px-3 py-2">
            <span className="flex gap-2 text-2xs text-fg-2">
              <Num text={String(line.attempt ?? 1)} />
              <Num text={time(line.at)} />
              {line.retryIn === undefined ? t("gaveUp") : t("retryIn", { seconds: duration(line.retryIn) })}
            </span>
            <Told detail={line.told} />
          </li>
        ))}
      </ol>
    </section>
  );
}
