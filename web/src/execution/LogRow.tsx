/** One line of the log. It begins where its own text begins. */

import { memo } from "react";

import { useWords } from "../i18n";
import { useTold } from "../i18n/told";
import { Code, isRtl, Value } from "../ui/bidi";
import type { Line } from "./live";

const WRONG = /failed|refused|lost|quarantined/; // events that tell an error

export const LogRow = memo(function LogRow({ line }: { line: Line }) {
  const { event, time } = useWords();
  const told = useTold();
  const text = WRONG.test(line.kind) ? told({ detail: line.told }) : line.told;
  return (
    <div className="log-row" data-level={line.level} data-kind={line.kind} data-seq={line.seq}>
      <div className="flex flex-wrap gap-x-2 text-2xs leading-4 text-fg-2">
        <Code text={time(line.at)} className="text-[11px]! text-fg-3" />
        <span className="font-medium">{event(line.kind)}</span>
        {line.step !== "" && <Code text={line.step} className="text-[11px]!" />}
      </div>
      {text !== "" && (
        <div dir={isRtl(text) ? "rtl" : "ltr"} className="log-told">
          <Value text={text} />
        </div>
      )}
    </div>
  );
});
