/** The people of the workspace: who they are, what each may do, one more, one less. A change can be taken back where it stands. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2, UserPlus } from "lucide-react";
import { useState } from "react";

import { api, type Member } from "../api/client";
import { membersQuery } from "../api/queries";
import { useWords } from "../i18n";
import { Value } from "../ui/bidi";
import { Line } from "../ui/Line";
import { Failed, Loading, ProblemText } from "../ui/states";
import { Sure } from "../ui/Sure";
import { reached, type Role, useMe } from "./me";

/** What was done last, and what takes it back. */
interface Done {
  text: string;
  back: () => Promise<unknown>;
}

export function Members() {
  const { t } = useWords();
  const cache = useQueryClient();
  const found = useQuery(membersQuery);
  const { may } = useMe();
  const [done, setDone] = useState<Done | null>(null);
  const again = () => Promise.all(["members", "keys", "me"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
  const back = useMutation({
    mutationFn: (one: Done) => one.back(),
    onSuccess: () => setDone(null),
    onSettled: again,
  });
  return (
    <div className="flex flex-col gap-4" data-members>
      <p className="text-sm text-fg-2">{t("membersText")}</p>
      {found.isPending && <Loading rows={2} />}
      {found.isError && !found.data && <Failed error={found.error} again={() => void found.refetch()} />}
      {found.data && (
        <ul className="divide-y divide-line rounded-lg border">
          {found.data.map((one) => (
            <Row key={one.name} one={one} told={setDone} again={again} />
          ))}
        </ul>
      )}
      <p role="status" className={done ? "flex flex-wrap items-center gap-3 text-sm" : "sr-only"}>
        {done && (
          <>
            <span>{done.text}</span>
            <button type="button" className="btn" disabled={back.isPending} onClick={() => back.mutate(done)}>
              {t("takeBack")}
            </button>
          </>
        )}
      </p>
      <ProblemText error={back.error} />
      {may("manage-members") ? <Adding again={again} /> : <p className="text-sm text-fg-3">{t("askOwner")}</p>}
    </div>
  );
}

function Row({ one, told, again }: { one: Member; told: (done: Done) => void; again: () => Promise<unknown> }) {
  const { t, ago, role } = useWords();
  const { me, may } = useMe();
  const [sure, setSure] = useState(false);
  const roles = reached(me?.role);
  const mine = may("manage-members") && roles.includes(one.role) && !one.stays;
  const change = useMutation({
    mutationFn: (to: Role) => api.people.change(one.name, to),
    onSuccess: () => told({ text: t("roleChanged", { name: one.name }), back: () => api.people.change(one.name, one.role) }),
    onSettled: again,
  });
  const remove = useMutation({
    mutationFn: () => api.people.remove(one.name),
    onSuccess: () => {
      setSure(false);
      told({ text: t("memberRemoved", { name: one.name }), back: () => api.people.add(one.name, one.role) });
      return again();
    },
  });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3" data-member={one.name}>
      <div className="min-w-28 flex-1">
        <p className="font-semibold wrap-anywhere">
          <Value text={one.name} />
          {me?.name === one.name && <span className="ms-2 text-xs font-normal text-fg-2">({t("you")})</span>}
        </p>
        <p className="text-xs text-fg-2">
          {t("keysCount", { count: one.keys })} · {one.lastUsedAt ? <>{t("lastUsed")} <time dateTime={one.lastUsedAt}>{ago(one.lastUsedAt)}</time></> : t("neverUsed")}
        </p>
        <ProblemText error={change.error} />
      </div>
      {mine ? (
        <select className="field w-auto!" aria-label={t("roleOf", { name: one.name })} value={change.isPending ? change.variables : one.role} disabled={change.isPending} onChange={(event) => change.mutate(event.target.value as Role)}>
          {roles.map((name) => (
            <option key={name} value={name}>
              {role(name)}
            </option>
          ))}
        </select>
      ) : (
        <span className="text-sm" title={one.stays ? t("memberStays") : undefined}>
          {role(one.role)}
        </span>
      )}
      {mine && (
        <button type="button" className="btn icon danger" onClick={() => setSure(true)} aria-label={t("removeMember", { name: one.name })} title={t("remove")}>
          <Trash2 size={14} aria-hidden />
        </button>
      )}
      {sure && (
        <Sure title={t("removeMemberSure")} no={t("keepIt")} yes={t("remove")} busy={remove.isPending} error={remove.error} onNo={() => setSure(false)} onYes={() => remove.mutate()}>
          <strong>
            <Value text={one.name} />
          </strong>{" "}
          {t("removeMemberText")}
        </Sure>
      )}
    </li>
  );
}

function Adding({ again }: { again: () => Promise<unknown> }) {
  const { t, role } = useWords();
  const { me } = useMe();
  const [name, setName] = useState("");
  const [wanted, setWanted] = useState<Role>("member");
  const add = useMutation({
    mutationFn: () => api.people.add(name, wanted),
    onSuccess: () => {
      setName("");
      return again();
    },
  });
  return (
    <form
      className="flex flex-wrap items-end gap-2"
      aria-label={t("memberNew")}
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <div className="min-w-56 flex-1">
        <Line name={t("memberName")}>{(id) => <input id={id} className="field" type="text" dir={name === "" ? undefined : "auto"} required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}</Line>
      </div>
      <Line name={t("role")}>
        {(id) => (
          <select id={id} className="field w-auto!" value={wanted} onChange={(event) => setWanted(event.target.value as Role)}>
            {reached(me?.role).map((one) => (
              <option key={one} value={one}>
                {role(one)}
              </option>
            ))}
          </select>
        )}
      </Line>
      <button type="submit" className="btn" disabled={add.isPending}>
        <UserPlus size={14} aria-hidden />
        {t("memberAdd")}
      </button>
      <div className="basis-full">
        <ProblemText error={add.error} />
      </div>
    </form>
  );
}
