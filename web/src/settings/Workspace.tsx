/** The workspace one works in, its name, and as whom. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "../api/client";
import { meQuery } from "../api/queries";
import { useWords } from "../i18n";
import { Value } from "../ui/bidi";
import { Line } from "../ui/Line";
import { Failed, Loading, ProblemText } from "../ui/states";

export function Workspace() {
  const { t, role } = useWords();
  const cache = useQueryClient();
  const me = useQuery(meQuery);
  const [name, setName] = useState<string | null>(null);
  const rename = useMutation({
    mutationFn: () => api.people.rename(name ?? ""),
    onSuccess: () => {
      setName(null);
      return cache.invalidateQueries({ queryKey: ["me"] });
    },
  });
  if (me.isPending) return <Loading rows={1} />;
  if (!me.data) return <Failed error={me.error} again={() => void me.refetch()} />;
  const now = me.data.workspace.name;
  return (
    <div className="flex flex-col gap-3" data-workspace>
      <p className="text-sm">
        {t("youAre")} <strong>{<Value text={me.data.name} />}</strong> · {role(me.data.role)}
        {me.data.installation && <span className="text-fg-2"> · {t("byToken")}</span>}
      </p>
      {me.data.may.includes("manage-workspace") ? (
        <form
          className="flex flex-wrap items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            rename.mutate();
          }}
        >
          <div className="min-w-56 flex-1">
            <Line name={t("workspaceName")}>{(id) => <input id={id} className="field" type="text" dir="auto" required maxLength={100} value={name ?? now} onChange={(event) => setName(event.target.value)} />}</Line>
          </div>
          <button type="submit" className="btn" disabled={rename.isPending || name === null || name.trim() === now}>
            {t("rename")}
          </button>
        </form>
      ) : (
        <p className="text-sm font-semibold">
          <Value text={now} />
        </p>
      )}
      <ProblemText error={rename.error} />
    </div>
  );
}
