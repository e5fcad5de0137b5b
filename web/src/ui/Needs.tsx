/** What takes a right that the reader's role may not have: then it is not offered, and a sentence says why. */

import type { ReactNode } from "react";

import { useWords } from "../i18n";
import { useMe } from "../settings/me";

/** Whether it is known that the reader may not do this. */
export function useRefused(action: string): boolean {
  const { me, may } = useMe();
  return me !== undefined && !may(action);
}

/** silent: where the sentence stands beside it already. */
export function Needs({ action, silent = false, children }: { action: string; silent?: boolean; children: ReactNode }) {
  const { t, role } = useWords();
  const { me } = useMe();
  if (!useRefused(action)) return children;
  if (silent || !me) return null;
  return (
    <p className="text-sm text-fg-2" data-refused={action}>
      {t("lookingOn", { role: role(me.role) })}
    </p>
  );
}
