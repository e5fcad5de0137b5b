/** The figures of one execution, in a row. */

import { Coins, GitBranch, Layers, type LucideIcon, Sigma, Timer } from "lucide-react";

import { useWords } from "../i18n";
import { useNow } from "../ui/hooks";
import { Num } from "../ui/bidi";
import { between, duration, money } from "../ui/units";
import { FINAL, STEP_FINAL } from "./fold";
import type { Shown } from "./live";
import type { Timing } from "./timing";

export function Figure({ icon: Icon, name, value, more = "", good = false }: { icon: LucideIcon; name: string; value: string; more?: string; good?: boolean }) {
  return (
    <div className="flex min-w-0 flex-1 items-center gap-2.5 px-4 py-2.5 max-[900px]:px-3">
      <Icon size={16} className="shrink-0 text-fg-3 max-[900px]:hidden" aria-hidden />
      <dl className="min-w-0">
        <dt className="truncate text-2xs text-fg-3">{name}</dt>
        <dd className="flex items-baseline gap-1.5">
          <Num text={value} className={`text-[15px] font-semibold leading-5 ${good ? "text-ok-f" : ""}`} />
          {more !== "" && <Num text={more} className="text-2xs text-fg-3" />}
        </dd>
      </dl>
    </div>
  );
}

export function Figures({ shown, timing }: { shown: Shown; timing: Timing }) {
  const { t } = useWords();
  const execution = shown.execution!;
  const over = FINAL.has(execution.status);
  useNow(!over, 1000);
  const done = shown.steps.filter((step) => STEP_FINAL.has(step.status)).length;
  const saved = timing.work > timing.total && timing.work > 0 ? timing.work - timing.total : 0;
  const share = timing.work > 0 ? Math.round((saved / timing.work) * 100) : 0;
  const tokens = Math.max(execution.tokens, shown.steps.reduce((sum, step) => sum + step.tokens, 0));
  const cost = execution.cost ?? shown.steps.reduce((sum, step) => sum + (step.cost ?? 0), 0);
  return (
    <section aria-label={t("metrics")} className="card flex shrink-0 divide-x divide-line overflow-hidden max-[900px]:grid max-[900px]:grid-cols-3">
      <Figure icon={Timer} name={t("elapsed")} value={duration(Math.max(0, between(execution.startedAt ?? execution.createdAt, execution.finishedAt)))} />
      <Figure icon={Layers} name={t("stepsDone")} value={`${done}/${shown.steps.length}`} />
      <Figure icon={GitBranch} name={t("saved")} value={`${share}%`} more={saved > 0 ? `−${duration(saved)}` : ""} good={share > 0} />
      <Figure icon={Coins} name={t("cost")} value={money(cost)} />
      <Figure icon={Sigma} name={t("tokens")} value={String(tokens)} />
    </section>
  );
}
