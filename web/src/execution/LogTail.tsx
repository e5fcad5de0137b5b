/** The log, live: filtered, followed, of any length. A line begins where its own text begins. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDownToLine, CircleAlert, Download, Search } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";

import { useWords } from "../i18n";
import { Code, isRtl, Value } from "../ui/bidi";
import type { Line } from "./live";

const COLOR = { info: "var(--fg)", warn: "var(--wait-f)", error: "var(--err-f)" };

interface Props {
  lines: readonly Line[];
  step?: string | undefined;
  onEarlier: () => Promise<void>;
}

export function LogTail({ lines, step, onEarlier }: Props) {
  const { t, event, time } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [follow, setFollow] = useState(true);
  const [problems, setProblems] = useState(false);
  const [wanted, setWanted] = useState("");
  const shown = useMemo(() => {
    const word = wanted.toLowerCase();
    return lines.filter(
      (line) =>
        (step === undefined || line.step === step) &&
        (!problems || line.level !== "info") &&
        (word === "" || `${line.told} ${line.step} ${line.kind} ${event(line.kind)}`.toLowerCase().includes(word)),
    );
  }, [lines, step, problems, wanted, event]);
  const rows = useVirtualizer({ count: shown.length, getScrollElement: () => box.current, estimateSize: () => 28, overscan: 12, getItemKey: (row) => shown[row]!.seq });
  useEffect(() => {
    if (follow && shown.length > 0) rows.scrollToIndex(shown.length - 1, { align: "end" });
  }, [shown.length, follow, rows]);

  const download = (): void => {
    const text = shown.map((line) => [line.at, line.kind, line.step, line.told].join("\t")).join("\n");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = "tizmoret-log.txt";
    link.click();
    URL.revokeObjectURL(link.href);
  };

  const first = lines[0]?.seq ?? 1;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex items-center gap-1 border-b p-2">
        <label className="flex h-8 flex-1 items-center gap-1.5 rounded-md bg-sunken px-2 text-fg-3 outline-(--ring) focus-within:outline-2">
          <Search size={14} aria-hidden />
          <input value={wanted} onChange={(change) => setWanted(change.target.value)} dir={wanted === "" ? undefined : "auto"} aria-label={t("filterLog")} placeholder={t("filterLog")} className="min-w-0 flex-1 bg-transparent text-sm text-fg outline-none" />
        </label>
        {(
          [
            [CircleAlert, t("errorsOnly"), problems, () => setProblems(!problems)],
            [ArrowDownToLine, t("follow"), follow, () => setFollow(!follow)],
            [Download, t("downloadLog"), undefined, download],
          ] as const
        ).map(([Icon, label, pressed, act]) => (
          <button key={label} type="button" className={`btn ghost icon h-8! w-8! ${pressed ? "bg-brand-tint! text-brand!" : ""}`} aria-pressed={pressed} aria-label={label} title={label} onClick={act}>
            <Icon size={15} aria-hidden />
          </button>
        ))}
      </div>
      <div ref={box} tabIndex={0} role="log" aria-live="off" aria-label={t("log")} className="min-h-0 flex-1 overflow-auto" onWheel={(wheel) => wheel.deltaY < 0 && setFollow(false)}>
        {first > 1 && (
          <button type="button" className="btn ghost m-2 h-7!" onClick={() => void onEarlier()}>
            {t("earlier")}
          </button>
        )}
        {shown.length === 0 && <p className="p-4 text-sm text-fg-3">{t("emptyLog")}</p>}
        <div style={{ blockSize: rows.getTotalSize(), position: "relative" }}>
          {rows.getVirtualItems().map((virtual) => {
            const line = shown[virtual.index]!;
            const rtl = isRtl(line.told);
            return (
              <div
                key={virtual.key}
                data-index={virtual.index}
                data-kind={line.kind}
                data-seq={line.seq}
                ref={rows.measureElement}
                className="absolute inset-x-0 border-s-2 px-3 py-1"
                style={{
                  transform: `translateY(${virtual.start}px)`,
                  borderInlineStartColor: line.level === "info" ? "transparent" : line.level === "warn" ? "var(--wait)" : "var(--err)",
                  background: line.level === "info" ? undefined : `color-mix(in oklch, var(${line.level === "warn" ? "--wait-t" : "--err-t"}) 55%, transparent)`,
                }}
              >
                <div className="flex flex-wrap gap-x-2 text-2xs leading-4 text-fg-2">
                  <Code text={time(line.at)} className="text-[11px]! text-fg-3" />
                  <span className="font-medium">{event(line.kind)}</span>
                  {line.step !== "" && <Code text={line.step} className="text-[11px]!" />}
                </div>
                {line.told !== "" && (
                  <div dir={rtl ? "rtl" : "ltr"} className="break-words text-start text-[12.5px] leading-[1.2rem]" style={{ color: COLOR[line.level] }}>
                    <Value text={line.told} />
                  </div>
                )}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
