/** The keys that people sign in with: whose, until when, when last used. A new one is shown once and then nowhere. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Trash2 } from "lucide-react";
import { useState } from "react";

import { api, type KeyView } from "../api/client";
import { keysQuery } from "../api/queries";
import { useWords } from "../i18n";
import { Code, Value } from "../ui/bidi";
import { Failed, Loading } from "../ui/states";
import { Sure } from "../ui/Sure";
import { useMe } from "./me";
import { NewKeyForm } from "./NewKey";

export function Keys() {
  const { t } = useWords();
  const cache = useQueryClient();
  const found = useQuery(keysQuery);
  const { may } = useMe();
  const again = () => Promise.all(["keys", "members"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
  return (
    <div className="flex flex-col gap-4" data-keys>
      <p className="text-sm text-fg-2">{t("keysText")}</p>
      {found.isPending && <Loading rows={2} />}
      {found.isError && !found.data && <Failed error={found.error} again={() => void found.refetch()} />}
      {found.data?.length === 0 && <p className="text-sm text-fg-3">{t("keysNone")}</p>}
      {found.data && found.data.length > 0 && (
        <ul className="divide-y divide-line rounded-lg border">
          {found.data.map((one) => (
            <Row key={one.id} one={one} again={again} />
          ))}
        </ul>
      )}
      {may("manage-keys") ? <NewKeyForm again={again} /> : <p className="text-sm text-fg-3">{t("askOwner")}</p>}
    </div>
  );
}

function Row({ one, again }: { one: KeyView; again: () => Promise<unknown> }) {
  const { t, ago, date, role } = useWords();
  const [sure, setSure] = useState(false);
  const revoke = useMutation({ mutationFn: () => api.people.revoke(one.id), onSuccess: again });
  const over = Date.parse(one.expiresAt) < Date.now();
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3" data-key={one.prefix}>
      <KeyRound size={14} aria-hidden className="text-fg-3" />
      <div className="min-w-40 flex-1">
        <p className="flex flex-wrap items-center gap-x-2">
          <Code text={`${one.prefix}…`} className="font-semibold" />
          <span className="text-sm">
            <Value text={one.member} />
          </span>
          {one.name && (
            <span className="text-sm text-fg-2">
              <Value text={one.name} />
            </span>
          )}
        </p>
        <p className="text-xs text-fg-2">
          {one.role && <>{t("keyRoleAtMost", { role: role(one.role) })} · </>}
          {over ? <span className="text-err-f">{t("keyOver")}</span> : <>{t("keyExpires")} <time dateTime={one.expiresAt}>{date(one.expiresAt)}</time></>} ·{" "}
          {one.lastUsedAt ? <>{t("keyUsed")} <time dateTime={one.lastUsedAt}>{ago(one.lastUsedAt)}</time></> : t("keyUnused")}
        </p>
      </div>
      <button type="button" className="btn icon danger" onClick={() => setSure(true)} aria-label={t("revokeKey", { name: one.prefix })} title={t("revoke")}>
        <Trash2 size={14} aria-hidden />
      </button>
      {sure && (
        <Sure title={t("revokeSure")} no={t("keepIt")} yes={t("revoke")} busy={revoke.isPending} error={revoke.error} onNo={() => setSure(false)} onYes={() => revoke.mutate()}>
          <Code text={`${one.prefix}…`} className="font-semibold" /> · <Value text={one.member} />. {t("revokeText")}
        </Sure>
      )}
    </li>
  );
}
