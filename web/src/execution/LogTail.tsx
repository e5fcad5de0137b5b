/** The log, live: filtered, followed, of any length. */

import { ArrowDownToLine, CircleAlert, Download, Search } from "lucide-react";
import { useMemo, useRef, useState } from "react";

import { useWords } from "../i18n";
import type { Line } from "./live";
import { AllLines, LastLines, topLine } from "./LogLines";

const LEFT = 4; // pixels above the end from which on the log is not followed

interface Props {
  lines: readonly Line[];
  step?: string | undefined;
  onEarlier: () => Promise<void>;
}

export function LogTail({ lines, step, onEarlier }: Props) {
  const { t, event } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [follow, setFollow] = useState(true);
  const [from, setFrom] = useState(0); // the line at which the reader left the end
  const [problems, setProblems] = useState(false);
  const [wanted, setWanted] = useState("");
  const shown = useMemo(() => {
    const word = wanted.toLowerCase();
    if (step === undefined && !problems && word === "") return lines;
    return lines.filter(
      (line) =>
        (step === undefined || line.step === step) &&
        (!problems || line.level !== "info") &&
        (word === "" || `${line.told} ${line.step} ${line.kind} ${event(line.kind)}`.toLowerCase().includes(word)),
    );
  }, [lines, step, problems, wanted, event]);
  const download = (): void => {
    const text = shown.map((line) => [line.at, line.kind, line.step, line.told].join("\t")).join("\n");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = "tizmoret-log.txt";
    link.click();
    URL.revokeObjectURL(link.href);
  };

  const turn = (to: boolean): void => {
    if (!to) setFrom(topLine(box.current!, shown));
    setFollow(to);
  };
  /** A box whose end comes first counts up to 0 there. */
  const leave = (): void => {
    if (follow && box.current!.scrollTop < -LEFT) turn(false);
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
            [ArrowDownToLine, t("follow"), follow, () => turn(!follow)],
            [Download, t("downloadLog"), undefined, download],
          ] as const
        ).map(([Icon, label, pressed, act]) => (
          <button key={label} type="button" className={`btn ghost icon h-8! w-8! ${pressed ? "bg-brand-tint! text-brand!" : ""}`} aria-pressed={pressed} aria-label={label} title={label} onClick={act}>
            <Icon size={15} aria-hidden />
          </button>
        ))}
      </div>
      <div ref={box} tabIndex={0} role="log" aria-live="off" aria-label={t("log")} className={`min-h-0 flex-1 overflow-auto ${follow ? "end-first" : ""}`} onScroll={leave}>
        <div>
          {first > 1 && (
            <button type="button" className="btn ghost m-2 h-7!" onClick={() => void onEarlier()}>
              {t("earlier")}
            </button>
          )}
          {shown.length === 0 && <p className="p-4 text-sm text-fg-3">{t("emptyLog")}</p>}
          {follow ? <LastLines lines={shown} box={box} /> : <AllLines lines={shown} box={box} from={from} />}
        </div>
      </div>
    </div>
  );
}
