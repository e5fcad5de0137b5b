/** What a page shows when it has nothing yet, nothing at all, or an error. */

import { CircleAlert, type LucideIcon, RotateCcw } from "lucide-react";
import type { ReactNode } from "react";

import { NoAnswer, Problem } from "../api/client";
import { useWords } from "../i18n";
import { Told } from "./Told";

/** An error as one sentence and its cure. */
export function ProblemText({ error }: { error: unknown }) {
  const { t } = useWords();
  if (!error) return null;
  return (
    <p role="alert" className="problem">
      {error instanceof Problem ? <Told detail={error.detail} cure={error.cure} /> : t(error instanceof NoAnswer ? "noConnection" : "wentWrong")}
    </p>
  );
}

export function Failed({ error, again }: { error: unknown; again?: () => void }) {
  const { t } = useWords();
  return (
    <div className="card flex flex-col items-start gap-3 p-5">
      <CircleAlert size={20} aria-hidden className="text-err" />
      <ProblemText error={error} />
      {again && (
        <button type="button" className="btn" onClick={again}>
          <RotateCcw size={14} aria-hidden />
          {t("tryAgain")}
        </button>
      )}
    </div>
  );
}

export function Empty({ icon: Icon, title, children }: { icon: LucideIcon; title: string; children?: ReactNode }) {
  return (
    <div className="card flex flex-col items-center gap-2 px-6 py-12 text-center">
      <span className="grid size-11 place-items-center rounded-[12px] bg-brand-tint text-brand">
        <Icon size={20} aria-hidden />
      </span>
      <p className="text-base font-semibold">{title}</p>
      {children && <div className="max-w-md text-sm text-fg-2">{children}</div>}
    </div>
  );
}

export function Loading({ rows = 4 }: { rows?: number }) {
  const { t } = useWords();
  return (
    <div role="status" className="card flex flex-col gap-3 p-4">
      <span className="sr-only">{t("loading")}</span>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} aria-hidden className="skeleton h-5" style={{ inlineSize: `${90 - ((row * 17) % 40)}%` }} />
      ))}
    </div>
  );
}
