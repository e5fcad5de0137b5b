/** A form for a new key, and the one time that the key is shown. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { Copy, KeyRound } from "lucide-react";
import { useState } from "react";

import { api, type NewKey } from "../api/client";
import { membersQuery } from "../api/queries";
import { useWords } from "../i18n";
import { Dialog } from "../ui/Dialog";
import { Line } from "../ui/Line";
import { ProblemText } from "../ui/states";
import { reached, type Role, useMe } from "./me";

const DAYS = [7, 30, 90, 365];
const EMPTY = { member: "", name: "", role: "" as Role | "", days: 90 };

export function NewKeyForm({ again }: { again: () => Promise<unknown> }) {
  const { t, role } = useWords();
  const { me } = useMe();
  const members = useQuery(membersQuery).data ?? [];
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState(EMPTY);
  const [made, setMade] = useState<NewKey | null>(null);
  const roles = reached(me?.role);
  const set = (change: Partial<typeof EMPTY>): void => setWanted((old) => ({ ...old, ...change }));
  const make = useMutation({
    mutationFn: () => api.people.makeKey({ member: wanted.member || null, name: wanted.name, role: wanted.role || null, days: wanted.days }),
    onSuccess: (key) => {
      setMade(key);
      make.reset(); // the key stays nowhere but in the dialog
      setWanted(EMPTY);
      setOpen(false);
      return again();
    },
  });
  return (
    <>
      {made && <Once made={made} onClose={() => setMade(null)} />}
      {!open && (
        <button type="button" className="btn self-start" onClick={() => setOpen(true)}>
          <KeyRound size={14} aria-hidden />
          {t("keyNew")}
        </button>
      )}
      {open && (
        <form
          className="flex flex-col gap-3 rounded-lg border p-4"
          aria-label={t("keyNew")}
          autoComplete="off"
          onSubmit={(event) => {
            event.preventDefault();
            make.mutate();
          }}
        >
          <Line name={t("keyFor")}>
            {(id) => (
              <select id={id} className="field" autoFocus value={wanted.member || me?.name} onChange={(event) => set({ member: event.target.value })}>
                {members
                  .filter((one) => roles.includes(one.role))
                  .map((one) => (
                    <option key={one.name} value={one.name}>
                      {one.name}
                    </option>
                  ))}
              </select>
            )}
          </Line>
          <Line name={t("keyName")}>{(id) => <input id={id} className="field" type="text" dir={wanted.name === "" ? undefined : "auto"} maxLength={100} value={wanted.name} onChange={(event) => set({ name: event.target.value })} />}</Line>
          <div className="flex flex-wrap gap-3">
            <Line name={t("keyRole")}>
              {(id) => (
                <select id={id} className="field w-auto!" value={wanted.role} onChange={(event) => set({ role: event.target.value as Role | "" })}>
                  <option value="">{t("keyRoleAll")}</option>
                  {roles.map((one) => (
                    <option key={one} value={one}>
                      {t("keyRoleAtMost", { role: role(one) })}
                    </option>
                  ))}
                </select>
              )}
            </Line>
            <Line name={t("keyDays")}>
              {(id) => (
                <select id={id} className="field w-auto!" value={wanted.days} onChange={(event) => set({ days: Number(event.target.value) })}>
                  {DAYS.map((days) => (
                    <option key={days} value={days}>
                      {t("daysCount", { count: days })}
                    </option>
                  ))}
                </select>
              )}
            </Line>
          </div>
          <ProblemText error={make.error} />
          <div className="flex gap-2">
            <button type="submit" className="btn primary" disabled={make.isPending}>
              {t("keyMake")}
            </button>
            <span className="flex-1" />
            <button type="button" className="btn" onClick={() => setOpen(false)}>
              {t("close")}
            </button>
          </div>
        </form>
      )}
    </>
  );
}

function Once({ made, onClose }: { made: NewKey; onClose: () => void }) {
  const { t } = useWords();
  const [copied, setCopied] = useState(false);
  return (
    <Dialog title={t("keyMade", { name: made.member })} onClose={onClose}>
      <p className="mb-3 text-sm text-fg-2">{t("keyOnce")}</p>
      <input className="field mb-3 font-mono" dir="ltr" readOnly data-first aria-label={t("keyMade", { name: made.member })} value={made.key} onFocus={(event) => event.target.select()} />
      <div className="flex flex-wrap items-center gap-2">
        <button type="button" className="btn primary" onClick={() => void navigator.clipboard.writeText(made.key).then(() => setCopied(true))}>
          <Copy size={14} aria-hidden />
          {t("keyCopy")}
        </button>
        <span role="status" className="text-sm">
          {copied && t("copied")}
        </span>
        <span className="flex-1" />
        <button type="button" className="btn" onClick={onClose}>
          {t("keyKept")}
        </button>
      </div>
    </Dialog>
  );
}
