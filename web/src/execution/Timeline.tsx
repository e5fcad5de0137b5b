/** When each step ran: a real table, with bars for the eye. Bars are placed from the inline start, so that right-to-left mirrors by itself;
 *  left-to-right text stands in a `bdi` inside the placed box, because an inset is resolved against the box's own direction. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useRef } from "react";

import { useWords } from "../i18n";
import { Num, Value } from "../ui/bidi";
import { StatusIcon } from "../ui/status";
import { duration, money } from "../ui/units";
import { percent, ticks } from "./axis";
import type { LiveStep } from "./fold";
import type { Timing } from "./timing";

interface Props {
  steps: readonly LiveStep[];
  timing: Timing;
  path: ReadonlySet<string>;
  selected?: string | undefined;
  onSelect: (id: string) => void;
}

const ROW = 30;

export const Timeline = memo(function Timeline({ steps, timing, path, selected, onSelect }: Props) {
  const { t, status } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const length = Math.max(timing.total * 1.08, 0.05);
  const lines = ticks(length);
  const order = [...steps].sort((a, b) => (timing.spans.get(a.id)?.start ?? Infinity) - (timing.spans.get(b.id)?.start ?? Infinity) || 0);
  const rows = useVirtualizer({ count: order.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 20, getItemKey: (row) => order[row]!.id });
  const grid = lines.map((x) => <i key={x} aria-hidden className="absolute inset-y-0 w-px bg-line" style={{ insetInlineStart: percent(x / length) }} />);
  const breaks = timing.breaks.map((x, place) => <i key={place} aria-hidden className="break" style={{ insetInlineStart: percent(x / length) }} />);
  return (
    <div ref={box} className="h-full overflow-auto" data-timeline tabIndex={0} role="group" aria-label={t("timeline")}>
      <div role="table" aria-label={t("timeline")} aria-rowcount={order.length + 1} className="text-xs">
        <div role="rowgroup" className="sticky top-0 z-10 bg-surface">
          <div role="row" className="flex h-9 items-center border-b text-2xs text-fg-3">
            <div role="columnheader" className="w-52 shrink-0 ps-4 text-xs font-semibold text-fg-2 max-[900px]:w-36">
              {t("timeline")}
            </div>
            <div role="columnheader" className="relative me-4 h-full flex-1">
              <span className="sr-only">{t("duration")}</span>
              {lines.map((x) => (
                <span key={x} aria-hidden className="absolute top-2.5 ps-1.5" style={{ insetInlineStart: percent(x / length) }}>
                  <Num text={x === 0 ? "0" : duration(x)} />
                </span>
              ))}
            </div>
            <div role="columnheader" className="w-16 shrink-0 pe-4 text-end max-[900px]:hidden">
              {t("cost")}
            </div>
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ blockSize: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((virtual) => {
            const step = order[virtual.index]!;
            const span = timing.spans.get(step.id);
            return (
              <div
                key={virtual.key}
                role="row"
                aria-rowindex={virtual.index + 2}
                data-step={step.id}
                data-status={step.status}
                data-s={step.status}
                className={`st absolute inset-x-0 flex h-[30px] items-center ${selected === step.id ? "bg-brand-tint" : "hover:bg-hover"}`}
                style={{ insetBlockStart: virtual.start }}
              >
                <div role="cell" className="w-52 shrink-0 ps-4 pe-2 max-[900px]:w-36">
                  <button type="button" onClick={() => onSelect(step.id)} className="flex max-w-full items-center gap-2 text-start">
                    <StatusIcon status={step.status} />
                    <span className="sr-only">{status(step.status)}: </span>
                    <span className={`truncate text-sm ${path.has(step.id) ? "font-semibold" : ""}`} title={step.title}>
                      <Value text={step.title} />
                    </span>
                  </button>
                </div>
                <div role="cell" className="relative me-4 h-full flex-1">
                  {grid}
                  {breaks}
                  {span ? <Bar start={span.start / length} end={span.end / length} status={step.status} critical={path.has(step.id)} text={duration(span.end - span.start)} /> : <Told step={step} />}
                </div>
                <div role="cell" className="w-16 shrink-0 pe-4 text-end text-2xs text-fg-2 max-[900px]:hidden">
                  {step.cost ? <Num text={money(step.cost)} /> : null}
                </div>
              </div>
            );
          })}
        </div>
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
