/** What stands around every page: the navigation, language and theme. */

import { Link, Outlet } from "@tanstack/react-router";
import { Languages, ListTree, type LucideIcon, Moon, Plus, Sun } from "lucide-react";
import { useEffect, useRef } from "react";

import { setLanguage, useWords } from "../i18n";
import type { Message } from "../i18n/words";
import { setTheme } from "../theme";
import { Logo } from "./Logo";
import { closeNavigation, useNavigation } from "./navigation";
import { useSignedOut } from "./session";
import { SignIn } from "./SignIn";

export const PLACES: readonly (readonly ["/executions", Message, LucideIcon])[] = [["/executions", "executions", ListTree]];

export function Shell() {
  const { t } = useWords();
  const signedOut = useSignedOut();
  const open = useNavigation();
  if (signedOut) return <SignIn />;
  return (
    <div className="flex min-h-dvh">
      <a href="#main" className="skip btn">
        {t("skip")}
      </a>
      <aside className="sticky top-0 flex h-dvh w-[216px] shrink-0 flex-col gap-1 border-e bg-sunken p-3 max-[900px]:hidden">
        <Side />
      </aside>
      {open && <Drawer />}
      <div className="flex min-w-0 flex-1 flex-col">
        <Outlet />
      </div>
    </div>
  );
}

function Drawer() {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog ref={dialog} className="drawer" aria-label={t("navigation")} onCancel={closeNavigation} onClick={closeNavigation}>
      <div className="flex h-full flex-col gap-1 p-3">
        <Side />
      </div>
    </dialog>
  );
}

function Side() {
  const { t, language } = useWords();
  const other = language === "he" ? "en" : "he";
  return (
    <>
      <Link to="/" className="brand mb-1 flex h-9 items-center px-1.5">
        <Logo />
      </Link>
      <Link to="/" className="btn primary my-1">
        <Plus size={16} aria-hidden />
        {t("newRequest")}
      </Link>
      <nav aria-label={t("navigation")} className="mt-1 flex flex-col gap-0.5">
        {PLACES.map(([to, name, Icon]) => (
          <Link key={to} to={to} className="place" activeProps={{ "aria-current": "page" }}>
            <Icon size={16} aria-hidden />
            <span className="flex-1">{t(name)}</span>
          </Link>
        ))}
      </nav>
      <span className="flex-1" />
      <div className="flex items-center gap-2 border-t pt-3">
        <button type="button" className="btn ghost flex-1" lang={other} onClick={() => setLanguage(other)}>
          <Languages size={15} aria-hidden />
          {t("language")}
        </button>
        <button type="button" className="btn ghost icon" aria-label={t("theme")} title={t("theme")} onClick={() => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark")}>
          <Moon size={15} aria-hidden className="dark:hidden" />
          <Sun size={15} aria-hidden className="hidden dark:block" />
        </button>
      </div>
    </>
  );
}
