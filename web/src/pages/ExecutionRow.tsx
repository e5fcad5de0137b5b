import { Link } from "@tanstack/react-router";

import type { Execution } from "../api/client";
import { useWords } from "../i18n";
import { Num, Value } from "../ui/bidi";
import { Badge } from "../ui/status";
import { between, duration, money } from "../ui/units";

/** One execution in a list. */
export function ExecutionRow({ execution, mark }: { execution: Execution; mark?: { on: boolean; toggle: () => void } | undefined }) {
  const { t, ago } = useWords();
  return (
    <li className={mark ? "flex items-center ps-4" : ""}>
      {mark && <input type="checkbox" className="size-4 shrink-0" checked={mark.on} onChange={mark.toggle} aria-label={t("mark", { title: execution.request })} />}
      <Link to="/$id" params={{ id: execution.id }} className="flex min-h-12 min-w-0 flex-1 items-center gap-3 px-4 py-2 hover:bg-hover max-[900px]:flex-wrap max-[900px]:gap-x-3 max-[900px]:gap-y-1">
        <span className="w-32 shrink-0 max-[900px]:w-auto">
          <Badge status={execution.status} />
        </span>
        <span className="min-w-0 flex-1 truncate font-medium max-[900px]:order-first max-[900px]:basis-full">
          <Value text={execution.request} />
        </span>
        <span className="flex shrink-0 items-center gap-4 text-xs text-fg-2">
          {execution.stepsTotal > 0 && <Num text={`${execution.stepsDone}/${execution.stepsTotal}`} />}
          {execution.cost ? <Num text={money(execution.cost)} /> : null}
          {execution.startedAt && execution.finishedAt && <Num text={duration(between(execution.startedAt, execution.finishedAt))} />}
          <time dateTime={execution.createdAt} className="w-24 text-end max-[900px]:w-auto">
            {ago(execution.createdAt)}
          </time>
        </span>
      </Link>
    </li>
  );
}
