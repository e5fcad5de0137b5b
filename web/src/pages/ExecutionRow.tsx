import { Link } from "@tanstack/react-router";

import type { Execution } from "../api/client";
import { useWords } from "../i18n";
import { Num, Value } from "../ui/bidi";
import { Badge } from "../ui/status";
import { between, duration, money } from "../ui/units";

/** One execution in a list. */
export function ExecutionRow({ execution }: { execution: Execution }) {
  const { ago } = useWords();
  return (
    <li>
      <Link to="/$id" params={{ id: execution.id }} className="flex min-h-12 items-center gap-3 px-4 py-2 hover:bg-hover max-[900px]:flex-wrap max-[900px]:gap-x-3 max-[900px]:gap-y-1">
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
