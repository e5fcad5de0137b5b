/** The steps of two executions on one axis of working time: of each pair two bars, the first above the second. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";

import { AxisGrid, AxisHead, type Columns, percent, useAxis } from "../execution/Axis";
import type { LiveStep } from "../execution/fold";
import { useWords } from "../i18n";
import type { Message } from "../i18n/words";
import { Num, Value } from "../ui/bidi";
import { StatusIcon } from "../ui/status";
import { duration, money } from "../ui/units";
import { type Aspect, type Pair, type Side, took } from "./sides";

const ROW = 44;
const COLUMNS: Columns = { name: "w-64 max-[900px]:w-40", chart: "max-[600px]:hidden", end: "w-40" };
export const ASPECTS: Record<Aspect, Message> = { plan: "comparePlan", input: "compareInput", output: "compareOutput", status: "compareStatus" };

interface Props {
  pairs: readonly Pair[];
  first: Side;
  second: Side;
  selected: string | undefined;
  onSelect: (id: string) => void;
}

export function Waterfall({ pairs, first, second, selected, onSelect }: Props) {
  const { t } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const axis = useAxis(Math.max(first.timing.total, second.timing.total), false);
  const rows = useVirtualizer({ count: pairs.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 12, getItemKey: (row) => pairs[row]!.id });
  return (
    <div ref={box} className="max-h-[460px] overflow-auto" tabIndex={0} role="group" aria-label={t("compareBoth")} data-waterfall>
      <div role="table" aria-label={t("compareBoth")} aria-rowcount={pairs.length + 1} className="text-xs">
        <AxisHead axis={axis} columns={COLUMNS} name={t("steps")} end={`${t("duration")} · ${t("cost")}`} />
        <div role="rowgroup" className="relative" style={{ blockSize: rows.getTotalSize() }}>
          <AxisGrid axis={axis} columns={COLUMNS} />
          {rows.getVirtualItems().map((virtual) => {
            const pair = pairs[virtual.index]!;
            return (
              <div
                key={virtual.key}
                role="row"
                aria-rowindex={virtual.index + 2}
                data-pair={pair.id}
                className={`absolute inset-x-0 flex items-center ${selected === pair.id ? "bg-brand-tint" : "hover:bg-hover"}`}
                style={{ insetBlockStart: virtual.start, blockSize: ROW }}
              >
                <div role="cell" className={`shrink-0 ps-4 pe-2 ${COLUMNS.name}`}>
                  <button type="button" onClick={() => onSelect(pair.id)} aria-pressed={selected === pair.id} className="flex max-w-full flex-col text-start">
                    <span className="max-w-full truncate text-sm font-medium">
                      <Value text={pair.title} />
                    </span>
                    <Differs pair={pair} />
                  </button>
                </div>
                <div role="cell" className={`relative me-4 h-full flex-1 ${COLUMNS.chart}`}>
                  <Bar side={first} step={pair.one} length={axis.length} second={false} />
                  <Bar side={second} step={pair.other} length={axis.length} second />
                </div>
                <div role="cell" className={`flex shrink-0 flex-col items-end pe-4 text-2xs text-fg-2 ${COLUMNS.end}`}>
                  <Told side={first} step={pair.one} name={t("compareFirst")} />
                  <Told side={second} step={pair.other} name={t("compareSecond")} />
                </div>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

export function Differs({ pair }: { pair: Pair }) {
  const { t } = useWords();
  const told = !pair.other ? [t("compareOnly", { which: t("compareFirst") })] : !pair.one ? [t("compareOnly", { which: t("compareSecond") })] : pair.differs.map((aspect) => t(ASPECTS[aspect]));
  return <span className={`max-w-full truncate text-2xs ${told.length > 0 ? "text-wait-f" : "text-fg-3"}`}>{told.length > 0 ? told.join(" · ") : t("compareSame")}</span>;
}

function Bar({ side, step, length, second }: { side: Side; step: LiveStep | undefined; length: number; second: boolean }) {
  const span = step && side.timing.spans.get(step.id);
  if (!step || !span) return null;
  const place = { insetInlineStart: percent(span.start / length), inlineSize: `calc(${percent(span.end / length)} - ${percent(span.start / length)})` };
  return <div className={`st span twin ${second ? "second" : ""}`} data-s={step.status} style={place} />;
}

/** Its state, seconds and cost; a kept step says so. */
function Told({ side, step, name }: { side: Side; step: LiveStep | undefined; name: string }) {
  const { t, status } = useWords();
  const seconds = step && took(side, step.id);
  return (
    <span className="flex items-center gap-1.5">
      <span className="sr-only">{name}: </span>
      {step ? (
        <>
          {seconds !== undefined ? <Num text={duration(seconds)} /> : <span>{step.reason === "kept" ? t("kept") : status(step.status)}</span>}
          {step.cost ? <Num text={money(step.cost)} /> : null}
          <StatusIcon status={step.status} size={12} />
        </>
      ) : (
        "–"
      )}
    </span>
  );
}
