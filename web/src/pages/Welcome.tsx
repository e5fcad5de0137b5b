/** The first time: what this is, in three steps, and the sample that waits. Dismissed once, in this browser. */

import { Link } from "@tanstack/react-router";
import { ArrowUpRight, GitBranch, Hand, type LucideIcon, PenLine } from "lucide-react";
import { useState } from "react";

import type { Execution } from "../api/client";
import { useWords } from "../i18n";
import type { Message } from "../i18n/words";

const STEPS: readonly (readonly [LucideIcon, Message, Message])[] = [
  [PenLine, "welcomeWrite", "welcomeWriteText"],
  [GitBranch, "welcomeSee", "welcomeSeeText"],
  [Hand, "welcomeApprove", "welcomeApproveText"],
];

export function Welcome({ sample }: { sample: Execution | undefined }) {
  const { t } = useWords();
  const [seen, setSeen] = useState(() => localStorage.getItem("welcomed") === "yes");
  if (seen) return null;
  return (
    <section className="card flex flex-col gap-4 p-5" aria-labelledby="welcome" data-welcome>
      <div>
        <h2 id="welcome" className="text-lg font-bold">
          {t("welcome")}
        </h2>
        <p className="text-fg-2">{t("welcomeText")}</p>
      </div>
      <ol className="grid gap-3 sm:grid-cols-3">
        {STEPS.map(([Icon, title, text]) => (
          <li key={title} className="flex gap-3">
            <span className="grid size-9 shrink-0 place-items-center rounded-[11px] bg-brand-tint text-brand">
              <Icon size={17} aria-hidden />
            </span>
            <span>
              <b className="block font-semibold">{t(title)}</b>
              <span className="text-sm text-fg-2">{t(text)}</span>
            </span>
          </li>
        ))}
      </ol>
      <div className="flex flex-wrap items-center gap-2">
        {sample && (
          <Link to="/$id" params={{ id: sample.id }} className="btn primary">
            {t("welcomeSample")}
            <ArrowUpRight size={14} aria-hidden className="flip" />
          </Link>
        )}
        <button
          type="button"
          className="btn"
          onClick={() => {
            localStorage.setItem("welcomed", "yes");
            setSeen(true);
          }}
        >
          {t("welcomeClose")}
        </button>
      </div>
    </section>
  );
}
