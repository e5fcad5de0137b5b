/** The line above a page: where one is, and what can be done. */

import { Menu as MenuIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "@tanstack/react-router";

import { useWords } from "../i18n";
import { openNavigation } from "./navigation";

export function Header({ children, action, crumb = false }: { children: ReactNode; action?: ReactNode; crumb?: boolean }) {
  const { t } = useWords();
  return (
    <header className="sticky top-0 z-20 flex min-h-13 shrink-0 items-center gap-2 border-b bg-surface px-5 text-sm max-[900px]:px-2">
      <button type="button" className="btn ghost icon min-[901px]:hidden" aria-label={t("menu")} onClick={openNavigation}>
        <MenuIcon size={18} aria-hidden />
      </button>
      {crumb && (
        <Link to="/executions" className="text-fg-2 hover:text-fg max-[900px]:hidden">
          {t("executions")}
        </Link>
      )}
      {children}
      <span className="flex-1" />
      {action}
    </header>
  );
}
