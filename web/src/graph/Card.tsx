/** One step of the graph, near enough to be read. */

import { RotateCcw } from "lucide-react";
import { memo } from "react";

import type { LiveStep } from "../execution/fold";
import { useWords } from "../i18n";
import { Code, Num, Value } from "../ui/bidi";
import { StatusIcon } from "../ui/status";
import { duration } from "../ui/units";

interface Props {
  step: LiveStep;
  x: number; // pixels from the inline start
  y: number;
  zoom: number;
  selected: boolean;
  critical: boolean;
  took: number | undefined; // seconds
  onSelect: (id: string) => void;
}

const TOLD = new Set(["gate", "retrying", "skipped", "unknown", "blocked"]);

export const Card = memo(function Card({ step, x, y, zoom, selected, critical, took, onSelect }: Props) {
  const { t, status, rtl } = useWords();
  return (
    <button
      type="button"
      className="st node"
      data-s={step.status}
      data-node={step.id}
      data-sel={selected}
      data-critical={critical}
      aria-label={`${step.title}, ${status(step.status)}`}
      style={{ insetInlineStart: x, insetBlockStart: y, position: "absolute", scale: String(zoom), transformOrigin: rtl ? "top right" : "top left" }}
      onClick={() => onSelect(step.id)}
    >
      <span className="flex w-full items-start gap-1.5">
        <span className="pt-px">
          <StatusIcon status={step.status} />
        </span>
        <span className="line-clamp-2 flex-1 text-[12.5px] leading-[16px] font-semibold">
          <Value text={step.title} />
        </span>
      </span>
      <span className="flex w-full items-center justify-between gap-1.5 text-2xs leading-4">
        {TOLD.has(step.status) ? <span className="node-told font-medium">{status(step.status)}</span> : <Code text={step.uses} className="truncate text-[10.5px]! text-fg-3" />}
        <span className="node-told flex shrink-0 items-center gap-1.5 font-medium">
          {step.attempt > 1 && (
            <span className="inline-flex items-center gap-0.5" title={t("attempt", { number: step.attempt })}>
              <RotateCcw size={10} aria-hidden />
              <Num text={String(step.attempt)} />
            </span>
          )}
          {step.items != null && <Num text={`${step.itemsDone}/${step.items}`} />}
          {took !== undefined ? <Num text={duration(took)} /> : step.status === "running" ? status("running") : null}
        </span>
      </span>
    </button>
  );
});
