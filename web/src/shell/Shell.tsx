/** What stands around every page: the navigation, the keys, language and theme, and whether the server answers. */

import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { Bell, Languages, Moon, Plus, Search, Sun } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { listen } from "../api/changes";
import { inboxQuery, remindersQuery, statusQuery } from "../api/queries";
import { setLanguage, useWords } from "../i18n";
import { focusReminders, Reminders } from "../reminders/Reminders";
import { toggleTheme } from "../theme";
import { Num, Value } from "../ui/bidi";
import { useKeys } from "./keys";
import { KeyList } from "./KeyList";
import { Logo } from "./Logo";
import { closeNavigation, useNavigation } from "./navigation";
import { Palette } from "./Palette";
import { PLACES } from "./places";
import { useSignedOut } from "./session";
import { SignIn } from "./SignIn";

// The page of one execution, by its address: what the router has matched changes back and forth while a page is loaded.
const OF_ONE = /^(\/orchestrate)?\/[0-9a-f]{8}-[0-9a-f-]{27}\/?$/;

export function Shell() {
  return useSignedOut() ? <SignIn /> : <Inside />;
}

function Inside() {
  const { t } = useWords();
  const go = useNavigate();
  const open = useNavigation();
  const [over, setOver] = useState<"palette" | "keys" | null>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(closeNavigation, [path]);
  const streams = OF_ONE.test(path); // it has a stream of its own
  useEffect(() => {
    listen(!streams);
    return () => listen(false);
  }, [streams]);
  useKeys({
    "mod k": () => setOver("palette"),
    "?": () => setOver("keys"),
    "/": () => document.querySelector<HTMLElement>("main input[type=search], main textarea, [role=tabpanel] input")?.focus(),
    n: () => void go({ to: "/" }),
    ...Object.fromEntries(PLACES.map(([to, , , key]) => [`g ${key}`, () => void go({ to })])),
  });
  return (
    <div className="flex min-h-dvh">
      <a href="#main" className="skip btn">
        {t("skip")}
      </a>
      <aside className="sticky top-0 flex h-dvh w-[216px] shrink-0 flex-col gap-1 border-e bg-sunken p-3 max-[900px]:hidden">
        <Side onSearch={() => setOver("palette")} />
      </aside>
      {open && <Drawer onSearch={() => setOver("palette")} />}
      <div className="flex min-w-0 flex-1 flex-col">
        <Outlet />
      </div>
      <Reminders />
      {over === "palette" && <Palette onClose={() => setOver(null)} />}
      {over === "keys" && <KeyList onClose={() => setOver(null)} />}
    </div>
  );
}

function Drawer({ onSearch }: { onSearch: () => void }) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog ref={dialog} className="drawer" aria-label={t("navigation")} onCancel={closeNavigation} onClick={closeNavigation}>
      <div className="flex h-full flex-col gap-1 p-3">
        <Side onSearch={onSearch} />
      </div>
    </dialog>
  );
}

function toReminders(): void {
  closeNavigation();
  queueMicrotask(focusReminders); // nothing outside of an open drawer takes the focus
}

function Side({ onSearch }: { onSearch: () => void }) {
  const { t, language } = useWords();
  const other = language === "he" ? "en" : "he";
  const waiting = useQuery(inboxQuery).data?.length ?? 0;
  const reminders = useQuery({ ...remindersQuery, refetchInterval: false }).data?.filter((one) => one.due).length ?? 0;
  return (
    <>
      <Link to="/" className="brand mb-1 flex h-9 items-center px-1.5">
        <Logo />
      </Link>
      <Link to="/" className="btn primary my-1">
        <Plus size={16} aria-hidden />
        {t("newRequest")}
      </Link>
      <button type="button" className="place text-fg-3!" onClick={onSearch}>
        <Search size={15} aria-hidden />
        <span className="flex-1 truncate text-start">{t("commands")}</span>
        <kbd className="rounded border bg-surface px-1 font-sans text-2xs">⌘K</kbd>
      </button>
      <nav aria-label={t("navigation")} className="mt-1 flex flex-col gap-0.5">
        {PLACES.map(([to, name, Icon]) => (
          <Link key={to} to={to} className="place" activeProps={{ "aria-current": "page" }}>
            <Icon size={16} aria-hidden />
            <span className="flex-1">{t(name)}</span>
            {to === "/approvals" && waiting > 0 && <Num text={String(waiting)} className="count" />}
          </Link>
        ))}
      </nav>
      <span className="flex-1" />
      {reminders > 0 && (
        <button type="button" className="place" onClick={toReminders}>
          <Bell size={16} aria-hidden />
          <span className="flex-1 text-start">{t("reminders")}</span>
          <Num text={String(reminders)} className="count" />
        </button>
      )}
      <Server />
      <div className="flex items-center gap-2 border-t pt-3">
        <button type="button" className="btn ghost flex-1" lang={other} onClick={() => setLanguage(other)}>
          <Languages size={15} aria-hidden />
          {t("language")}
        </button>
        <button type="button" className="btn ghost icon" aria-label={t("theme")} title={t("theme")} onClick={toggleTheme}>
          <Moon size={15} aria-hidden className="dark:hidden" />
          <Sun size={15} aria-hidden className="hidden dark:block" />
        </button>
      </div>
    </>
  );
}

/** Whether the server answers, and who plans. */
function Server() {
  const { t } = useWords();
  const status = useQuery(statusQuery);
  if (status.isPending) return null;
  const state = status.isError ? "offlineServer" : status.data.status === "ok" ? "online" : "degraded";
  return (
    <p role="status" data-server={state} className="mb-2 flex items-center gap-2 px-1.5 text-xs text-fg-2">
      <i aria-hidden className="size-2 shrink-0 rounded-full" style={{ background: state === "online" ? "var(--ok)" : state === "degraded" ? "var(--wait)" : "var(--err)" }} />
      <span className="min-w-0 flex-1 truncate">
        {t(state)}
        {status.data && state === "online" && (
          <>
            {" · "}
            {status.data.planner === "offline" ? t("noModel") : <Value text={status.data.planner} />}
          </>
        )}
      </span>
    </p>
  );
}
