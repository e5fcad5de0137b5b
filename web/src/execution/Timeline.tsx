/** When each step ran: a real table, with bars for the eye. Bars are placed from the inline start, so that right-to-left mirrors by itself;
 *  left-to-right text stands in a `bdi` inside the placed box, because an inset is resolved against the box's own direction. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useCallback, useMemo, useRef } from "react";

import { useWords } from "../i18n";
import { Num, Value } from "../ui/bidi";
import { StatusIcon } from "../ui/status";
import { duration, money } from "../ui/units";
import { AxisGrid, AxisHead, type Columns, percent, useAxis } from "./Axis";
import type { LiveStep } from "./fold";
import type { Timing } from "./timing";

interface Props {
  steps: readonly LiveStep[];
  timing: Timing;
  path: ReadonlySet<string>;
  growing: boolean;
  selected?: string | undefined;
  onSelect: (id: string) => void;
}

const HEIGHT = 30;
const COLUMNS: Columns = { name: "w-52 max-[900px]:w-36", chart: "", end: "w-16 max-[900px]:hidden" };

export const Timeline = memo(function Timeline({ steps, timing, path, growing, selected, onSelect }: Props) {
  const { t } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const axis = useAxis(timing.total, growing);
  const order = useMemo(() => [...steps].sort((a, b) => (timing.spans.get(a.id)?.start ?? Infinity) - (timing.spans.get(b.id)?.start ?? Infinity) || 0), [steps, timing]);
  const rows = useVirtualizer({
    count: order.length,
    getScrollElement: () => box.current,
    estimateSize: () => HEIGHT,
    overscan: 8,
    getItemKey: useCallback((row: number) => order[row]!.id, [order]),
  });
  return (
    <div ref={box} className="h-full overflow-auto" data-timeline tabIndex={0} role="group" aria-label={t("timeline")}>
      <div role="table" aria-label={t("timeline")} aria-rowcount={order.length + 1} className="text-xs">
        <AxisHead axis={axis} columns={COLUMNS} name={t("timeline")} end={t("cost")} />
        <div role="rowgroup" className="relative" style={{ blockSize: rows.getTotalSize() }}>
          <AxisGrid axis={axis} columns={COLUMNS} breaks={timing.breaks} />
          {rows.getVirtualItems().map((virtual) => {
            const step = order[virtual.index]!;
            const span = timing.spans.get(step.id);
            return (
              <Row
                key={virtual.key}
                step={step}
                row={virtual.index}
                start={span?.start}
                end={span?.end}
                length={axis.length}
                critical={path.has(step.id)}
                selected={selected === step.id}
                onSelect={onSelect}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
});

interface RowProps {
  step: LiveStep;
  row: number;
  start: number | undefined; // seconds on the axis
  end: number | undefined;
  length: number;
  critical: boolean;
  selected: boolean;
  onSelect: (id: string) => void;
}

const Row = memo(function Row({ step, row, start, end, length, critical, selected, onSelect }: RowProps) {
  const { status } = useWords();
  return (
    <div
      role="row"
      aria-rowindex={row + 2}
      data-step={step.id}
      data-status={step.status}
      data-s={step.status}
      className={`st absolute inset-x-0 flex h-[30px] items-center ${selected ? "bg-brand-tint" : "hover:bg-hover"}`}
      style={{ insetBlockStart: row * HEIGHT }}
    >
      <div role="cell" className={`shrink-0 ps-4 pe-2 ${COLUMNS.name}`}>
        <button type="button" onClick={() => onSelect(step.id)} className="flex max-w-full items-center gap-2 text-start">
          <StatusIcon status={step.status} />
          <span className="sr-only">{status(step.status)}: </span>
          <span className={`truncate text-sm ${critical ? "font-semibold" : ""}`} title={step.title}>
            <Value text={step.title} />
          </span>
        </button>
      </div>
      <div role="cell" className="relative me-4 h-full flex-1">
        {start !== undefined && end !== undefined ? <Bar start={start / length} end={end / length} status={step.status} critical={critical} text={duration(end - start)} /> : <Told step={step} />}
      </div>
      <div role="cell" className={`shrink-0 pe-4 text-end text-2xs text-fg-2 ${COLUMNS.end}`}>
        {step.cost ? <Num text={money(step.cost)} /> : null}
      </div>
    </div>
  );
});

function Told({ step }: { step: LiveStep }) {
  const { t, status } = useWords();
  return step.status === "pending" ? null : (
    <span className="absolute inset-y-0 flex items-center text-2xs font-medium" style={{ color: "var(--f)" }}>
      {step.reason === "kept" ? t("kept") : status(step.status)}
    </span>
  );
}

/** The duration stands in the bar where it fits, else beside it. */
function Bar({ start, end, status, critical, text }: { start: number; end: number; status: string; critical: boolean; text: string }) {
  const inside = end - start > 0.15;
  const beside = end < 0.84 ? { insetInlineStart: percent(end), color: "var(--fg-2)" } : { insetInlineEnd: `calc(100% - ${percent(start)})`, color: "var(--fg-2)" };
  return (
    <>
      <div className="span" data-s={status} data-critical={critical} style={{ insetInlineStart: percent(start), inlineSize: `calc(${percent(end)} - ${percent(start)})` }} />
      <span className="absolute inset-y-0 flex items-center whitespace-nowrap px-1.5 text-2xs font-medium" style={inside ? { insetInlineStart: percent(start), color: "var(--f)" } : beside}>
        <Num text={text} />
      </span>
    </>
  );
}
