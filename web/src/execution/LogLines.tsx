/** The lines of a log in its box, of which only those near the view are in the page. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useState } from "react";

import type { Line } from "./live";
import { LogRow } from "./LogRow";

interface Props {
  lines: readonly Line[];
  box: RefObject<HTMLDivElement | null>;
}

const ROW = 26; // pixels of a line without text: the lowest there is

/** The end of the log while it grows. Nothing is measured: the last lines fill the box, whatever their heights, and a box of `end-first` stays
 *  at its end by itself. */
export function LastLines({ lines, box }: Props) {
  const fill = Math.ceil(useHeight(box) / ROW) + 1;
  const last = lines.slice(-fill);
  return (
    <>
      <div style={{ blockSize: (lines.length - last.length) * ROW }} />
      {/* A row that leaves lends its element to the one that comes. */}
      {last.map((line, place) => (
        <LogRow key={(lines.length - last.length + place) % fill} line={line} />
      ))}
    </>
  );
}

/** Any part of the log, to be scrolled through from its line number `from`. */
export function AllLines({ lines, box, from }: Props & { from: number }) {
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 12,
    initialOffset: from * ROW,
    getItemKey: useCallback((row: number) => lines[row]!.seq, [lines]),
  });
  useLayoutEffect(() => {
    if (from < lines.length) rows.scrollToIndex(from, { align: "start" });
  }, []);
  return (
    <div style={{ blockSize: rows.getTotalSize(), position: "relative" }}>
      {rows.getVirtualItems().map((virtual) => (
        <div key={virtual.key} ref={rows.measureElement} data-index={virtual.index} className="absolute inset-x-0" style={{ transform: `translateY(${virtual.start}px)` }}>
          <LogRow line={lines[virtual.index]!} />
        </div>
      ))}
    </div>
  );
}

/** Which of the lines stands at the top of a box that follows the end. */
export function topLine(box: HTMLElement, lines: readonly Line[]): number {
  const top = box.getBoundingClientRect().top;
  const rows = [...box.querySelectorAll<HTMLElement>("[data-seq]")];
  const row = rows.findIndex((one) => one.getBoundingClientRect().bottom > top);
  const above = box.scrollHeight - box.clientHeight + box.scrollTop;
  return row > 0 ? lines.length - rows.length + row : Math.max(0, Math.floor(above / ROW));
}

function useHeight(box: RefObject<HTMLElement | null>): number {
  const [height, setHeight] = useState(800);
  useEffect(() => {
    const watch = new ResizeObserver(() => setHeight(box.current?.clientHeight ?? 800));
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, [box]);
  return height;
}
