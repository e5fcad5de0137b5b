/** Whose executions, what they use, and when; and the filters that the workspace keeps. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { BookmarkPlus, X } from "lucide-react";
import { useId, useState } from "react";

import { api } from "../api/client";
import { catalogQuery, filtersQuery, peopleQuery } from "../api/queries";
import { useWords } from "../i18n";
import { Value } from "../ui/bidi";
import { Needs } from "../ui/Needs";
import { ProblemText } from "../ui/states";
import { asked, DAYS, type Narrowed, sameFilter, shown } from "./filter";

interface Props {
  now: Narrowed;
  set: (change: Partial<Narrowed>) => void;
}

export function Narrow({ now, set }: Props) {
  const { t } = useWords();
  const people = useQuery(peopleQuery).data ?? [];
  const names = useQuery(catalogQuery).data?.map((entry) => entry.name).sort() ?? [];
  const list = useId();
  const [own, setOwn] = useState(false);
  const between = own || now.from !== undefined || now.to !== undefined;
  const stretch = between ? "between" : now.days === undefined ? "" : String(now.days);
  const days = [...new Set([...DAYS, ...(now.days === undefined ? [] : [now.days])])];
  return (
    <div className="flex flex-wrap items-center gap-2" role="group" aria-label={t("filterMore")}>
      <select className="field w-auto! max-w-52" aria-label={t("filterPerson")} value={now.user ?? ""} onChange={(event) => set({ user: event.target.value || undefined })}>
        <option value="">{t("everyPerson")}</option>
        {[...new Set([...people, ...(now.user === undefined ? [] : [now.user])])].map((person) => (
          <option key={person} value={person}>
            {person}
          </option>
        ))}
      </select>
      <input className={`field w-52! ${now.uses ? "font-mono" : ""}`} type="text" dir={now.uses ? "ltr" : undefined} list={list} aria-label={t("filterUses")} placeholder={t("filterUses")} value={now.uses ?? ""} onChange={(event) => set({ uses: event.target.value || undefined })} />
      <datalist id={list}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <select
        className="field w-auto!"
        aria-label={t("stretch")}
        value={stretch}
        onChange={(event) => {
          setOwn(event.target.value === "between");
          set({ days: Number(event.target.value) || undefined, from: undefined, to: undefined });
        }}
      >
        <option value="">{t("anyTime")}</option>
        {days.map((count) => (
          <option key={count} value={count}>
            {count === 1 ? t("hours24") : count === 7 ? t("hours168") : count === 30 ? t("hours720") : t("lastDays", { count })}
          </option>
        ))}
        <option value="between">{t("betweenDays")}</option>
      </select>
      {between && (
        <>
          <input className="field w-auto!" type="date" aria-label={t("fromDay")} title={t("fromDay")} value={now.from ?? ""} onChange={(event) => set({ from: event.target.value || undefined, days: undefined })} />
          <input className="field w-auto!" type="date" aria-label={t("toDay")} title={t("toDay")} value={now.to ?? ""} onChange={(event) => set({ to: event.target.value || undefined, days: undefined })} />
        </>
      )}
    </div>
  );
}

/** Kept on the server, so that all of a workspace have the same. */
export function Saved({ now, go, filtered }: { now: Narrowed; go: (to: Narrowed) => void; filtered: boolean }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const saved = useQuery(filtersQuery).data ?? [];
  const [name, setName] = useState<string | null>(null);
  const again = () => cache.invalidateQueries({ queryKey: ["saved filters"] });
  const save = useMutation({
    mutationFn: () => api.filters.save(name ?? "", asked(now)),
    onSuccess: () => {
      setName(null);
      void again();
    },
  });
  const remove = useMutation({ mutationFn: (id: string) => api.filters.remove(id), onSuccess: again });
  const known = saved.some((one) => sameFilter(one.filter, asked(now)));
  if (saved.length === 0 && !filtered) return null;
  return (
    <div className="flex flex-wrap items-center gap-1.5" role="group" aria-label={t("savedFilters")} data-saved>
      {saved.map((one) => (
        <span key={one.id} className="inline-flex items-center">
          <button type="button" className="chip rounded-e-none! border-e-0!" aria-pressed={sameFilter(one.filter, asked(now))} onClick={() => go(shown(one.filter))}>
            <Value text={one.name} />
          </button>
          <Needs action="plan-ahead" silent>
            <button type="button" className="chip rounded-s-none! px-2!" aria-label={t("removeFilter", { name: one.name })} onClick={() => remove.mutate(one.id)}>
              <X size={13} aria-hidden />
            </button>
          </Needs>
        </span>
      ))}
      {filtered && !known && name === null && (
        <Needs action="plan-ahead" silent>
          <button type="button" className="btn ghost" onClick={() => setName("")}>
            <BookmarkPlus size={14} aria-hidden />
            {t("saveFilter")}
          </button>
        </Needs>
      )}
      {name !== null && (
        <form
          className="flex items-center gap-1.5"
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate();
          }}
        >
          <input className="field w-52!" type="text" autoFocus required maxLength={100} dir={name === "" ? undefined : "auto"} aria-label={t("filterName")} placeholder={t("filterName")} value={name} onChange={(event) => setName(event.target.value)} />
          <button type="submit" className="btn primary" disabled={save.isPending}>
            {t("save")}
          </button>
          <button type="button" className="btn ghost" onClick={() => setName(null)}>
            {t("close")}
          </button>
        </form>
      )}
      <ProblemText error={save.error ?? remove.error} />
    </div>
  );
}
