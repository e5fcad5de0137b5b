/** The tools and agents that a plan can name. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Bot, Hand, Wrench } from "lucide-react";

import type { Entry } from "../api/client";
import { catalogQuery } from "../api/queries";
import { useWords } from "../i18n";
import { Header } from "../shell/Header";
import { Code } from "../ui/bidi";
import { FilterBar } from "../ui/FilterBar";
import { useTitle } from "../ui/hooks";
import { Empty, Failed, Loading } from "../ui/states";
import { type Shelf, SHELVES } from "./search";

const ON: Record<Shelf, (entry: Entry) => boolean> = {
  tool: (entry) => entry.kind === "tool",
  agent: (entry) => entry.kind === "agent",
  read: (entry) => entry.effect === "none" && entry.ceiling === "none",
  change: (entry) => entry.effect !== "none" || entry.ceiling !== "none",
};

export function Catalog() {
  const { t, language } = useWords();
  const catalog = useQuery(catalogQuery);
  const { q, shelf } = useSearch({ from: "/catalog" });
  const go = useNavigate({ from: "/catalog" });
  useTitle(t("catalog"));
  const word = (q ?? "").toLowerCase();
  const text = (entry: Entry): string => [entry.name, ...Object.values(entry.title), ...Object.values(entry.description)].join(" ").toLowerCase();
  const found = (catalog.data ?? []).filter((entry) => (shelf === undefined || ON[shelf](entry)) && text(entry).includes(word));
  found.sort((a, b) => a.name.localeCompare(b.name));
  const names: Record<Shelf, string> = { tool: t("tools"), agent: t("agents"), read: t("readsOnly"), change: t("changesThings") };
  return (
    <>
      <Header>{t("catalog")}</Header>
      <main id="main" className="page">
        <h1 className="sr-only">{t("catalog")}</h1>
        <FilterBar
          q={q}
          onSearch={(word) => void go({ search: (old) => ({ ...old, q: word }), replace: true })}
          placeholder={t("searchCatalog")}
          label={t("filterKind")}
          choices={SHELVES.map((one) => [one, names[one]] as const)}
          chosen={shelf}
          onChoose={(one) => void go({ search: (old) => ({ ...old, shelf: one }), replace: true })}
        />
        {catalog.isPending && <Loading rows={8} />}
        {catalog.isError && !catalog.data && <Failed error={catalog.error} again={() => void catalog.refetch()} />}
        {catalog.isSuccess && found.length === 0 && <Empty icon={Wrench} title={t("noCapability")} />}
        <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3" data-catalog>
          {found.map((entry) => (
            <li key={entry.name}>
              <Link to="/catalog/$name" params={{ name: entry.name }} className="card flex h-full flex-col gap-1.5 p-4 hover:bg-hover">
                <span className="flex items-center gap-2">
                  {entry.kind === "agent" ? <Bot size={16} aria-hidden className="text-brand" /> : <Wrench size={16} aria-hidden className="text-fg-3" />}
                  <span className="sr-only">{t(entry.kind)}: </span>
                  <b className="min-w-0 flex-1 truncate font-semibold">{entry.title[language]}</b>
                  <EffectBadge entry={entry} />
                </span>
                <Code text={entry.name} className="text-fg-2" />
                <span className="line-clamp-2 text-sm text-fg-2">{entry.description[language]}</span>
              </Link>
            </li>
          ))}
        </ul>
      </main>
    </>
  );
}

export function EffectBadge({ entry }: { entry: Entry }) {
  const { t, effect } = useWords();
  if (entry.ceiling !== "none")
    return (
      <span className="st badge" data-s="gate" title={t("asksLater", { effect: effect(entry.ceiling) })}>
        <Hand size={12} aria-hidden />
        {t("perhaps", { effect: effect(entry.ceiling) })}
      </span>
    );
  if (entry.effect === "none") return null;
  return (
    <span className="st badge" data-s={entry.asks ? "gate" : "pending"} title={entry.asks ? t("asksFirst") : undefined}>
      {entry.asks && <Hand size={12} aria-hidden />}
      {effect(entry.effect)}
      {entry.asks && <span className="sr-only">, {t("asksFirst")}</span>}
    </span>
  );
}
