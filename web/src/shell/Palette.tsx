/** Everything that can be reached, by name: pages, commands, tools and agents, executions. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Bot, Languages, ListTree, type LucideIcon, Moon, Plus, Search, Wrench } from "lucide-react";
import { useDeferredValue, useId, useState } from "react";

import { catalogQuery, executionsQuery } from "../api/queries";
import { setLanguage, useWords } from "../i18n";
import { toggleTheme } from "../theme";
import { Value } from "../ui/bidi";
import { Dialog } from "../ui/Dialog";
import { PLACES } from "./places";

interface Command {
  id: string;
  name: string;
  more?: string;
  icon: LucideIcon;
  act: () => void;
}

export function Palette({ onClose }: { onClose: () => void }) {
  const { t, language } = useWords();
  const go = useNavigate();
  const [wanted, setWanted] = useState("");
  const [at, setAt] = useState(0);
  const base = useId();
  const word = useDeferredValue(wanted.trim());
  const catalog = useQuery(catalogQuery);
  const executions = useQuery({ ...executionsQuery({ limit: 6, query: word }), refetchInterval: false, placeholderData: (before) => before });

  const fixed: Command[] = [
    { id: "new", name: t("newRequest"), icon: Plus, act: () => void go({ to: "/" }) },
    ...PLACES.map(([to, name, icon]) => ({ id: to, name: t(name), icon, act: () => void go({ to }) })),
    { id: "language", name: t("switchLanguage"), more: t("language"), icon: Languages, act: () => setLanguage(language === "he" ? "en" : "he") },
    { id: "theme", name: t("switchTheme"), icon: Moon, act: toggleTheme },
  ];
  const entries: Command[] = (catalog.data ?? []).map((entry) => ({
    id: entry.name,
    name: entry.title[language] ?? entry.name,
    more: entry.name,
    icon: entry.kind === "agent" ? Bot : Wrench,
    act: () => void go({ to: "/catalog/$name", params: { name: entry.name } }),
  }));
  const fits = (command: Command): boolean => `${command.name} ${command.more ?? ""}`.toLowerCase().includes(word.toLowerCase());
  const found: Command[] = [
    ...fixed.filter(fits),
    ...(word === "" ? [] : entries.filter(fits).slice(0, 6)),
    ...(executions.data?.items ?? []).map((one) => ({ id: one.id, name: one.request, icon: ListTree, act: () => void go({ to: "/$id", params: { id: one.id } }) })),
  ];
  const current = Math.min(at, found.length - 1);
  const run = (command: Command | undefined): void => {
    if (!command) return;
    onClose();
    command.act();
  };

  return (
    <Dialog title={t("palette")} onClose={onClose}>
      <label className="mb-2 flex h-10 items-center gap-2 rounded-md border border-line-2 px-3 text-fg-3 outline-(--ring) focus-within:outline-2">
        <Search size={15} aria-hidden />
        <input
          data-first
          role="combobox"
          aria-expanded
          aria-controls={`${base}-list`}
          aria-activedescendant={found[current] ? `${base}-${current}` : undefined}
          aria-label={t("palette")}
          placeholder={t("paletteHint")}
          dir={wanted === "" ? undefined : "auto"}
          className="min-w-0 flex-1 bg-transparent text-fg outline-none"
          value={wanted}
          onChange={(event) => {
            setWanted(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            if (step !== undefined) {
              event.preventDefault();
              setAt((current + step + found.length) % Math.max(1, found.length));
            } else if (event.key === "Enter") {
              event.preventDefault();
              run(found[current]);
            }
          }}
        />
      </label>
      {found.length === 0 && <p className="p-3 text-sm text-fg-2">{t("noCommand")}</p>}
      <ul id={`${base}-list`} role="listbox" aria-label={t("palette")} className="max-h-80 overflow-auto">
        {found.map((command, place) => (
          <li
            key={command.id}
            id={`${base}-${place}`}
            role="option"
            aria-selected={place === current}
            ref={place === current ? (row) => row?.scrollIntoView({ block: "nearest" }) : undefined}
            className={`flex min-h-10 cursor-pointer items-center gap-2.5 rounded-md px-3 text-sm ${place === current ? "bg-brand-tint" : "hover:bg-hover"}`}
            onClick={() => run(command)}
          >
            <command.icon size={15} aria-hidden className="shrink-0 text-fg-3" />
            <span className="min-w-0 flex-1 truncate">
              <Value text={command.name} />
            </span>
            {command.more && (
              <span className="code text-fg-2">
                <bdi>{command.more}</bdi>
              </span>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
