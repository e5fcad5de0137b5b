/** The axis of working time, shared by every table that has bars on it: its labels in the head, its lines behind the rows. Time runs from the
 *  inline start, so that right-to-left mirrors by itself. */

import { memo, useMemo } from "react";

import { useWords } from "../i18n";
import { Num } from "../ui/bidi";
import { duration } from "../ui/units";

export interface Axis {
  length: number; // seconds
  lines: readonly number[]; // where they stand, in seconds
}

/** The classes of the three columns: the names, the axis, what stands after it. */
export interface Columns {
  name: string;
  chart: string;
  end: string;
}

const SPARE = 1.08; // room for a label after the last bar
const SHORTEST = 0.05; // seconds
const GROWTH = 1.25;

/** While `growing` the length goes up by steps: an axis that grew with every event would move every bar every time. */
export function useAxis(total: number, growing: boolean): Axis {
  const exact = Math.max(total * SPARE, SHORTEST);
  const length = growing ? GROWTH ** Math.ceil(Math.log(exact) / Math.log(GROWTH)) : exact;
  return useMemo(() => ({ length, lines: ticks(length) }), [length]);
}

export const percent = (x: number): string => `${Math.min(100, Math.max(0, x * 100))}%`;

/** Round places for four to six lines. */
function ticks(length: number): number[] {
  const raw = length / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const apart = [1, 2, 2.5, 5, 10].map((m) => m * power).find((m) => m >= raw)!;
  return Array.from({ length: Math.floor(length / apart) + 1 }, (_, place) => place * apart).filter((x) => x < length * 0.95);
}

export function AxisHead({ axis, columns, name, end }: { axis: Axis; columns: Columns; name: string; end: string }) {
  const { t } = useWords();
  return (
    <div role="rowgroup" className="sticky top-0 z-10 bg-surface">
      <div role="row" className="flex h-9 items-center border-b text-2xs text-fg-3">
        <div role="columnheader" className={`shrink-0 ps-4 text-xs font-semibold text-fg-2 ${columns.name}`}>
          {name}
        </div>
        <div role="columnheader" className={`relative me-4 h-full flex-1 ${columns.chart}`}>
          <span className="sr-only">{t("duration")}</span>
          {axis.lines.map((x) => (
            <span key={x} aria-hidden className="absolute top-2.5 ps-1.5" style={{ insetInlineStart: percent(x / axis.length) }}>
              <Num text={x === 0 ? "0" : duration(x)} />
            </span>
          ))}
        </div>
        <div role="columnheader" className={`shrink-0 pe-4 text-end ${columns.end}`}>
          {end}
        </div>
      </div>
    </div>
  );
}

const NO_BREAKS: readonly number[] = [];

/** Once for all rows, behind them. */
export const AxisGrid = memo(function AxisGrid({ axis, columns, breaks = NO_BREAKS }: { axis: Axis; columns: Columns; breaks?: readonly number[] }) {
  return (
    <div aria-hidden className="pointer-events-none absolute inset-0 flex">
      <div className={`shrink-0 ${columns.name}`} />
      <div className={`relative me-4 flex-1 ${columns.chart}`}>
        {axis.lines.map((x) => (
          <i key={x} className="absolute inset-y-0 w-px bg-line" style={{ insetInlineStart: percent(x / axis.length) }} />
        ))}
        {breaks.map((x, place) => (
          <i key={place} className="break" style={{ insetInlineStart: percent(x / axis.length) }} />
        ))}
      </div>
      <div className={`shrink-0 ${columns.end}`} />
    </div>
  );
});
