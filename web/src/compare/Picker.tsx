/** Which other execution to compare with: those of the same words first. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";

import type { Execution } from "../api/client";
import { executionsQuery } from "../api/queries";
import { useWords } from "../i18n";
import { Value } from "../ui/bidi";
import { Dialog } from "../ui/Dialog";
import { Loading } from "../ui/states";
import { Badge } from "../ui/status";

export function Picker({ execution, onClose }: { execution: Execution; onClose: () => void }) {
  const { t, ago } = useWords();
  const [word, setWord] = useState(execution.request.slice(0, 200));
  const found = useQuery({ ...executionsQuery({ limit: 20, query: useDeferredValue(word.trim()) }), placeholderData: (before) => before });
  const others = found.data?.items.filter((one) => one.id !== execution.id) ?? [];
  return (
    <Dialog title={t("comparePick")} onClose={onClose}>
      <input type="search" className="field mb-3" dir={word === "" ? undefined : "auto"} aria-label={t("searchExecutions")} placeholder={t("searchExecutions")} value={word} onChange={(event) => setWord(event.target.value)} />
      {found.isPending && <Loading />}
      {found.data && others.length === 0 && <p className="text-sm text-fg-2">{t("compareNone")}</p>}
      <ul className="flex flex-col divide-y divide-line" data-others>
        {others.map((other) => (
          <li key={other.id}>
            <Link to="/compare/$one/$other" params={{ one: other.id, other: execution.id }} search={{}} className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md p-2 text-sm hover:bg-hover">
              <span className="min-w-40 flex-1 truncate">
                <Value text={other.request} />
              </span>
              <Badge status={other.status} />
              <time dateTime={other.createdAt} className="text-xs text-fg-2">
                {ago(other.createdAt)}
              </time>
            </Link>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
